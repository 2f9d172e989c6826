"""Who leads a departure: put down by staff, or asked and answering."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from psycopg.errors import ExclusionViolation

from tenancy import audit
from tenancy.audit import Actor
from tenancy.models import User
from tours.enums import LEADING, AssignmentRole, AssignmentStatus, GuideLetter, ScheduleStatus
from tours.models import Guide, GuideAssignment, Schedule
from tours.operations.guide_letters import GuideNews, tell_guide, tell_guides, write_to_guide, write_to_team
from tours.queries import (
    assignment_for_update,
    confirmed_times,
    conflicts_of,
    double_booked,
    guide_address,
    guides_for_update,
    guides_of,
    need_of,
    outlook_on,
    schedule_for_update,
    schedule_to_lead,
)
from tours.rules import Conflict, conflicts


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


def _to_lead(schedule: Schedule) -> Schedule:
    found = schedule_to_lead(schedule.pk)
    assert found is not None
    return found


def _refuse_hard(guide: Guide, against: Iterable[Conflict]) -> None:
    for conflict in against:
        if conflict.is_hard:
            raise AssignmentRefused(f"{guide}: {conflict.text}.")


@transaction.atomic
def assign_guides(
    schedule: Schedule, *, guides: Iterable[Guide], news: GuideNews | None = None, actor: Actor = None
) -> list[Guide]:
    """Put exactly these guides down for a departure, and tell those for whom that is new by e-mail; return all by name.

    With `news` it is gathered there what they are to be told, and nothing is sent.

    Whom staff put down is confirmed, also after having declined; who was asked or confirmed already stays so. A repeat has no effect.
    What only warns is not asked for here. Raises `AssignmentRefused` when a guide leads another departure at that time, has time off, or
    lacks the certificate that the tour requires.
    """
    locked = schedule_for_update(schedule.pk)
    wanted = {guide.pk for guide in guides}
    leading = guides_of(locked)
    before = {guide.pk for guide in leading}
    if wanted == before:
        return leading
    locked.guide_assignments.filter(status__in=LEADING).exclude(guide__in=wanted).delete()
    added = guides_for_update(wanted - before)
    if added and locked.status != ScheduleStatus.CANCELLED:
        refuse_double_booking(locked, guides=added, starts_at=locked.starts_at, ends_at=locked.ends_at)
        against = conflicts_of(_to_lead(locked), added)
        for guide in added:
            _refuse_hard(guide, against[guide.pk])
    with guides_in_one_place():
        for guide in added:
            GuideAssignment.objects.update_or_create(
                schedule=locked, guide=guide, defaults={"status": AssignmentStatus.CONFIRMED}
            )
    audit.record("schedule.guides_set", locked, actor=actor, guide_ids=sorted(wanted))
    told = GuideNews() if news is None else news
    told.add(GuideLetter.RELEASED, locked, [guide for guide in leading if guide.pk not in wanted])
    told.add(GuideLetter.ASSIGNED, locked, added)
    if news is None:
        tell_guides(told, now=timezone.now())
    return guides_of(locked)


def lead_new_schedules(schedules: Iterable[Schedule], *, guides: Iterable[Guide]) -> list[tuple[Schedule, Guide]]:
    """Put guides down for departures of one tour that were made in the running transaction; return where one cannot lead, by time.

    There the departure has no such guide; everywhere else the guide is confirmed, and told by one e-mail. A fixed number of queries
    for any number of departures.
    """
    wanted = sorted(schedules, key=lambda schedule: (schedule.starts_at, schedule.pk))
    leaders = guides_for_update(guide.pk for guide in guides)
    if not wanted or not leaders:
        return []
    first, last = wanted[0].starts_at, max(schedule.ends_at for schedule in wanted)
    taken = confirmed_times(leaders, starts_at=first, ends_at=last)
    tour = _to_lead(wanted[0]).tour
    outlook = outlook_on(tour, guides=leaders, starts_at=first, ends_at=last)
    # What they lead was read above, with what they are given here added to it.
    free = {pk: replace(candidate, engagements=()) for pk, candidate in outlook.candidates.items()}
    rows, refused, news = [], [], GuideNews()
    for schedule in wanted:
        schedule.tour = tour
        need = need_of(schedule, outlook)
        for guide in leaders:
            times = taken[guide.pk]
            is_taken = any(start < schedule.ends_at and schedule.starts_at < end for start, end in times)
            if is_taken or any(one.is_hard for one in conflicts(need, free[guide.pk], outlook.planning)):
                refused.append((schedule, guide))
                continue
            times.append((schedule.starts_at, schedule.ends_at))
            rows.append(GuideAssignment(schedule=schedule, guide=guide, status=AssignmentStatus.CONFIRMED))
            news.add(GuideLetter.ASSIGNED, schedule, [guide])
    with guides_in_one_place():
        GuideAssignment.objects.bulk_create(rows)
    tell_guides(news, now=timezone.now())
    return refused


@transaction.atomic
def assign_guide(
    schedule: Schedule,
    *,
    guide: Guide,
    role: AssignmentRole = AssignmentRole.LEAD,
    override_reason: str = "",
    now: datetime,
    actor: Actor,
) -> GuideAssignment:
    """Put a guide down for a departure without asking, and tell them by e-mail; return the assignment. A repeat has no effect.

    Raises `AssignmentRefused` when the guide cannot lead it, when something warns and no `override_reason` is given, or when the
    departure is over or cancelled.
    """
    row, is_new = _put_down(schedule, guide, role, override_reason, AssignmentStatus.CONFIRMED, now=now, actor=actor)
    if is_new:
        audit.record("schedule.guide_assigned", row.schedule, actor=actor, guide_id=guide.pk, role=row.role)
        tell_guide(row.guide, GuideLetter.ASSIGNED, row.schedule, now=now)
    return row


@transaction.atomic
def ask_guide(
    schedule: Schedule,
    *,
    guide: Guide,
    role: AssignmentRole = AssignmentRole.LEAD,
    override_reason: str = "",
    now: datetime,
    actor: Actor,
) -> GuideAssignment:
    """Ask a guide by e-mail to lead a departure; return the assignment, which waits for an answer. A repeat has no effect.

    Raises `AssignmentRefused` as `assign_guide`, and when the guide can be reached in no way.
    """
    if not guide_address(guide) and guide.user_id is None:
        raise AssignmentRefused(
            _("%(guide)s has neither an e-mail address nor an account, and cannot be asked.") % {"guide": guide}
        )
    row, is_new = _put_down(schedule, guide, role, override_reason, AssignmentStatus.PENDING, now=now, actor=actor)
    if is_new:
        audit.record("schedule.guide_asked", row.schedule, actor=actor, guide_id=guide.pk, role=row.role)
        write_to_guide(row, GuideLetter.ASKED, now=now)
    return row


def _put_down(
    schedule: Schedule,
    guide: Guide,
    role: AssignmentRole,
    override_reason: str,
    status: AssignmentStatus,
    *,
    now: datetime,
    actor: Actor,
) -> tuple[GuideAssignment, bool]:
    """Write that a guide is down for a departure; return the row, and whether anything but the role changed."""
    locked = schedule_for_update(schedule.pk)
    _refuse_past(locked, now=now)
    (guide,) = guides_for_update([guide.pk])
    row = GuideAssignment.objects.filter(schedule=locked, guide=guide).first() or GuideAssignment(guide=guide)
    row.schedule = locked
    if row.pk is not None and row.status in (status, AssignmentStatus.CONFIRMED):
        if row.role != role:
            row.role = role
            row.save(update_fields=["role", "updated_at"])
        return row, False
    refuse_double_booking(locked, guides=[guide], starts_at=locked.starts_at, ends_at=locked.ends_at)
    against = conflicts_of(_to_lead(locked), [guide])[guide.pk]
    _refuse_hard(guide, against)
    override_reason = override_reason.strip()
    if against and not override_reason:
        raise AssignmentRefused(
            _("%(guide)s %(warning)s. Give a reason to decide otherwise.")
            % {"guide": guide, "warning": against[0].text}
        )
    row.role, row.status, row.override_reason = role, status, override_reason if against else ""
    row.asked_by = actor if isinstance(actor, User) else None
    row.asked_at = now if status == AssignmentStatus.PENDING else None
    row.reminded_at = row.answered_at = None
    row.decline_reason = ""
    with guides_in_one_place():
        row.save()
    return row, True


@transaction.atomic
def release_guide(assignment: GuideAssignment, *, now: datetime, actor: Actor) -> None:
    """Take a guide off a departure and, when it is still to come, tell them by e-mail. A repeat has no effect."""
    schedule = schedule_for_update(assignment.schedule_id)
    row = assignment_for_update(assignment.pk)
    if row is None:
        return
    row.schedule = schedule
    audit.record("schedule.guide_released", schedule, actor=actor, guide_id=row.guide_id)
    if row.status in LEADING:
        tell_guide(row.guide, GuideLetter.RELEASED, schedule, now=now)
    row.delete()


@transaction.atomic
def remind_guide(assignment_id: int, *, now: datetime) -> None:
    """Remind a guide once of a request that waits for an answer; nothing when it does not any more, or the departure has begun."""
    row = assignment_for_update(assignment_id)
    if row is None or row.status != AssignmentStatus.PENDING or row.reminded_at is not None:
        return
    if row.schedule.status == ScheduleStatus.CANCELLED or row.schedule.starts_at <= now:
        return
    row.reminded_at = now
    row.save(update_fields=["reminded_at", "updated_at"])
    write_to_guide(row, GuideLetter.ASKED_AGAIN, now=now)


def _refuse_past(schedule: Schedule, *, now: datetime) -> None:
    if schedule.status == ScheduleStatus.CANCELLED:
        raise AssignmentRefused(_("This departure is cancelled."))
    if schedule.status == ScheduleStatus.COMPLETED or schedule.ends_at <= now:
        raise AssignmentRefused(_("This departure is over."))


def _answerable(assignment: GuideAssignment) -> GuideAssignment:
    """Lock departure, guide and assignment, in this order; raise `AssignmentRefused` when nothing is asked any more."""
    schedule = schedule_for_update(assignment.schedule_id)
    guides_for_update([assignment.guide_id])
    locked = assignment_for_update(assignment.pk)
    if locked is None:
        raise AssignmentRefused(_("The team has given this departure to somebody else."))
    locked.schedule = schedule
    _refuse_past(schedule, now=timezone.now())
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
    write_to_team(locked, now=locked.answered_at)
    return locked
