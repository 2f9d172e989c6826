"""What giving up places would mean: who may, what is kept, and what goes back to which payment."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from commerce.enums import CancellationTerms, ChoiceStatus, OrderStatus
from commerce.models import Cancellation, GuestChoice, Order, OrderLine, Payment
from commerce.queries.authorisations import reserved_payment
from commerce.queries.changes import ChangePreview, place_key, preview_change
from commerce.queries.payments import due_minor, kept_minor, refund_split, standing_minor, undecided_minor
from commerce.rules import back_minor, deadline, order_may_change, percent_back, policy_from, share_in_words
from tenancy.models import Organization
from tenancy.money import format_money
from tours.enums import BookingStatus
from tours.models import Booking, Participant

CANCELLABLE = (BookingStatus.PENDING, BookingStatus.CONFIRMED)


class NotCancellable(ValueError):
    """Places that cannot be given up (like this); the message is for the person, in the active language."""


@dataclass(frozen=True, slots=True)
class StandingBooking:
    """A booking of an order that stands, with its lines, its people, and whether a choice about its departure is open."""

    booking: Booking
    lines: tuple[OrderLine, ...]
    people: tuple[Participant, ...]
    has_choice: bool = False

    @property
    def name(self) -> str:
        """Tour and variant, as bought."""
        return self.lines[0].name

    @property
    def words(self) -> str:
        """The policy as it was agreed, in the order's language; empty when none was."""
        words: str = self.lines[0].cancellation_policy.get("words", "")
        return words

    @property
    def deadlines(self) -> list[tuple[datetime, str]]:
        """Until when, on the clock at the departure, which share comes back, in the active language."""
        policy, schedule = policy_from(self.lines[0].cancellation_policy), self.booking.schedule
        return [
            (
                deadline(step, starts_at=schedule.starts_at, zone=schedule.zone).astimezone(schedule.zone),
                share_in_words(step.percent),
            )
            for step in (policy.steps if policy else ())
        ]


@dataclass(frozen=True, slots=True)
class CancelledLine:
    """Places of one line that would be given up: what they cost, how many percent come back, and how much that is."""

    line: OrderLine
    quantity: int
    value_minor: int
    percent: int
    back_minor: int


@dataclass(frozen=True, slots=True)
class CancelledBooking:
    """A booking that would be given up, as a whole (`change` is None) or for some of its people."""

    standing: StandingBooking
    people: tuple[Participant, ...]
    lines: tuple[CancelledLine, ...]
    change: ChangePreview | None = None

    @property
    def booking(self) -> Booking:
        """The booking."""
        return self.standing.booking


@dataclass(frozen=True, slots=True)
class CancellationPreview:
    """What giving up places would mean, in minor units of the order's currency.

    The places cost `value_minor`. Of it `fee_minor` is kept; `back_minor` goes back to `payments`. What was not paid cannot go back:
    `open_minor` is the part of the fee that no money is here for once nothing of the order is left; `owed_minor` is what an order
    that stands and is not paid yet still costs then. What is only reserved on a card is never kept: `freed_minor` of it is freed.
    `let_off_minor` is what guests would have to pay by what was agreed, and are not asked for: it is no money that goes back.
    """

    order: Order
    bookings: tuple[CancelledBooking, ...]
    is_whole: bool
    value_minor: int
    fee_minor: int
    back_minor: int
    open_minor: int
    owed_minor: int
    freed_minor: int
    payments: tuple[tuple[Payment, int], ...]
    let_off_minor: int = 0

    @property
    def shown(self) -> str:
        """What goes back, is kept and is freed, as the form that shows it sends it back: an agreement to these sums and no others."""
        return f"{self.back_minor}:{self.fee_minor}:{self.freed_minor}"

    @property
    def given_up_minor(self) -> int:
        """What counts against the limit of who gives it up: what goes back, and what the guest is let off."""
        return self.back_minor + self.let_off_minor

    @property
    def lines(self) -> list[CancelledLine]:
        """The lines of all bookings."""
        return [line for booking in self.bookings for line in booking.lines]


