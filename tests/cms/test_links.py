"""Links that stand on pages: which are found, when they are called broken, and what editors do about them."""

import datetime as dt
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.files.base import ContentFile
from wagtail.models import Collection, Page

from cms.enums import LinkProblem
from cms.models import ContentPage, FoundLink
from cms.operations import check_due_links, find_links, look_again, note_links
from cms.queries.links import LinkCheck, broken_links, link_check
from cms.rules import next_check, problem_of, spread
from cms.tasks import sweep_links
from tenancy.enums import Role
from tenancy.models import TenantDocument
from tenancy.scope import organization_scope
from tests.cms.test_pages import home_of

REPORT = "/admin/reports/broken-links/"
NOW = dt.datetime(2031, 6, 2, 10, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


class Site(BaseHTTPRequestHandler):
    """Answers with the status that stands in the path; “shy” lets nobody ask for the head alone."""

    def log_message(self, *args: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self.answer(405 if "shy" in self.path else int(self.path[1:4]))

    def do_GET(self) -> None:
        self.answer(int(self.path[1:4]))

    def answer(self, status: int) -> None:
        self.server.seen.append((self.command, self.path))
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.fixture
def site(settings) -> Iterator[ThreadingHTTPServer]:
    settings.FETCH_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        server.seen = []
        server.url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def publish(harbour, *paragraphs: str, slug: str = "about") -> ContentPage:
    page = ContentPage(title=slug.capitalize(), slug=slug, body=[("rich_text", text) for text in paragraphs])
    home_of(harbour).add_child(instance=page)
    page.save_revision().publish()
    return page


def kept() -> list[tuple[str, int | None, str, str]]:
    return list(FoundLink.objects.order_by("pk").values_list("kind", "target", "url", "words"))


def test_links_of_a_page_are_found_when_it_is_published(harbour, in_harbour):
    other = publish(harbour, slug="contact")
    document = TenantDocument.objects.create(
        title="Map", collection=Collection.objects.get(depth=2), file=ContentFile(b"x", name="map.txt")
    )
    page = publish(
        harbour,
        f'<p><a linktype="page" id="{other.pk}">Contact</a> <a linktype="document" id="{document.pk}">Map</a></p>',
        '<p><a href="https://example.com/a">Far</a> <a href="mailto:a@example.com">Mail</a> <a href="#top">Top</a></p>',
        '<p><a href="/contact/">Here</a> <a href="http://harbour.localhost/gone/">Gone</a> <a href="/search/">Search</a></p>',
    )
    assert kept() == [
        ("page", other.pk, "", "Contact"),
        ("document", document.pk, "", "Map"),
        ("address", None, "https://example.com/a", "Far"),
        ("page", other.pk, "/contact/", "Here"),
        ("page", 0, "http://harbour.localhost/gone/", "Gone"),
    ]
    assert [link.words for link in broken_links()] == ["Gone"]
    other.unpublish()
    document.delete()
    assert [link.words for link in broken_links().order_by("pk")] == ["Contact", "Map", "Here", "Gone"]
    first = FoundLink.objects.order_by("pk").first()
    page.body = page.body.stream_block.to_python([page.body.raw_data[0]])
    page.save_revision().publish()
    assert [link.pk for link in broken_links().order_by("pk")] == [first.pk, first.pk + 1]
    page.delete()
    assert kept() == []


def test_an_address_is_broken_when_it_has_failed_three_times(harbour, in_harbour, site):
    paths = ("200/ok", "404/gone", "503/down", "403/closed", "404/shy", "200/shy")
    page = publish(harbour, *(f'<p><a href="{site.url}/{path}">{path}</a></p>' for path in paths))
    now = FoundLink.objects.values_list("next_check_at", flat=True).first()
    found = []
    for after in (0 * HOUR, HOUR, 7 * HOUR):
        assert check_due_links(now=now + after, pause=0) is False
        found.append(sorted((link.words, link.problem) for link in broken_links()))
    assert found == [
        [],
        [],
        [
            ("404/gone", LinkProblem.GONE),
            ("404/shy", LinkProblem.GONE),
            ("503/down", LinkProblem.SERVER),
        ],
    ]
    # What works is asked once a week; only who likes no HEAD is asked for more.
    asked = [request for request in site.seen if "200" in request[1] or "403" in request[1]]
    assert sorted(asked) == [
        ("GET", "/200/shy"),
        ("GET", "/403/closed"),
        ("HEAD", "/200/ok"),
        ("HEAD", "/200/shy"),
        ("HEAD", "/403/closed"),
    ]
    link = FoundLink.objects.get(words="404/gone")
    FoundLink.objects.filter(pk=link.pk).update(url=f"{site.url}/200/back", next_check_at=now)
    check_due_links(now=now + 8 * HOUR, pause=0)
    link.refresh_from_db()
    assert (link.failures, link.problem, link.next_check_at) == (0, "", now + 8 * HOUR + dt.timedelta(days=7))
    # Who wishes that all are asked again spares those that were asked just now.
    for minutes, waiting in ((9, 5), (11, 6)):
        look_again(now=now + 8 * HOUR + dt.timedelta(minutes=minutes))
        assert link_check(now=now + 9 * HOUR).waiting == waiting
    # What is known stays with a link that stands where it stood.
    note_links(page, now=now)
    assert FoundLink.objects.filter(failures=3).count() == 2


def test_addresses_inside_are_not_asked(harbour, in_harbour, site, settings):
    settings.FETCH_ALLOWED_NETWORKS = []
    publish(harbour, f'<p><a href="{site.url}/200/inside">Inside</a></p>')
    now = FoundLink.objects.get().next_check_at
    check_due_links(now=now, pause=0)
    assert (site.seen, FoundLink.objects.get().problem) == ([], LinkProblem.UNREACHABLE)


def test_editors_see_mend_and_ignore(harbour, kyoto, member_client, run_jobs, django_capture_on_commit_callbacks):
    with organization_scope(harbour.pk):
        gone = publish(harbour, slug="contact")
        publish(harbour, f'<p><a linktype="page" id="{gone.pk}">Contact</a></p>')
        gone.unpublish()
        link = FoundLink.objects.get()
        FoundLink.objects.all().delete()
    editor = member_client(harbour, Role.EDITOR)
    assert editor.get(REPORT).context["rows"] == []
    # A job finds what nobody has published since.
    with django_capture_on_commit_callbacks(execute=True):
        assert editor.post(f"{REPORT}look/").url == REPORT
    with django_capture_on_commit_callbacks(execute=True):
        assert run_jobs() == ["cms.find_links"]
    assert run_jobs() == ["cms.check_links"]
    rows = editor.get(REPORT).context["rows"]
    assert [(row["where"], row["leads_to"], str(row["problem"])) for row in rows] == [
        ("About (EN)", "Contact", "The page is not published, or was deleted")
    ]
    assert editor.get(rows[0]["edit_url"]).status_code == 200
    with organization_scope(harbour.pk):
        link = FoundLink.objects.get()
    ignore = f"{REPORT}{link.pk}/ignore/"
    assert member_client(kyoto, Role.EDITOR).post(ignore).status_code == 404
    assert editor.post(ignore).url == REPORT
    assert [editor.get(f"{REPORT}{query}").context["rows"] == [] for query in ("", "?ignored")] == [True, False]
    editor.post(ignore, {"again": ""})
    assert len(editor.get(REPORT).context["rows"]) == 1
    assert member_client(harbour, Role.MANAGER).get(REPORT).status_code == 302


def test_the_sweep_starts_where_addresses_are_due(harbour, kyoto, run_jobs, django_capture_on_commit_callbacks):
    with organization_scope(harbour.pk):
        publish(harbour, '<p><a href="http://10.0.0.1/">Inside</a></p>')
        due = FoundLink.objects.get().next_check_at
        assert link_check(now=due) == LinkCheck(total=1, waiting=1)
    with django_capture_on_commit_callbacks(execute=True):
        sweep_links.apply(throw=True)
    assert run_jobs() == ["cms.check_links"]
    with organization_scope(harbour.pk):
        assert (link_check(now=due).done, FoundLink.objects.get().failures) == (1, 1)
    with django_capture_on_commit_callbacks(execute=True):
        sweep_links.apply(throw=True)
    assert run_jobs() == []


def test_links_outside_pages_are_found_too(harbour, in_harbour):
    from tests.factories import PlaceFactory

    PlaceFactory(website="https://pier.example/")
    publish(harbour, "<p>No links</p>")
    find_links(now=NOW)
    assert [(kind, url) for kind, _target, url, _words in kept()] == [("address", "https://pier.example/")]
    Page.objects.filter(slug="about").update(live=False)
    find_links(now=NOW)
    assert len(kept()) == 1


@pytest.mark.parametrize(("failures", "hours"), [(0, 168), (1, 1), (2, 6), (3, 24), (9, 24)])
def test_when_an_address_is_asked_again(failures, hours):
    assert next_check(failures, now=NOW) == NOW + hours * HOUR


def test_what_an_answer_means():
    assert [problem_of(status).value for status in (200, 301, 401, 403, 429, 404, 410, 500, 503)] == [
        "", "", "", "", "", "gone", "gone", "server", "server",
    ]  # fmt: skip


def test_addresses_of_one_host_are_spread():
    urls = ["https://a.example/1", "https://a.example/2", "https://b.example/1"]
    assert list(spread(urls)) == [urls[0], urls[2], urls[1]]
