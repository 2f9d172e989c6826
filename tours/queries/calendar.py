"""What the calendar shows: figures of days, and the first departures of each. The database counts; few rows come back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from typing import Any, Final, NamedTuple

from django.db.models import Aggregate, Count, Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Sum, Window
from django.db.models.functions import RowNumber

from tenancy.fields import translated
from tours.enums import LEADING, AssignmentStatus, CalendarGrouping, Fullness, ScheduleStatus
from tours.models import Guide, GuideAssignment, Schedule, TourVariant
from tours.rules import fullness

# The value of the filter by guide that stands for departures which nobody leads.
NOBODY: Final = "none"


@dataclass(frozen=True, slots=True)
class Figures:
    """How many departures there are, how many places are booked, blocked and there at all, and how many departures nobody leads."""

    departures: int
    booked: int
    blocked: int
    places: int
    unled: int

    @property
    def fullness(self) -> Fullness:
        """How full they are together."""
        return fullness(self.booked + self.blocked, self.places)

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


class LeadingGuide(NamedTuple):
    """A guide of a departure by name, whether the guide has only been asked so far, and the number to call, if there is one."""

    name: str
    is_asked: bool
    phone: str = ""


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """A departure as the calendar shows it; date and time are the wall clock of `time_zone`. `guides` are in the order of names."""

    pk: int
    date: date
    start_time: time
    time_zone: str
    starts_at: datetime
    ends_at: datetime
    tour: str
    variant: str
    language: str
    booked: int
    blocked: int
    places: int
    status: str
    group: int | None
    guides: tuple[LeadingGuide, ...]

    @property
    def fullness(self) -> Fullness:
        """How full it is."""
        return fullness(self.booked + self.blocked, self.places)

    @property
    def remark(self) -> str:
        """What its status is called, unless guests can book it or it is full."""
        status = ScheduleStatus(self.status)
        return "" if status in (ScheduleStatus.OPEN, ScheduleStatus.FULL) else str(status.label)

    @property
    def is_over(self) -> bool:
        """Whether it took place or was cancelled."""
        return self.status in (ScheduleStatus.COMPLETED, ScheduleStatus.CANCELLED)


def schedules_of_calendar(
    schedules: QuerySet[Schedule],
    *,
    first: date,
    last: date,
    tour: int | None = None,
    variant: int | None = None,
    guide: int | str | None = None,
    status: str = "",
    language: str = "",
) -> QuerySet[Schedule]:
    """Return those of some departures that the calendar shows from `first` to `last`, local days and both included.

    Cancelled ones only when `status` asks for them. `guide` is a key or `NOBODY`.
    """
    found = schedules.filter(date__range=(first, last))
    found = found.filter(status=status) if status else found.exclude(status=ScheduleStatus.CANCELLED)
    if tour is not None:
        found = found.filter(tour=tour)
    if variant is not None:
        found = found.filter(variant=variant)
    if language:
        found = found.filter(language=language)
    if guide == NOBODY:
        found = found.filter(~_led())
    elif isinstance(guide, int):
        found = found.filter(Exists(_leading().filter(guide=guide)))
    return found


def _leading() -> QuerySet[GuideAssignment]:
    return GuideAssignment.objects.filter(schedule=OuterRef("pk"), status__in=LEADING)


def _led() -> Exists:
    return Exists(_leading())


def _grouped(schedules: QuerySet[Schedule], by: CalendarGrouping) -> tuple[QuerySet[Schedule], str | None]:
    """Departures with what they are grouped by, and where its key stands. Who has several guides stands under each."""
    if by == CalendarGrouping.TOUR:
        return schedules, "tour_id"
    if by == CalendarGrouping.GUIDE:
        led = FilteredRelation("guide_assignments", condition=Q(guide_assignments__status__in=LEADING))
        return schedules.annotate(leading_assignment=led), "leading_assignment__guide_id"
    return schedules, None


def _sums() -> dict[str, Aggregate]:
    # In the order of `Figures`.
    return {
        "departures": Count("pk"),
        "booked": Sum("booked_count"),
        "blocked": Sum("blocked_count"),
        "places": Sum("capacity"),
        "unled": Count("pk", filter=~_led()),
    }


def calendar_figures(
    schedules: QuerySet[Schedule], *, by: CalendarGrouping = CalendarGrouping.TIME
) -> dict[tuple[date, int | None], Figures]:
    """Return the figures of each local day and, when grouped, of each group on it; the key of the group is None otherwise.

    One query. Days without departures are left out.
    """
    schedules, key = _grouped(schedules, by)
    rows = schedules.order_by().values_list("date", *([key] if key else [])).annotate(**_sums()).order_by("date")
    return {(row[0], row[1] if key else None): Figures(*row[-5:]) for row in rows}


def calendar_entries(
    schedules: QuerySet[Schedule],
    *,
    by: CalendarGrouping = CalendarGrouping.TIME,
    limit: int,
    variants: Mapping[int, TourVariant],
) -> tuple[list[CalendarEntry], dict[tuple[date, int | None], Figures]]:
    """Return the first `limit` departures of each local day and, when grouped, of each group on it, by start; and the same figures
    as `calendar_figures`, of all of them. Two queries. `variants` are those of the departures with their tours, by their keys.
    """
    schedules, key = _grouped(schedules, by)
    partition: list[Any] = [F("date"), *([F(key)] if key else [])]
    sums = {name: Window(sum_, partition_by=partition) for name, sum_ in _sums().items()}
    rows = list(
        schedules.annotate(place=Window(RowNumber(), partition_by=partition, order_by=["starts_at", "pk"]), **sums)
        .filter(place__lte=limit)
        .order_by("starts_at", "pk")
        .values_list(
            "pk", "date", "start_time", "time_zone", "starts_at", "ends_at",
            "variant_id", "language", "booked_count", "blocked_count", "capacity", "status",
            *([key] if key else []), *sums,
        )
    )  # fmt: skip
    guides = guides_leading(row[0] for row in rows) if rows else {}
    tours = {pk: translated(variant.tour, "name") for pk, variant in variants.items()}
    names = {pk: translated(variant, "name") for pk, variant in variants.items()}
    entries = [
        CalendarEntry(
            pk=row[0],
            date=row[1],
            start_time=row[2],
            time_zone=row[3],
            starts_at=row[4],
            ends_at=row[5],
            tour=tours[row[6]],
            variant=names[row[6]],
            language=row[7],
            booked=row[8],
            blocked=row[9],
            places=row[10],
            status=row[11],
            group=row[12] if key else None,
            guides=guides.get(row[0], ()),
        )
        for row in rows
    ]
    return entries, {(row[1], row[12] if key else None): Figures(*row[-5:]) for row in rows}


def guides_leading(schedules: Iterable[int]) -> dict[int, tuple[LeadingGuide, ...]]:
    """Return who leads departures or is asked to, by the departure's primary key and in the order of names; one query."""
    found: dict[int, tuple[LeadingGuide, ...]] = {}
    assignments = GuideAssignment.objects.filter(schedule__in=set(schedules), status__in=LEADING)
    rows = assignments.order_by("guide__name", "pk").values_list("schedule_id", "guide__name", "status", "guide__phone")
    for schedule_id, name, status, phone in rows:
        guide = LeadingGuide(name, status == AssignmentStatus.PENDING, str(phone))
        found[schedule_id] = (*found.get(schedule_id, ()), guide)
    return found


def variants_of_schedules(schedules: QuerySet[Schedule] | None = None) -> dict[int, TourVariant]:
    """Return all variants with their tours, or those of some departures, by their keys and in the order of names; one query."""
    found = TourVariant.objects.select_related("tour").order_by("tour__name", "sort_order", "pk")
    if schedules is not None:
        found = found.filter(pk__in=schedules.order_by().values("variant"))
    return {variant.pk: variant for variant in found}


def guide_names() -> dict[int, str]:
    """Return the names of all guides by their primary keys, in the order of names, those who lead no tours any more last; one query."""
    return dict(Guide.objects.order_by("-is_active", "name", "pk").values_list("pk", "name"))