def standing_bookings(order: Order) -> list[StandingBooking]:
    """Return the bookings of an order that can be given up, by the start of their departures; three queries.

    None while the order waits for a card in the checkout, or when it is over.
    """
    if not order_may_change(order.status, order.method):
        return []
    lines: dict[int, list[OrderLine]] = {}
    for line in OrderLine.objects.filter(order=order).select_related("tier").order_by("position"):
        lines.setdefault(line.booking_id, []).append(line)
    open_choice = GuestChoice.objects.filter(
        booking=OuterRef("pk"), status__in=(ChoiceStatus.NEW, ChoiceStatus.WAITING)
    )
    bookings = (
        Booking.objects.filter(pk__in=lines, status__in=CANCELLABLE)
        .select_related("schedule__tour", "schedule__variant")
        .annotate(has_choice=Exists(open_choice))
        .order_by("schedule__starts_at", "pk")
    )
    people: dict[int, list[Participant]] = {}
    found = list(bookings)
    for person in Participant.objects.filter(booking__in=found).order_by("pk"):
        people.setdefault(person.booking_id, []).append(person)
    return [
        StandingBooking(
            booking,
            tuple(lines[booking.pk]),
            tuple(people.get(booking.pk, ())),
            has_choice=booking.has_choice,  # type: ignore[attr-defined]
        )
        for booking in found
    ]


def guest_cancel_problem(standing: StandingBooking, *, now: datetime) -> str:
    """Return why guests cannot give up places of a booking themselves now, in the active language, or an empty text."""
    if standing.has_choice:
        return _(
            "This departure was changed by us. Please choose on the page of your booking; everything can come back."
        )
    if not standing.words:
        return _("Please ask us if you would like to cancel.")
    if standing.booking.schedule.starts_at <= now:
        return _("This departure has left.")
    return ""


def preview_cancellation(
    order: Order,
    people: Collection[int],
    *,
    terms: CancellationTerms = CancellationTerms.POLICY,
    amount_minor: int = 0,
    by_guest: bool = False,
    organization: Organization,
    now: datetime,
) -> CancellationPreview:
    """Return what it would mean that some people (primary keys of participants) of an order do not come.

    `amount_minor` is what is to go back by `CancellationTerms.AMOUNT`. Where no policy was agreed everything goes back, and so it
    does while an order waits for its money, or has it reserved on a card. Raises `NotCancellable`.
    """
    wanted = set(people)
    standing = standing_bookings(order)
    chosen = [(each, tuple(person for person in each.people if person.pk in wanted)) for each in standing]
    known = {person.pk for _each, found in chosen for person in found}
    if not wanted:
        raise NotCancellable(_("Choose who does not come."))
    if known != wanted:
        raise NotCancellable(_("This booking has just been changed. Please look at it again."))
    chosen = [(each, found) for each, found in chosen if found]
    if by_guest:
        for problem in (guest_cancel_problem(each, now=now) for each, _found in chosen):
            if problem:
                raise NotCancellable(problem)
        if any(person.checked_in_at for _each, found in chosen for person in found):
            raise NotCancellable(_("Somebody you chose is there already."))
    reserved = reserved_payment(order)
    if reserved is not None and reserved.is_being_taken:
        raise NotCancellable(_("Your card is being charged just now. Please try again in a few minutes."))
    everything_back = terms == CancellationTerms.FULL or order.status == OrderStatus.PENDING or reserved is not None
    bookings = tuple(
        _cancelled(order, each, found, everything_back=everything_back, organization=organization, now=now)
        for each, found in chosen
    )
    is_whole = len(bookings) == len(standing) and all(each.change is None for each in bookings)
    value = sum(line.value_minor for each in bookings for line in each.lines)
    agreed = sum(line.back_minor for each in bookings for line in each.lines)
    if terms == CancellationTerms.AMOUNT and reserved is None:
        if not 0 <= amount_minor <= value:
            raise NotCancellable(
                _("These places cost %(amount)s; no more can go back for them.")
                % {"amount": format_money(value, order.currency)}
            )
        agreed = amount_minor
    preview = _with_money(order, bookings, is_whole=is_whole, value_minor=value, fee_minor=value - agreed)
    if reserved is None and terms != CancellationTerms.POLICY and order.status != OrderStatus.PENDING:
        by_policy = preview_cancellation(order, people, organization=organization, now=now)
        waived = by_policy.fee_minor - preview.fee_minor
        return replace(preview, let_off_minor=max(0, waived - (preview.back_minor - by_policy.back_minor)))
    if reserved is None:
        return preview
    freed = reserved.amount_minor if is_whole else min(value, reserved.amount_minor)
    return replace(preview, freed_minor=freed, owed_minor=due_minor(order) if not is_whole else 0)


