"""Reads of guides, and what they lead."""

from django.db.models import Prefetch, Q, QuerySet

from tenancy.models import User
from tours.enums import LEADING, AssignmentStatus
from tours.models import Guide, GuideAssignment, Schedule


def guide_of(user: User) -> Guide | None:
    """Return the guide that an account belongs to, or None when there is none or the guide leads no tours any more."""
    return Guide.objects.filter(user=user.pk, is_active=True).first()


def schedules_led_by(user: User) -> QuerySet[Schedule]:
    """Return the departures that the guide with this account leads or is asked to lead."""
    own = GuideAssignment.objects.filter(guide__user=user.pk, guide__is_active=True, status__in=LEADING)
    return Schedule.objects.filter(pk__in=own.values("schedule"))


def schedules_confirmed_by(user: User) -> QuerySet[Schedule]:
    """Return the departures that the guide with this account has said to lead, or was put down for."""
    own = GuideAssignment.objects.filter(guide__user=user.pk, guide__is_active=True, status=AssignmentStatus.CONFIRMED)
    return Schedule.objects.filter(pk__in=own.values("schedule"))


def guides_to_choose(schedule: Schedule | None = None) -> QuerySet[Guide]:
    """Return the guides who can be put down for a departure: those who lead tours, and those who are down for it already."""
    is_down = Q(assignments__schedule=schedule, assignments__status__in=LEADING) if schedule else Q(pk__in=[])
    return Guide.objects.filter(Q(is_active=True) | is_down).distinct()


def guides_of(schedule: Schedule) -> list[Guide]:
    """Return the guides who lead a departure or are asked to, by name; one query."""
    return list(Guide.objects.filter(assignments__schedule=schedule, assignments__status__in=LEADING))


def confirmed_guides_of(schedule: Schedule) -> list[Guide]:
    """Return the guides who lead a departure for certain, by name; one query."""
    return list(Guide.objects.filter(assignments__schedule=schedule, assignments__status=AssignmentStatus.CONFIRMED))


def with_guides(schedules: QuerySet[Schedule]) -> QuerySet[Schedule]:
    """Return departures each with `leading`, the assignments of guides who lead it or are asked to; one query more."""
    leading = GuideAssignment.objects.filter(status__in=LEADING).select_related("guide")
    return schedules.prefetch_related(Prefetch("guide_assignments", leading, to_attr="leading"))


def guide_address(guide: Guide) -> str:
    """Return where e-mails to a guide go: their own address, else that of the account; empty without one."""
    if guide.email:
        return guide.email
    return guide.user.email if guide.user is not None and guide.user.is_active else ""
