"""A departure goes from one guide to another, with the consent of the team."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tenancy import audit
from tenancy.audit import Actor
from tenancy.models import User
from tours import emails
from tours.enums import SWAPS_OPEN, AssignmentStatus, GuideLetter, ScheduleStatus, SwapStatus
from tours.models import Guide, GuideAssignment, GuideSwap
from tours.operations.assignments import (
    AssignmentRefused,
    guides_in_one_place,
    refuse_double_booking,
)
from tours.operations.guide_letters import queue_letter, tell_guide, write_to_guide
from tours.queries import (
    assignment_for_update,
    conflicts_of,
    guide_settings,
    guides_for_update,
    schedule_for_update,
    schedule_to_lead,
    swap_for_update,
    who_could_take,
)


@transaction.atomic
def offer_swap(
    assignment: GuideAssignment, *, wanted: Guide | None = None, reason: str = "", now: datetime, actor: Actor
) -> GuideSwap:
    """Offer a departure that a guide leads to one other guide, or to all who could lead it; they are told by e-mail. Returns the swap.

    Raises `AssignmentRefused` when the guide does not lead it for certain, it has begun, it is offered already, or nobody can take it.
    """
    schedule = schedule_for_update(assignment.schedule_id)
    row = assignment_for_update(assignment.pk)
    if row is None or row.status != AssignmentStatus.CONFIRMED:
        raise AssignmentRefused(_("Only somebody who leads this departure can hand it over."))
    if schedule.status in (ScheduleStatus.CANCELLED, ScheduleStatus.COMPLETED) or schedule.starts_at <= now:
        raise AssignmentRefused(_("This departure has begun or is cancelled."))
    asked = who_could_take(schedule, wanted=wanted)
    if not asked:
        raise AssignmentRefused(
            _("%(guide)s cannot lead this departure.") % {"guide": wanted}
            if wanted is not None
            else _("No other guide can lead this departure. Please call the team.")
        )
    try:
        with transaction.atomic():
            swap = GuideSwap.objects.create(assignment=row, wanted=wanted, reason=reason.strip())
    except IntegrityError as error:
        raise AssignmentRefused(_("This departure is offered already.")) from error
    audit.record("swap.offered", schedule, actor=actor, guide_id=row.guide_id, to=[guide.pk for guide in asked])
    for guide in asked:
        mail, key = emails.swap_offered(swap, guide), f"swap-{swap.pk}-{guide.pk}"
        queue_letter(mail, GuideLetter.SWAP_OFFERED, key=key, record=schedule, now=now)
    return swap


def _open_swap(swap: GuideSwap, *guides: int, now: datetime) -> GuideSwap:
    """Lock departure, guides and swap, in this order; raise `AssignmentRefused` when there is nothing to decide any more."""
    schedule = schedule_for_update(swap.assignment.schedule_id)
    guides_for_update([swap.assignment.guide_id, *guides])
    locked = swap_for_update(swap.pk)
    if locked is None or locked.status == SwapStatus.WITHDRAWN:
        raise AssignmentRefused(_("This departure is not offered any more."))
    if locked.status not in SWAPS_OPEN:
        raise AssignmentRefused(_("This swap has been decided already."))
    if schedule.status in (ScheduleStatus.CANCELLED, ScheduleStatus.COMPLETED) or schedule.starts_at <= now:
        raise AssignmentRefused(_("This departure has begun or is cancelled."))
    locked.assignment.schedule = schedule
    return locked


def _refuse_taker(swap: GuideSwap, guide: Guide) -> bool:
    """Raise `AssignmentRefused` when a guide cannot lead the departure of a swap; return whether something warns."""
    schedule = schedule_to_lead(swap.assignment.schedule_id)
    assert schedule is not None
    refuse_double_booking(schedule, guides=[guide], starts_at=schedule.starts_at, ends_at=schedule.ends_at)
    against = conflicts_of(schedule, [guide])[guide.pk]
    for conflict in against:
        if conflict.is_hard:
            raise AssignmentRefused(f"{guide}: {conflict.text}.")
    return bool(against)


@transaction.atomic
def take_swap(swap: GuideSwap, *, guide: Guide, now: datetime, actor: Actor) -> GuideSwap:
    """Note that a guide takes a departure over; return the swap. A repeat by the same guide has no effect.

    It is done at once where the organization does not want to be asked and nothing warns; otherwise the team is told and decides. Raises
    `AssignmentRefused` when somebody else was quicker, when the guide cannot lead it, or when it is not offered (to them) any more.
    """
    locked = _open_swap(swap, guide.pk, now=now)
    if locked.taker_id == guide.pk:
        return locked
    if locked.status == SwapStatus.TAKEN:
        raise AssignmentRefused(_("Somebody else was quicker. Thank you all the same."))
    if guide.pk == locked.assignment.guide_id or locked.wanted_id not in (None, guide.pk):
        raise AssignmentRefused(_("This departure is not offered to you."))
    if locked.assignment.schedule.guide_assignments.filter(guide=guide, status=AssignmentStatus.CONFIRMED).exists():
        raise AssignmentRefused(_("%(guide)s leads this departure already.") % {"guide": guide})
    warned = _refuse_taker(locked, guide)
    locked.taker, locked.taken_at, locked.status = guide, now, SwapStatus.TAKEN
    locked.save()
    audit.record("swap.taken", locked.assignment.schedule, actor=actor, guide_id=guide.pk)
    if warned or guide_settings().swap_needs_consent:
        mail, key = emails.swap_taken(locked), f"swap-{locked.pk}"
        queue_letter(mail, GuideLetter.SWAP_TAKEN, key=key, record=locked.assignment.schedule, now=now)
        return locked
    return _hand_over(locked, now=now, actor=None)


def _hand_over(swap: GuideSwap, *, now: datetime, actor: Actor) -> GuideSwap:
    assignment, guide = swap.assignment, swap.taker
    assert guide is not None
    schedule = assignment.schedule
    before = assignment.guide
    # Who had declined or was asked leads it now; one row for each guide.
    schedule.guide_assignments.filter(guide=guide).delete()
    assignment.guide, assignment.answered_at = guide, now
    with guides_in_one_place():
        assignment.save()
    swap.status, swap.decided_at = SwapStatus.DONE, now
    swap.decided_by = actor if isinstance(actor, User) else None
    swap.save()
    audit.record("swap.done", schedule, actor=actor, guide_ids=[before.pk, guide.pk])
    tell_guide(before, GuideLetter.RELEASED, schedule, now=now)
    tell_guide(guide, GuideLetter.ASSIGNED, schedule, now=now)
    return swap


@transaction.atomic
def consent_to_swap(swap: GuideSwap, *, now: datetime, actor: Actor) -> GuideSwap:
    """Let the guide who takes a departure over lead it, and tell both; return the swap.

    Raises `AssignmentRefused` when nobody has taken it yet, it is decided, or the guide cannot lead it any more.
    """
    locked = _open_swap(swap, *([swap.taker_id] if swap.taker_id else []), now=now)
    if locked.taker is None or locked.taker_id != swap.taker_id:
        raise AssignmentRefused(_("Nobody has taken this departure over yet."))
    _refuse_taker(locked, locked.taker)
    return _hand_over(locked, now=now, actor=actor)


@transaction.atomic
def refuse_swap(swap: GuideSwap, *, now: datetime, actor: Actor) -> GuideSwap:
    """Leave a departure with its guide, and tell them; return the swap. Raises `AssignmentRefused` when it is decided already."""
    locked = _open_swap(swap, now=now)
    locked.status, locked.decided_at = SwapStatus.REFUSED, now
    locked.decided_by = actor if isinstance(actor, User) else None
    locked.save()
    audit.record("swap.refused", locked.assignment.schedule, actor=actor, guide_id=locked.assignment.guide_id)
    write_to_guide(locked.assignment, GuideLetter.SWAP_REFUSED, now=now)
    return locked


@transaction.atomic
def withdraw_swap(swap: GuideSwap, *, now: datetime, actor: Actor) -> GuideSwap:
    """Take an offer back, so that the guide leads the departure as before; return the swap.

    Raises `AssignmentRefused` when it is decided already.
    """
    locked = _open_swap(swap, now=now)
    locked.status, locked.decided_at = SwapStatus.WITHDRAWN, now
    locked.save()
    audit.record("swap.withdrawn", locked.assignment.schedule, actor=actor, guide_id=locked.assignment.guide_id)
    return locked