def waived_by_cancelling(order: Order, *, organization: Organization, now: datetime) -> int:
    """Return what guests are let off when a whole order is cancelled without the fee that was agreed, in minor units.

    It is no money that goes back: as `CancellationPreview.let_off_minor`.
    """
    people = [person.pk for each in standing_bookings(order) for person in each.people]
    if not people or reserved_payment(order) is not None:
        return 0
    preview = preview_cancellation(order, people, terms=CancellationTerms.FULL, organization=organization, now=now)
    return preview.let_off_minor


def agreed_for_fewer(
    order: Order, change: ChangePreview, *, organization: Organization, now: datetime
) -> CancellationPreview | None:
    """Return what was agreed for people whom a change leaves out, as if they gave up their places; None when as many come."""
    before, after = Counter(change.people_before), Counter(change.people_after)
    gone, fewer = before - after, before.total() - after.total()
    leaving: list[int] = []
    # Without a seat first: somebody who has one always stays.
    for person in change.booking.participants.order_by("seats", "pk"):
        if len(leaving) < fewer and gone[person.tier_name] > 0:
            gone[person.tier_name] -= 1
            leaving.append(person.pk)
    return preview_cancellation(order, leaving, organization=organization, now=now) if leaving else None


def _with_money(
    order: Order, bookings: tuple[CancelledBooking, ...], *, is_whole: bool, value_minor: int, fee_minor: int
) -> CancellationPreview:
    kept = kept_minor(order)
    claims = standing_minor(order) + undecided_minor(order) + order.cancellation_fee_minor
    left = claims - value_minor + fee_minor
    # What is here beyond all claims already waits for staff; it is no part of this.
    back = max(0, kept - left) - max(0, kept - claims)
    is_unpaid = order.status in (OrderStatus.PENDING, OrderStatus.CONFIRMED)
    return CancellationPreview(
        order,
        bookings,
        is_whole=is_whole,
        value_minor=value_minor,
        fee_minor=fee_minor,
        back_minor=back,
        open_minor=min(fee_minor, max(0, left - kept)) if is_whole else 0,
        owed_minor=max(0, left - kept) if is_unpaid and not is_whole else 0,
        freed_minor=0,
        payments=tuple(refund_split(order, back)),
    )


def _cancelled(
    order: Order,
    standing: StandingBooking,
    people: tuple[Participant, ...],
    *,
    everything_back: bool,
    organization: Organization,
    now: datetime,
) -> CancelledBooking:
    booking = standing.booking
    change = None
    values = [(line, line.quantity, line.total_minor) for line in standing.lines]
    if len(people) < len(standing.people):
        if sum(person.seats for person in standing.people) == sum(person.seats for person in people):
            raise NotCancellable(_("Somebody in your party must take a place."))
        kept = _kept_quantities(standing.lines, people)
        quantities: Counter[int] = Counter()
        for line, count in kept:
            quantities[place_key(line)] += count
        change = preview_change(
            order, booking, to=booking.schedule, quantities=quantities, organization=organization, now=now
        )
        staying = iter(change.after)
        values = [
            (line, line.quantity - count, line.total_minor - (next(staying).total_minor if count else 0))
            for line, count in kept
        ]
    lines = []
    for line, quantity, value in values:
        if not quantity:
            continue
        policy = policy_from(line.cancellation_policy)
        if policy is None or everything_back:
            percent, back = 100, value
        else:
            schedule = booking.schedule
            percent = percent_back(policy, starts_at=schedule.starts_at, zone=schedule.zone, now=now)
            back = back_minor(policy, value, places=quantity, percent=percent)
        lines.append(CancelledLine(line, quantity, value, percent, back))
    return CancelledBooking(standing, people, tuple(lines), change)


def _kept_quantities(lines: tuple[OrderLine, ...], people: tuple[Participant, ...]) -> list[tuple[OrderLine, int]]:
    """How many places of each line stay; of two lines of one kind, those of the later one are given up first."""
    leaving = Counter(person.tier_name for person in people)
    kept: dict[int, int] = {}
    for line in reversed(lines):
        gone = min(leaving[line.tier_name], line.quantity)
        leaving[line.tier_name] -= gone
        kept[line.pk] = line.quantity - gone
    return [(line, kept[line.pk]) for line in lines]


def cancellations_of(order: Order) -> QuerySet[Cancellation]:
    """Return the times that places of an order were given up, the first one first."""
    return Cancellation.objects.filter(order=order).select_related("actor")
