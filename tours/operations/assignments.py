"""Who leads a departure: put down by staff, or asked and answering."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from psycopg.errors import ExclusionViolation

from tenancy import audit
from tenancy.audit import Actor
from tenancy.outbox import publish
from tours.enums import LEADING, AssignmentStatus, ScheduleStatus
from tours.models import Guide, GuideAssignment, Schedule
from tours.queries import (
    assignment_for_update,
    confirmed_times,
    double_booked,
    guides_for_update,
    guides_of,
    schedule_for_update,
)


class AssignmentRefused(ValueError):
    """A guide who cannot lead a departure, or an answer that is not asked for; the message says why in the active language."""


@contextmanager
def guides_in_one_place() -> Iterator[None]:
    """Run a block that moves a departure or puts guides down for it; raise `AssignmentRefused` when the database refuses.

    Whoever looked with `refuse_double_booking` first gets there only when somebody else was quicker. The block is undone then.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if not isinstance(error.__cause__, ExclusionViolation):
            raise
        raise AssignmentRefused(_("A guide of this departure leads another one at that time.")) from error


def refuse_double_booking(
    schedule: Schedule, *, guides: Iterable[Guide], starts_at: datetime, ends_at: datetime
) -> None:
    """Raise `AssignmentRefused` when one of `guides` leads another departure between two instants; it names both."""
    other = double_booked(schedule, guides=guides, starts_at=starts_at, ends_at=ends_at)
    if other is not None:
        raise AssignmentRefused(
            _("%(guide)s leads another departure at that time: %(tour)s, %(when)s.")
            % {
                "guide": other.guide,
                "tour": other.schedule.tour,
                "when": date_format(other.schedule.local_start, _("D j M Y, H:i")),
            }
        )


@transaction.atomic
def assign_guides(schedule: Schedule, *, guides: Iterable[Guide], actor: Actor = None) -> list[Guide]:
    """Put exactly these guides down for a departure; return them by name.

    Whom staff put down is confirmed, also after having declined; who was asked or confirmed already stays so. A repeat has no effect.
    Raises `AssignmentRefused` when a guide leads another departure at that time.
    """
    locked = schedule_for_update(schedule.pk)
    wanted = {guide.pk for guide in guides}
    before = {guide.pk for guide in guides_of(locked)}
    if wanted == before:
        return guides_of(locked)
    locked.guide_assignments.filter(status__in=LEADING).exclude(guide__in=wanted).delete()
    added = guides_for_update(wanted - before)
    if locked.status != ScheduleStatus.CANCELLED:
        refuse_double_booking(locked, guides=added, starts_at=locked.starts_at, ends_at=locked.ends_at)
    with guides_in_one_place():
        for guide in added:
            GuideAssignment.objects.update_or_create(
                schedule=locked, guide=guide, defaults={"status": AssignmentStatus.CONFIRMED}
            )
    audit.record("schedule.guides_set", locked, actor=actor, guide_ids=sorted(wanted))
    return guides_of(locked)


def lead_new_schedules(schedules: Iterable[Schedule], *, guides: Iterable[Guide]) -> list[tuple[Schedule, Guide]]:
    """Put guides down for departures that were made in the running transaction; return where one of them is taken, by time.

    There the departure has no such guide; everywhere else the guide is confirmed. A fixed number of queries.
    """
    wanted = sorted(schedules, key=lambda schedule: (schedule.starts_at, schedule.pk))
    leaders = guides_for_update(guide.pk for guide in guides)
    if not wanted or not leaders:
        return []
    first, last = wanted[0].starts_at, max(schedule.ends_at for schedule in wanted)
    taken = confirmed_times(leaders, starts_at=first, ends_at=last)
    rows, refused = [], []
    for schedule in wanted:
        for guide in leaders:
            times = taken[guide.pk]
            if any(start < schedule.ends_at and schedule.starts_at < end for start, end in times):
                refused.append((schedule, guide))
                continue
            times.append((schedule.starts_at, schedule.ends_at))
            rows.append(GuideAssignment(schedule=schedule, guide=guide, status=AssignmentStatus.CONFIRMED))
    with guides_in_one_place():
        GuideAssignment.objects.bulk_create(rows)
    return refused


def _answerable(assignment: GuideAssignment) -> GuideAssignment:
    """Lock departure, guide and assignment, in this order; raise `AssignmentRefused` when nothing is asked any more."""
    schedule = schedule_for_update(assignment.schedule_id)
    guides_for_update([assignment.guide_id])
    locked = assignment_for_update(assignment.pk)
    if locked is None:
        raise AssignmentRefused(_("The team has given this departure to somebody else."))
    locked.schedule = schedule
    if schedule.status == ScheduleStatus.CANCELLED:
        raise AssignmentRefused(_("This departure is cancelled."))
    if schedule.status == ScheduleStatus.COMPLETED or schedule.ends_at <= timezone.now():
        raise AssignmentRefused(_("This departure is over."))
    return locked


@transaction.atomic
def confirm_assignment(assignment: GuideAssignment, *, actor: Actor) -> GuideAssignment:
    """Note that a guide will lead a departure; return the assignment. A repeat has no effect.

    `actor` is the guide's account, or None for a guide who answers by the link of an e-mail. Raises `AssignmentRefused` when the
    guide has declined or is not asked any more, leads another departure at that time, or when the departure is over or cancelled.
    """
    locked = _answerable(assignment)
    if locked.status == AssignmentStatus.CONFIRMED:
        return locked
    if locked.status == AssignmentStatus.DECLINED:
        raise AssignmentRefused(_("This was declined already. Please call the team if you can come after all."))
    schedule = locked.schedule
    refuse_double_booking(schedule, guides=[locked.guide], starts_at=schedule.starts_at, ends_at=schedule.ends_at)
    with guides_in_one_place():
        locked.status = AssignmentStatus.CONFIRMED
        locked.answered_at = timezone.now()
        locked.save(update_fields=["status", "answered_at", "updated_at"])
    audit.record("assignment.confirmed", schedule, actor=actor, guide_id=locked.guide_id)
    return locked


@transaction.atomic
def decline_assignment(assignment: GuideAssignment, *, reason: str, actor: Actor) -> GuideAssignment:
    """Note that a guide will not lead a departure, and tell staff once; return the assignment. A repeat has no effect.

    `actor` is as in `confirm_assignment`. Raises `AssignmentRefused` when the guide has confirmed already or is not asked any more,
    or when the departure is over or cancelled.
    """
    locked = _answerable(assignment)
    if locked.status == AssignmentStatus.DECLINED:
        return locked
    if locked.status == AssignmentStatus.CONFIRMED:
        raise AssignmentRefused(_("This was accepted already. Find somebody to take over, or call the team."))
    locked.status = AssignmentStatus.DECLINED
    locked.decline_reason = reason.strip()
    locked.answered_at = timezone.now()
    locked.save(update_fields=["status", "decline_reason", "answered_at", "updated_at"])
    audit.record("assignment.declined", locked.schedule, actor=actor, guide_id=locked.guide_id)
    publish("tours.assignment_declined", assignment_id=locked.pk)
    return locked
