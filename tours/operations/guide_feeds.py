"""Guides' own calendars: read by jobs, kept as times without words."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from tenancy.gateways.fetch import FetchFailed, FetchRefused, fetch
from tenancy.jobs import enqueue
from tenancy.queries import current_organization
from tours.enums import FeedProblem
from tours.models import Guide, GuideBusyTime, GuideFeed
from tours.rules import MAX_FEED_BYTES, BusyTimes, CalendarTooLarge, NoCalendar, busy_times, next_reading

# How far ahead a calendar is read.
HORIZON: Final = timedelta(days=180)


@transaction.atomic
def read_feeds_soon(guide: Guide, *, now: datetime) -> None:
    """Let the calendars of a guide be read by a job at once, such as after their address was changed."""
    for feed in GuideFeed.objects.filter(guide=guide).order_by("pk"):
        GuideFeed.objects.filter(pk=feed.pk).update(next_read_at=now)
        enqueue("tours.read_guide_feed", feed_id=feed.pk)


def read_feed(feed_id: int, *, now: datetime) -> GuideFeed | None:
    """Read a guide's calendar and keep when they are busy for the next `HORIZON`; return it, or None when it is gone.

    What goes wrong is written down with the time of the next reading; what was read before stays. Must not run in a transaction, since it
    asks another machine.
    """
    feed = GuideFeed.objects.filter(pk=feed_id).first()
    if feed is None:
        return None
    found = BusyTimes([], [])
    problem: FeedProblem | None = None
    try:
        answer = fetch(feed.url, max_bytes=MAX_FEED_BYTES)
        if answer.status == 200:
            found = busy_times(
                answer.body,
                starts_at=now - timedelta(days=1),
                ends_at=now + HORIZON,
                zone=current_organization().zone,
            )
        else:
            problem = FeedProblem.REFUSED if 400 <= answer.status < 500 else FeedProblem.UNREACHABLE
    except FetchRefused as refused:
        problem = FeedProblem.TOO_LARGE if str(refused) == "too much" else FeedProblem.ADDRESS
    except FetchFailed:
        problem = FeedProblem.UNREACHABLE
    except NoCalendar:
        problem = FeedProblem.NO_CALENDAR
    except CalendarTooLarge:
        problem = FeedProblem.TOO_LARGE
    return _note_reading(feed, found, problem, now=now)


@transaction.atomic
def _note_reading(read: GuideFeed, found: BusyTimes, problem: FeedProblem | None, *, now: datetime) -> GuideFeed | None:
    feed = GuideFeed.objects.select_for_update(of=("self",)).filter(pk=read.pk).first()
    if feed is None or feed.url != read.url:
        # Another address was given meanwhile; a job of its own reads that.
        return feed
    feed.problem = problem or ""
    feed.failures = feed.failures + 1 if problem else 0
    feed.next_read_at = next_reading(feed.failures, now=now)
    if problem is None:
        feed.read_at = now
        feed.skipped_days = [day.isoformat() if day is not None else "" for day in found.skipped]
        feed.busy_times.all().delete()
        GuideBusyTime.objects.bulk_create(
            (
                GuideBusyTime(feed=feed, guide_id=feed.guide_id, during=DateTimeTZRange(starts_at, ends_at))
                for starts_at, ends_at in found.times
            ),
            batch_size=1000,
        )
    feed.save(update_fields=["problem", "failures", "next_read_at", "read_at", "skipped_days", "updated_at"])
    return feed
