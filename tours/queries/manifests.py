"""Who comes on departures."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Greatest

from tours.enums import LEADING, SEAT_TAKING, ScheduleStatus
from tours.models import Booking, Guide, GuideAssignment, Participant, Schedule, TourReport
from tours.rules import emergency_contact


@dataclass(frozen=True, slots=True)
class ManifestPerson:
    """One person on a manifest, and whom to call for them: the person's own contact, else the party's."""

    participant: Participant
    emergency_name: str
    emergency_phone: str


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """One booking on a manifest; `people` is how many of each kind of place, in the order they were booked.

    `owed` is what is still to be paid, in words; whoever knows of money fills it in.
    """

    booking: Booking
    people: dict[str, int]
    persons: list[ManifestPerson]
    owed: str = ""

    @property
    def expected(self) -> int:
        """How many people are to come."""
        return sum(person.participant.heads for person in self.persons)

    @property
    def here(self) -> int:
        """How many people are checked in."""
        return sum(person.participant.heads for person in self.persons if person.participant.checked_in_at)

    @property
    def absent(self) -> int:
        """How many people are known not to come."""
        return sum(person.participant.heads for person in self.persons if person.participant.no_show_at)

    @property
    def open(self) -> int:
        """How many people are neither here nor known not to come."""
        return self.expected - self.here - self.absent


@dataclass(frozen=True, slots=True)
class Manifest:
    """Who comes on a departure, by the name of who booked, and how many of each kind in all."""

    schedule: Schedule
    guides: list[Guide]
    entries: list[ManifestEntry]
    people: dict[str, int]

    @property
    def expected(self) -> int:
        """How many people are to come."""
        return sum(entry.expected for entry in self.entries)

    @property
    def here(self) -> int:
        """How many people are checked in."""
        return sum(entry.here for entry in self.entries)

    @property
    def absent(self) -> int:
        """How many people are known not to come."""
        return sum(entry.absent for entry in self.entries)


def manifest_of(schedule: Schedule) -> Manifest:
    """Return who comes on a departure: every booking that takes seats, those not paid yet too; three queries."""
    return manifests_of([schedule])[0]


def manifests_of(schedules: Iterable[Schedule]) -> list[Manifest]:
    """Return who comes on each of some departures, in their order; three queries."""
    wanted = list(schedules)
    entries: dict[int, list[ManifestEntry]] = defaultdict(list)
    bookings = (
        Booking.objects.filter(schedule__in=wanted, status__in=SEAT_TAKING)
        .select_related("customer")
        .prefetch_related(Prefetch("participants", Participant.objects.order_by("pk")))
        .order_by("customer__last_name", "customer__first_name", "pk")
    )
    for booking in bookings:
        party = list(booking.participants.all())
        persons = [ManifestPerson(person, *emergency_contact(person, party)) for person in party]
        people = dict(Counter(person.tier_name for person in party))
        entries[booking.schedule_id].append(ManifestEntry(booking, people, persons))
    guides: dict[int, list[Guide]] = defaultdict(list)
    leading = GuideAssignment.objects.filter(schedule__in=wanted, status__in=LEADING)
    for assignment in leading.select_related("guide").order_by("guide__name", "guide"):
        guides[assignment.schedule_id].append(assignment.guide)
    return [
        Manifest(schedule, guides[schedule.pk], entries[schedule.pk], _kinds(entries[schedule.pk]))
        for schedule in wanted
    ]


def _kinds(entries: Iterable[ManifestEntry]) -> dict[str, int]:
    kinds: Counter[str] = Counter()
    for entry in entries:
        kinds.update(entry.people)
    return dict(kinds)


def attendance_of(schedules: Iterable[Schedule | int]) -> dict[int, tuple[int, int, int]]:
    """Return how many people are here, known not to come, and expected in all, by the departure's primary key; one query.

    Departures may be given by their keys. Those without people are left out.
    """
    heads = Greatest("seats", 1)
    found = (
        Participant.objects.filter(booking__schedule__in=list(schedules), booking__status__in=SEAT_TAKING)
        .values("booking__schedule")
        .annotate(
            here=Coalesce(Sum(heads, filter=Q(checked_in_at__isnull=False)), 0),
            absent=Coalesce(Sum(heads, filter=Q(no_show_at__isnull=False)), 0),
            expected=Sum(heads),
        )
    )
    return {row["booking__schedule"]: (row["here"], row["absent"], row["expected"]) for row in found}


def departures_on(schedules: QuerySet[Schedule], day: date) -> QuerySet[Schedule]:
    """Return those of some departures that leave on a local day and are not cancelled, by start, with tour and meeting point."""
    on_the_day = schedules.filter(date=day).exclude(status=ScheduleStatus.CANCELLED)
    return on_the_day.select_related("tour__meeting_point", "variant").order_by("starts_at", "pk")


def reports_of(schedule: Schedule) -> list[TourReport]:
    """Return what was said of a departure afterwards, with the authors who still work here; one query."""
    return list(TourReport.objects.filter(schedule=schedule).select_related("author"))
