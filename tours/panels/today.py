"""What tours say on the page of the day."""

from datetime import date, datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from tenancy.fields import translated
from tenancy.models import User
from tenancy.panels import TodayItem
from tours.models import Guide, Schedule
from tours.queries import (
    CertificateWarning,
    certificate_warnings,
    decisions_waiting,
    declined_requests,
    failing_feeds,
    requests_to,
    requests_unanswered,
    swaps_open_to,
    swaps_to_decide,
)


def today_items(request: HttpRequest) -> list[TodayItem]:
    """Return the departures about which something must be decided, the guides who have not answered, and what the person is asked."""
    user, now = request.user, timezone.now()
    own = _of_guide(user, now=now) if user.has_perm("tours.lead_schedule") else []
    if not user.has_perm("tours.change_schedule"):
        return own
    too_few = [
        _waiting(
            decision.schedule,
            gettext("Too few participants: %(booked)d of at least %(minimum)d")
            % {"booked": decision.schedule.booked_count, "minimum": decision.minimum},
            url=reverse("decisions:decide", args=[decision.pk]),
            order=15,
        )
        for decision in decisions_waiting()
    ]
    asked = [
        _waiting(
            assignment.schedule,
            gettext("%(guide)s has not answered yet") % {"guide": assignment.guide},
            order=45,
            page="guides",
        )
        for assignment in requests_unanswered(now=now)
        # What they are asked themselves stands above.
        if assignment.guide.user_id != user.pk
    ]
    of_guides = _of_guides(timezone.localdate(now, timezone=request.organization.zone), now=now)
    return [*own, *too_few, *asked, *of_guides]


def _of_guide(user: User, *, now: datetime) -> list[TodayItem]:
    """What somebody who leads tours is asked: to lead, or to take over."""
    requests = [
        _waiting(assignment.schedule, gettext("You are asked to lead it"), order=5, url=reverse("my_departures:index"))
        for assignment in requests_to(user, now=now)
    ]
    offered = [
        _waiting(
            swap.assignment.schedule,
            gettext("%(guide)s would like to hand it over") % {"guide": swap.assignment.guide},
            order=46,
            url=reverse("swaps:index"),
        )
        for swap in swaps_open_to(user)
    ]
    return [*requests, *offered]


def _of_guides(today: date, *, now: datetime) -> list[TodayItem]:
    """What guides need from the team: somebody else, consent, a new certificate, another calendar."""
    declined = [
        _waiting(row.schedule, gettext("%(guide)s has declined") % {"guide": row.guide}, order=44, page="guides")
        for row in declined_requests(now=now)
    ]
    swaps = [
        _waiting(
            swap.assignment.schedule,
            gettext("%(taker)s would take over from %(guide)s") % {"taker": swap.taker, "guide": swap.assignment.guide},
            order=46,
            url=reverse("swaps:index"),
        )
        for swap in swaps_to_decide()
    ]
    certificates = [
        _about(warning.certification.guide, certificate_in_words(warning), order=47)
        for warning in certificate_warnings(today=today)
    ]
    feeds = [_about(feed.guide, feed.get_problem_display(), order=48) for feed in failing_feeds()]
    return [*declined, *swaps, *certificates, *feeds]


def certificate_in_words(warning: CertificateWarning) -> str:
    """Return which certificate ends when, or has ended, in the active language."""
    row = warning.certification
    text = gettext("%(certificate)s until %(day)s") if warning.days else gettext("%(certificate)s ended on %(day)s")
    return text % {"certificate": row.certification, "day": date_format(row.expires_on)}


def _about(guide: Guide, note: str, *, order: int) -> TodayItem:
    return TodayItem(guide.name, reverse("guides:edit", args=[guide.pk]), note, order=order)


def _waiting(schedule: Schedule, note: str, *, order: int, page: str = "inspect", url: str = "") -> TodayItem:
    when = date_format(schedule.local_start, gettext("D j M Y, H:i"))
    name = f"{translated(schedule.tour, 'name')}, {when}"
    return TodayItem(name, url or reverse(f"schedules:{page}", args=[schedule.pk]), note, order=order)
