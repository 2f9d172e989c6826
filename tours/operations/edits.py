"""Departures edited by people: one by one, with a look at what others did meanwhile, or many at once."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tenancy.audit import Actor
from tours.enums import ScheduleStatus
from tours.models import Guide, Schedule
from tours.operations.guide_letters import GuideNews, tell_guides
from tours.operations.schedules import (
    ScheduleRefused,
    cancel_schedule,
    change_schedule,
    close_schedule,
    open_schedule,
)
from tours.queries import editable_values, guides_of, schedule_for_update
from tours.rules import Minimum, local_start, staff_verbs

# What can be the same for many departures.
IN_BULK: Final = frozenset({"capacity", "language", "cutoff_minutes", "guest_note", "internal_note", "guides"})


class ScheduleChanged(ScheduleRefused):
    """A departure that somebody else has changed since it was read; `now` is what it is, of the fields that changed by their names."""

    def __init__(self, now: Mapping[str, Any]) -> None:
        self.now = now
        super().__init__(_("Somebody else has changed this departure while you were editing it."))


@transaction.atomic
def edit_schedule(
    schedule: Schedule,
    *,
    seen: Mapping[str, Any] | None,
    minimum: Minimum,
    actor: Actor,
    **values: Any,
) -> Schedule:
    """Change a departure as `change_schedule`, unless somebody else has changed it; return it.

    `seen` is what `queries.editable_values` told when the editing began; None does not compare. Raises `ScheduleChanged` with what is
    different by now, and `ScheduleRefused` as `change_schedule` and when its new start has passed.
    """
    locked = schedule_for_update(schedule.pk)
    if seen is not None:
        now = editable_values(locked)
        changed = {name: value for name, value in now.items() if name in seen and seen[name] != value}
        if changed:
            raise ScheduleChanged(changed)
    start = local_start(values["date"], values["start_time"], locked.zone)
    if start.starts_at != locked.starts_at and start.starts_at <= timezone.now():
        raise ScheduleRefused(_("This time has passed. Please choose a later one."))
    return change_schedule(locked, minimum=minimum, actor=actor, **values)


@dataclass
class BulkReport:
    """What became of many departures: those that were done, and those that were left alone, each with the reason."""

    done: list[Schedule] = field(default_factory=list)
    left_alone: list[tuple[Schedule, str]] = field(default_factory=list)


def _each(schedules: Iterable[Schedule], do: Callable[[Schedule, GuideNews], str]) -> BulkReport:
    # Each in a transaction of its own: it is done completely or not at all, and nobody waits for the others.
    report, told = BulkReport(), GuideNews()
    for schedule in schedules:
        news = GuideNews()
        try:
            reason = do(schedule, news)
        except ScheduleRefused as refused:
            reason = str(refused)
        if reason:
            report.left_alone.append((schedule, reason))
        else:
            report.done.append(schedule)
            told.add_all(news)
    tell_guides(told, now=timezone.now())
    return report


def change_schedules(schedules: Sequence[Schedule], *, values: Mapping[str, Any], actor: Actor) -> BulkReport:
    """Give many departures the same `values` (of the fields in `IN_BULK`); return what became of each. None is half changed.

    Each guide who is put down or taken off is told by one e-mail for all of them.
    """
    unknown = set(values) - IN_BULK
    if unknown:
        raise ValueError(f"{sorted(unknown)} cannot be the same for many departures.")

    def change(schedule: Schedule, news: GuideNews) -> str:
        with transaction.atomic():
            locked = schedule_for_update(schedule.pk)
            if _has(locked, values):
                return _("There was nothing to change.")
            kept = {
                name: getattr(locked, name)
                for name in ("date", "start_time", "duration_minutes", *IN_BULK - {"guides"})
            }
            change_schedule(locked, **{**kept, **values}, news=news, actor=actor)
        return ""

    return _each(schedules, change)


def _has(schedule: Schedule, values: Mapping[str, Any]) -> bool:
    if not staff_verbs(schedule.status):
        return False
    guides: Collection[Guide] | None = values.get("guides")
    if guides is not None and {guide.pk for guide in guides} != {guide.pk for guide in guides_of(schedule)}:
        return False
    return all(getattr(schedule, name) == value for name, value in values.items() if name != "guides")


def open_schedules(schedules: Sequence[Schedule], *, actor: Actor) -> BulkReport:
    """Sell many closed departures again; return what became of each."""
    return _each(
        schedules, lambda schedule, _news: _unless(schedule, "open") or _done(open_schedule(schedule, actor=actor))
    )


def close_schedules(schedules: Sequence[Schedule], *, actor: Actor) -> BulkReport:
    """Stop selling many departures; return what became of each."""
    return _each(
        schedules, lambda schedule, _news: _unless(schedule, "close") or _done(close_schedule(schedule, actor=actor))
    )


def cancel_schedules(schedules: Sequence[Schedule], *, reason: str, now: datetime, actor: Actor) -> BulkReport:
    """Cancel many departures with their bookings, and tell each guide once; return what became of each."""

    def cancel(schedule: Schedule, news: GuideNews) -> str:
        return _unless(schedule, "cancel") or _done(
            cancel_schedule(schedule, reason=reason, now=now, news=news, actor=actor)
        )

    return _each(schedules, cancel)


def _unless(schedule: Schedule, verb: str) -> str:
    if verb in staff_verbs(schedule.status):
        return ""
    if staff_verbs(schedule.status):
        return _("There was nothing to change.")
    over = _("This departure is cancelled."), _("This departure took place.")
    return over[schedule.status == ScheduleStatus.COMPLETED]


def _done(schedule: Schedule) -> str:
    return ""
