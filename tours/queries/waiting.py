"""What waits for a decision about departures to come."""

from datetime import datetime

from django.db.models import QuerySet

from tenancy.models import User
from tours.enums import AssignmentStatus, ScheduleStatus
from tours.models import DepartureDecision, GuideAssignment


def decisions_waiting(*, limit: int = 10) -> list[DepartureDecision]:
    """Return the departures with too few participants about which nothing is decided, by their start; one query."""
    waiting = DepartureDecision.objects.filter(decided_at=None).select_related("schedule__tour")
    return list(waiting.order_by("schedule__starts_at", "pk")[:limit])


def requests_unanswered(*, now: datetime, limit: int = 10) -> list[GuideAssignment]:
    """Return the next departures whose guides were asked and have not answered, by start, with both; one query."""
    return list(_unanswered(now)[:limit])


def requests_to(user: User, *, now: datetime, limit: int = 10) -> list[GuideAssignment]:
    """Return the next departures that the guide with this account is asked to lead, by start; one query."""
    return list(_unanswered(now).filter(guide__user=user.pk, guide__is_active=True)[:limit])


def _unanswered(now: datetime) -> QuerySet[GuideAssignment]:
    return (
        GuideAssignment.objects.filter(status=AssignmentStatus.PENDING, schedule__starts_at__gt=now)
        .exclude(schedule__status=ScheduleStatus.CANCELLED)
        .select_related("schedule__tour", "guide")
        .order_by("schedule__starts_at", "pk")
    )
