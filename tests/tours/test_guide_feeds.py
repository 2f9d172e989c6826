"""Guides' own calendars over HTTP, from a server that stands for the public internet."""

import datetime as dt
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.urls import reverse

from tenancy.enums import Role
from tenancy.scope import every_organization, organization_scope
from tests.factories import GuideFactory, make_schedule
from tests.tours.test_busy_times import calendar
from tours import operations, queries
from tours.enums import FeedProblem
from tours.models import GuideBusyTime, GuideFeed

NOW = dt.datetime(2031, 5, 1, 12, tzinfo=dt.UTC)
BUSY = calendar("DTSTART:20310602T080000Z|DTEND:20310602T090000Z|SUMMARY:At the dentist")


class Site(BaseHTTPRequestHandler):
    """Answers what the test has put there."""

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        status, body = self.server.answers.get(self.path, (404, b""))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def site(settings) -> Iterator[ThreadingHTTPServer]:
    settings.FETCH_ALLOWED_NETWORKS = ["127.0.0.2/32"]
    server = ThreadingHTTPServer(("127.0.0.2", 0), Site)
    server.answers = {"/own.ics": (200, BUSY)}
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def feed(in_harbour, site):
    url = f"http://127.0.0.2:{site.server_address[1]}/own.ics"
    return GuideFeed.objects.create(guide=GuideFactory(name="Piet"), url=url)


def read(feed, now=NOW):
    return operations.read_feed(feed.pk, now=now)


def busy():
    return [(row.lower, row.upper) for row in GuideBusyTime.objects.values_list("during", flat=True)]


def test_calendar_is_read_and_kept_without_words(feed):
    done = read(feed)
    assert (done.problem, done.failures, done.read_at, done.next_read_at) == ("", 0, NOW, NOW + dt.timedelta(hours=1))
    times = [(dt.datetime(2031, 6, 2, 8, tzinfo=dt.UTC), dt.datetime(2031, 6, 2, 9, tzinfo=dt.UTC))]
    assert busy() == times
    read(feed)
    assert busy() == times
    found = queries.conflicts_of(queries.schedule_to_lead(make_schedule().pk), [feed.guide])[feed.guide_id]
    assert [one.text for one in found] == ["is busy from 10:00 to 11:00 by their own calendar"]


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ((200, b"<html>Please sign in</html>"), FeedProblem.NO_CALENDAR),
        ((200, b"BEGIN:VCALENDAR" + b"x" * 2_000_000), FeedProblem.TOO_LARGE),
        ((404, b""), FeedProblem.REFUSED),
        ((503, b""), FeedProblem.UNREACHABLE),
    ],
)
def test_what_goes_wrong_is_shown_and_tried_again_ever_later(feed, site, answer, problem):
    read(feed)
    site.answers["/own.ics"] = answer
    hours = []
    for _turn in range(3):
        failed = read(feed)
        hours.append((failed.next_read_at - NOW).total_seconds() / 3600)
    assert (failed.problem, failed.failures, failed.read_at, hours) == (problem, 3, NOW, [2, 4, 8])
    assert len(busy()) == 1
    site.answers["/own.ics"] = (200, BUSY)
    assert (read(feed).problem, read(feed).failures) == ("", 0)


def test_entry_left_out_stands_with_the_guide(harbour, member_client, site):
    broken = b"BEGIN:VEVENT\r\nUID:b\r\nDTSTART:20310605T080000Z\r\nDURATION:bla\r\nEND:VEVENT\r\nEND:VCALENDAR"
    site.answers["/own.ics"] = (200, BUSY.replace(b"END:VCALENDAR", broken))
    with organization_scope(harbour.pk):
        feed = GuideFeed.objects.create(guide=GuideFactory(), url=f"http://127.0.0.2:{site.server_address[1]}/own.ics")
        assert (read(feed).problem, GuideFeed.objects.get().skipped_days, len(busy())) == ("", ["2031-06-05"], 1)
    page = member_client(harbour, Role.MANAGER).get(reverse("guides:edit", args=[feed.guide_id])).content.decode()
    text = "1 entry makes no sense and was left out; the rest counts. See: 5 June 2031."
    assert text in " ".join(page.split())
    site.answers["/own.ics"] = (200, BUSY)
    with organization_scope(harbour.pk):
        assert read(feed).skipped_days == []


def test_addresses_inside_are_not_read(feed):
    GuideFeed.objects.update(guide=feed.guide)
    feed.url = "http://127.0.0.1/own.ics"
    feed.save()
    assert read(feed).problem == FeedProblem.ADDRESS


def test_due_calendars_are_found_by_the_sweep(feed, in_harbour):
    def due(at):
        with every_organization():
            return queries.due_feeds(now=at)

    assert due(NOW) == [(feed.pk, in_harbour.pk)]
    read(feed)
    assert due(NOW) == []
    assert due(NOW + dt.timedelta(hours=1)) == [(feed.pk, in_harbour.pk)]
    operations.read_feeds_soon(feed.guide, now=NOW)
    assert due(NOW) == [(feed.pk, in_harbour.pk)]


def test_problem_stands_with_the_guide(harbour, member_client, site):
    with organization_scope(harbour.pk):
        guide = GuideFactory(name="Piet")
        feed = GuideFeed.objects.create(guide=guide, url=f"http://127.0.0.2:{site.server_address[1]}/nothing.ics")
        read(feed)
    client = member_client(harbour, Role.MANAGER)
    text = "The calendar’s server refuses. Was the address withdrawn?"
    assert f"{text} It was never read." in " ".join(
        client.get(reverse("guides:edit", args=[guide.pk])).content.decode().split()
    )
    assert text in client.get(reverse("guides:index")).content.decode()
