"""Departures with too few participants: what the system proposes, and what is decided."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tenancy import audit
from tenancy.audit import Actor
from tenancy.models import User
from tenancy.outbox import publish
from tours.enums import Decision, Outcome, WhoDecides
from tours.models import DepartureDecision, PlanningSettings, Schedule
from tours.operations.schedules import ScheduleRefused, cancel_schedule
from tours.operations.seats import MOVABLE, SeatsUnavailable, move_booking
from tours.queries import (
    decision_for_update,
    merge_targets,
    planning_settings,
    schedule_for_update,
    schedules_by_key_for_update,
    settled_decisions,
    short_schedules,
)
from tours.rules import proposal


class DecisionRefused(ValueError):
    """A decision that cannot be taken so; nothing was done. The message says why in the active language."""


@transaction.atomic
def propose_decision(schedule_id: int, *, now: datetime) -> DepartureDecision | None:
    """Write down that a departure has too few participants, with a proposal; return it, or None when it has enough.

    Where the organization lets the system decide, it is decided at once. A repeat has no effect.
    """
    # A pattern may have taken it back since.
    schedules_by_key_for_update([schedule_id])
    schedule = short_schedules(now=now).select_related("tour", "variant").filter(pk=schedule_id).first()
    if schedule is None:
        return None
    targets = merge_targets(schedule, now=now)
    minimum: int = schedule.minimum  # type: ignore[attr-defined]  # `with_minimum` adds it
    found = proposal(schedule.booked_count, minimum, can_merge=bool(targets))
    decision = DepartureDecision.objects.create(
        schedule=schedule,
        booked=schedule.booked_count,
        minimum=minimum,
        proposal=found,
        merge_into=targets[0] if found == Decision.MERGE else None,
    )
    audit.record("schedule.too_few", schedule, booked=schedule.booked_count, minimum=minimum)
    decided_by = WhoDecides(planning_settings().minimum_decided_by)
    if decided_by == WhoDecides.STAFF:
        return decision
    return decide_departure(decision, choice=Decision(decided_by.value), now=now, actor=None)


def decide_departure(
    decision: DepartureDecision,
    *,
    choice: Decision,
    into: Schedule | None = None,
    note: str = "",
    now: datetime,
    actor: Actor,
) -> DepartureDecision:
    """Decide what becomes of a departure with too few participants, and do it, in one transaction; return the decision.

    `RUN` guarantees the departure. `CANCEL` cancels it as `cancel_schedule` does. `MERGE` moves its bookings to the departure `into`
    and cancels what is left; each guest is told once. `actor` None is the system. Raises `DecisionRefused` when it was decided
    otherwise meanwhile, the departure is over, or `into` cannot take the guests.
    """
    try:
        return _decide(decision, choice=choice, into=into, note=note, now=now, actor=actor)
    except (ScheduleRefused, SeatsUnavailable) as refused:
        raise DecisionRefused(str(refused)) from refused


@transaction.atomic
def _decide(
    decision: DepartureDecision, *, choice: Decision, into: Schedule | None, note: str, now: datetime, actor: Actor
) -> DepartureDecision:
    keys = [decision.schedule_id, *([into.pk] if into is not None else [])]
    schedules = schedules_by_key_for_update(keys)
    locked = decision_for_update(decision.pk)
    if locked.outcome == choice.value:
        return locked
    if locked.outcome:
        raise DecisionRefused(_("This was decided already: %(outcome)s.") % {"outcome": locked.get_outcome_display()})
    schedule = schedules[locked.schedule_id]
    if schedule.status in ("completed", "cancelled") or schedule.starts_at <= now:
        raise DecisionRefused(_("This departure has left or was cancelled."))
    reason = note or _("Too few participants: %(booked)d of %(minimum)d") % {
        "booked": schedule.booked_count,
        "minimum": locked.minimum,
    }
    if choice == Decision.RUN:
        _guarantee(schedule, now=now)
    elif choice == Decision.CANCEL:
        cancel_schedule(schedule, reason=reason, now=now, actor=actor)
    else:
        locked.merge_into = _merge(schedule, into, reason=reason, now=now, actor=actor)
    locked.outcome = Outcome(choice.value)
    locked.decided_at = now
    locked.decided_by = actor if isinstance(actor, User) else None
    locked.note = note
    locked.save()
    audit.record("schedule.decided", schedule, actor=actor, outcome=locked.outcome)
    return locked


def _guarantee(schedule: Schedule, *, now: datetime) -> None:
    schedule.guaranteed_at = now
    schedule.changed_by_hand = True
    schedule.save(update_fields=["guaranteed_at", "changed_by_hand", "updated_at"])
    publish("tours.schedule_guaranteed", schedule_id=schedule.pk)


@transaction.atomic
def guarantee_departure(schedule: Schedule, *, now: datetime, actor: Actor = None) -> Schedule:
    """Promise that a departure takes place, however few come, and announce it; return it. A repeat has no effect.

    A decision about it that is open is taken by that. Raises `ScheduleRefused` when it has left or was cancelled.
    """
    locked = schedule_for_update(schedule.pk)
    if locked.guaranteed_at is not None:
        return locked
    if locked.status in ("completed", "cancelled") or locked.starts_at <= now:
        raise ScheduleRefused(_("This departure has left or was cancelled."))
    decision = DepartureDecision.objects.filter(schedule=locked, decided_at=None).first()
    if decision is not None:
        _decide(decision, choice=Decision.RUN, into=None, note="", now=now, actor=actor)
        return schedule_for_update(schedule.pk)
    _guarantee(locked, now=now)
    audit.record("schedule.guaranteed", locked, actor=actor)
    return locked


def _merge(schedule: Schedule, into: Schedule | None, *, reason: str, now: datetime, actor: Actor) -> Schedule:
    schedule = schedule_for_update(schedule.pk)
    target = next(
        (other for other in merge_targets(schedule, now=now) if into is not None and other.pk == into.pk), None
    )
    if target is None:
        raise DecisionRefused(_("Choose a departure near in time that has room for all guests and takes place."))
    for booking in schedule.bookings.filter(status__in=MOVABLE).order_by("pk"):
        move_booking(booking, to=target, now=now, actor=actor, late=True)
        publish("tours.booking_merged", booking_id=booking.pk, schedule_id=schedule.pk)
    cancel_schedule(schedule, reason=reason, now=now, actor=actor)
    return target


@transaction.atomic
def settle_decisions(*, now: datetime) -> int:
    """Close the open decisions that need not be taken any more, and return how many.

    Works on the organization in scope, or on all of them inside `every_organization`.
    """
    found = list(settled_decisions(now=now).select_related("schedule").order_by("pk"))
    for decision in found:
        if decision.schedule.status == "cancelled":
            outcome = Outcome.OVER
        elif decision.schedule.starts_at <= now:
            outcome = Outcome.LAPSED
        else:
            outcome = Outcome.REACHED
        # One that somebody has taken in this moment stays as it is.
        DepartureDecision.objects.filter(pk=decision.pk, decided_at=None).update(
            outcome=outcome, decided_at=now, updated_at=now
        )
    return len(found)


@transaction.atomic
def set_planning(*, minimum_decided_by: WhoDecides, actor: Actor) -> PlanningSettings:
    """Set who decides about departures with too few participants; return the settings."""
    row, _created = PlanningSettings.objects.get_or_create()
    before = audit.snapshot(row)
    row.minimum_decided_by = minimum_decided_by
    row.save()
    changes = audit.changes_since(before, row)
    if changes:
        audit.record("planning.changed", row, actor=actor, changes=changes)
    return row
