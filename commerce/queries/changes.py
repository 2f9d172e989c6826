"""What a change of a booking would cost, and who may make one."""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from commerce.models import BookingChange, Order, OrderLine, PaymentSettings
from commerce.queries.authorisations import reserved_payment, reserved_words
from commerce.queries.departures import days_before
from commerce.queries.policies import policy_to_keep
from commerce.queries.prices import MAX_QUANTITY, NotForSale, PriceList, QuoteLine, QuoteRequest, price_list
from commerce.queries.promo_codes import held_codes
from commerce.rules import (
    Amounts,
    amounts_of,
    order_may_change,
    percent_back,
    policy_from,
    share_minor,
    share_steps,
    taken_off,
)
from tenancy.fields import translated
from tenancy.models import Organization
from tours.enums import BookingStatus
from tours.models import Booking, PricingTier, Schedule
from tours.queries import price_tiers


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One kind of place to choose a number of: `had` are booked; `tier` is None when no more of them are sold."""

    key: int
    name: str
    had: int
    tier: PricingTier | None = None


@dataclass(slots=True)
class ChangedLine:
    """A line as it would be after a change; `standing` is the line that stays just as it is, `quantity` people at `total_minor`."""

    name: str
    tier_name: str
    tier_id: int | None
    quantity: int
    unit_price_minor: int
    total_minor: int
    seats_each: int
    steps: Sequence[Mapping[str, Any]] = ()
    standing: OrderLine | None = None
    is_added: bool = False


@dataclass(frozen=True, slots=True)
class ChangePreview:
    """A booking before and after a change, in minor units of the order's currency.

    `agreed` is the cancellation policy of the lines that the change brings, as `OrderLine.cancellation_policy` keeps it.
    """

    booking: Booking
    to: Schedule
    before: tuple[OrderLine, ...]
    after: tuple[ChangedLine, ...]
    agreed: Mapping[str, Any]

    @property
    def stricter_words(self) -> str:
        """What comes back after the change when the guest cancels, if that is less than now; else empty."""
        is_same = all(line.cancellation_policy == self.agreed for line in self.before[:1])
        return "" if is_same else str(self.agreed["words"])

    @property
    def before_minor(self) -> int:
        """What the booking costs now."""
        return sum(line.total_minor for line in self.before)

    @property
    def after_minor(self) -> int:
        """What it would cost."""
        return sum(line.total_minor for line in self.after)

    @property
    def difference_minor(self) -> int:
        """How much more it would cost; less than zero when it becomes cheaper."""
        return self.after_minor - self.before_minor

    @property
    def difference(self) -> Amounts:
        """The difference in its parts: subtotal, discount, tax."""
        before = sum((amounts_of(line.total_minor, line.price_steps) for line in self.before), Amounts())
        return sum((amounts_of(line.total_minor, line.steps) for line in self.after), -before)

    @property
    def seats(self) -> int:
        """How many seats it would take."""
        return sum(line.quantity * line.seats_each for line in self.after)

    @property
    def moves(self) -> bool:
        """Whether it is for another departure."""
        return self.to.pk != self.booking.schedule_id

    @property
    def is_nothing(self) -> bool:
        """Whether everything would stay as it is."""
        return not self.moves and self.reversed == () and all(line.standing for line in self.after)

    @property
    def reversed(self) -> tuple[OrderLine, ...]:
        """The lines that would stand no more."""
        standing = {line.standing.pk for line in self.after if line.standing}
        return tuple(line for line in self.before if line.pk not in standing)

    @property
    def people_before(self) -> dict[str, int]:
        """How many of each kind of place there are now."""
        return _people((line.tier_name, line.quantity) for line in self.before)

    @property
    def people_after(self) -> dict[str, int]:
        """How many of each kind there would be."""
        return _people((line.tier_name, line.quantity) for line in self.after)


def _people(pairs: Any) -> dict[str, int]:
    people: dict[str, int] = defaultdict(int)
    for name, quantity in pairs:
        people[name] += quantity
    return dict(people)


def standing_lines(booking: Booking) -> list[OrderLine]:
    """Return the lines of a booking that stand, in order; one query."""
    return list(OrderLine.objects.filter(booking=booking).select_related("tier").order_by("position"))


def place_key(line: OrderLine) -> int:
    """Return the key of a line's kind of place, as in `ChangeRow`; one whose price exists no more has a key that nothing on sale has."""
    return line.tier_id or -line.pk


def change_rows(booking: Booking, *, to: Schedule) -> list[ChangeRow]:
    """Return the kinds of places to choose from when a booking goes to a departure (its own or another); two queries.

    Those on sale there, and on its own departure also those that were booked and are sold no more: they may stay or become fewer.
    """
    had: dict[int, int] = defaultdict(int)
    names: dict[int, str] = {}
    by_name: dict[str, int] = defaultdict(int)
    for line in standing_lines(booking):
        had[place_key(line)] += line.quantity
        names[place_key(line)] = line.tier_name
    offered = price_tiers(to.variant, on=to.date)
    rows = [ChangeRow(tier.pk, translated(tier, "name"), had.pop(tier.pk, 0), tier) for tier in offered]
    if to.pk == booking.schedule_id:
        return rows + [ChangeRow(key, names[key], count) for key, count in had.items()]
    # Elsewhere the same kind of place may have a price of its own: people are taken there by its name.
    for key, count in had.items():
        by_name[names[key]] += count
    return [
        ChangeRow(row.key, row.name, row.had + by_name.pop(row.name, 0) if row.tier else row.had, row.tier)
        for row in rows
    ]


def preview_change(
    order: Order,
    booking: Booking,
    *,
    to: Schedule,
    quantities: Mapping[int, int],
    by_guest: bool = False,
    organization: Organization,
    now: datetime,
) -> ChangePreview:
    """Return what a booking would be on a departure of its tour with so many people of each kind (by `ChangeRow.key`).

    Who is booked already keeps the price that was paid on the same departure, and on another of the same season that sells it, with
    the taxes of that day; for others the price of today counts, and the whole party decides on their group discount. When a
    guest goes to another departure, never more comes back of the price later than would come back now: nobody gets round a deadline by
    moving first. Texts are in the order's language. Raises `NotForSale` for what cannot be had there.
    """
    with override(order.language):
        refused, preview = _preview(
            order, booking, to=to, quantities=quantities, by_guest=by_guest, organization=organization, now=now
        )
    if refused or preview is None:
        raise NotForSale(_("One of the prices is not offered any more. Please choose again."))
    return preview


def preview_move(
    order: Order, booking: Booking, *, to: Schedule, organization: Organization, now: datetime
) -> ChangePreview:
    """Return what a booking would be on a departure to which we ask the guest: the same people, for what they paid.

    The taxes in it are those of the new day. Texts are in the order's language.
    """
    with override(order.language):
        before = standing_lines(booking)
        prices = price_list([booking.schedule, to], organization=organization, now=now)
        keep = _Keeper(prices, booking, to, total_stands=True)
        after = tuple(keep(line, line.quantity) for line in before)
        return ChangePreview(booking, to, tuple(before), after, before[0].cancellation_policy if before else {})


def _held_to_now(agreed: Mapping[str, Any], schedule: Schedule, *, currency: str, now: datetime) -> Mapping[str, Any]:
    """Return a policy that was agreed for a departure so that never more comes back than would come back now."""
    policy = policy_from(agreed)
    if policy is None:
        return agreed
    percent = percent_back(policy, starts_at=schedule.starts_at, zone=schedule.zone, now=now)
    held = policy.at_most(percent)
    return agreed if held == policy else policy_to_keep(held, currency)


def _preview(
    order: Order,
    booking: Booking,
    *,
    to: Schedule,
    quantities: Mapping[int, int],
    by_guest: bool,
    organization: Organization,
    now: datetime,
) -> tuple[bool, ChangePreview | None]:
    before = standing_lines(booking)
    prices = price_list([booking.schedule, to], organization=organization, now=now)
    if order.discount_minor:
        prices = replace(prices, codes=held_codes(order))
    offered = {tier.pk: tier for tier in prices.tiers[to.variant_id, to.date]}
    stays = to.pk == booking.schedule_id
    # A day of another season has other prices, as a variant with a price list of its own has.
    is_priced_alike = stays or prices.season_of(to) == prices.season_of(booking.schedule)
    wanted = {key: count for key, count in quantities.items() if count}
    if any(not 0 < count <= MAX_QUANTITY for count in wanted.values()):
        return True, None
    keep = _Keeper(prices, booking, to)
    after = []
    for line in before:
        key = place_key(line)
        # And so has a day for which a code is not that the line was bought with.
        goes_on = prices.go_on(taken_off([line.price_steps]).keys(), booking.schedule, to)
        kept = (
            min(wanted.get(key, 0), line.quantity) if stays or (is_priced_alike and goes_on and key in offered) else 0
        )
        if kept:
            wanted[key] -= kept
            after.append(keep(line, kept))
    added = {key: count for key, count in wanted.items() if count}
    if not added.keys() <= offered.keys():
        return True, None
    if added:
        after.extend(_added(prices, to, before, after, added))
    agreed: Mapping[str, Any] = before[0].cancellation_policy if before else {}
    if by_guest and not stays:
        agreed = _held_to_now(agreed, booking.schedule, currency=order.currency, now=now)
    if before and before[0].cancellation_policy != agreed:
        # What was agreed is kept line by line: all are written anew.
        after = [replace(line, standing=None) for line in after]
    return False, ChangePreview(booking, to, tuple(before), tuple(after), agreed)


def _added(
    prices: PriceList,
    to: Schedule,
    before: Sequence[OrderLine],
    kept: Sequence[ChangedLine],
    added: Mapping[int, int],
) -> list[ChangedLine]:
    """Who is priced anew. As many of them as were booked with codes keep them: a percentage of their price, or the amounts they had."""
    off = taken_off(line.price_steps for line in before)
    off.subtract(taken_off(line.steps for line in kept))
    codes = [
        replace(
            offer, code=replace(offer.code, amount_minor=off[offer.code.id]) if offer.code.amount_minor else offer.code
        )
        for offer in prices.codes
        if offer.code and off[offer.code.id] > 0
    ]
    stay = sum(line.quantity for line in kept if line.seats_each)
    ids = {offer.code.id for offer in codes if offer.code}
    left = _with_codes([(line.quantity, line.price_steps) for line in before], ids)
    left -= _with_codes([(line.quantity, line.steps) for line in kept], ids)
    had = {line.tier_id for line in before}
    again: dict[int, int] = {}
    for key in sorted(added, key=lambda key: key not in had):
        again[key] = min(added[key], left)
        left -= again[key]
    new = {key: count - again[key] for key, count in added.items()}
    seated = {tier.pk for tier in prices.tiers[to.variant_id, to.date] if tier.seats}
    lines: list[QuoteLine] = []
    for part, others, list_of in (
        (again, new, replace(prices, codes=tuple(codes))),
        (new, again, prices.without_codes()),
    ):
        beside = stay + sum(count for key, count in others.items() if key in seated)
        lines.extend(list_of.quote([QuoteRequest(to, part, party_before=beside)]).lines)
    return [_line_of(item) for item in lines]


def _with_codes(lines: Sequence[tuple[int, Sequence[Mapping[str, Any]]]], codes: Set[int]) -> int:
    """How many people of lines (quantity and steps) have one of the codes (by primary key) in their price."""
    return sum(quantity for quantity, steps in lines if taken_off([steps]).keys() & codes)


class _Keeper:
    """Makes lines as they would be on a departure for people who keep their price; `total_stands`: whatever taxes that departure bears."""

    def __init__(self, prices: PriceList, booking: Booking, to: Schedule, *, total_stands: bool = False) -> None:
        self.prices, self.booking, self.to, self.total_stands = prices, booking, to, total_stands
        self.days = days_before(booking.schedule) if to.pk != booking.schedule_id else []
        self.seats = {person.tier_name: person.seats for person in booking.participants.all()}
        self.name = f"{translated(to.tour, 'name')} · {translated(to.variant, 'name')}"

    def __call__(self, line: OrderLine, quantity: int) -> ChangedLine:
        total, steps = share_minor(line.total_minor, quantity, line.quantity), line.price_steps
        label = _("%(quantity)d × %(tier)s as booked") % {"quantity": quantity, "tier": line.tier_name}
        if quantity < line.quantity:
            steps = share_steps(line.total_minor, steps, quantity, line.quantity, label=label)
        before = self.booking.schedule
        taxed = self.prices.taxed_on(
            self.to, total, steps, before=before, days_before=self.days, label=label, total_stands=self.total_stands
        )
        name = line.name if self.to.variant_id == before.variant_id else self.name
        is_whole = quantity == line.quantity and name == line.name and taxed == line.price_steps
        return ChangedLine(
            name=name,
            tier_name=line.tier_name,
            tier_id=line.tier_id,
            quantity=quantity,
            unit_price_minor=line.unit_price_minor,
            total_minor=total if taxed is steps else sum(step["amount_minor"] for step in taxed),
            seats_each=self.seats.get(line.tier_name, line.tier.seats if line.tier else 1),
            steps=list(taxed),
            standing=line if is_whole else None,
        )


def _line_of(item: QuoteLine) -> ChangedLine:
    return ChangedLine(
        name=item.name,
        tier_name=item.tier_name,
        tier_id=item.tier.pk,
        quantity=item.quantity,
        unit_price_minor=item.unit_price_minor,
        total_minor=item.total_minor,
        seats_each=item.tier.seats,
        steps=item.steps_as_json,
        is_added=True,
    )


def booking_of(order: Order, **which: Any) -> Booking | None:
    """Return the booking of an order that is named by `pk` or `public_id`, with its departure loaded, or None."""
    return (
        Booking.objects.filter(order_lines__order=order, **which)
        .select_related("schedule__tour", "schedule__variant")
        .distinct()
        .first()
    )


def changes_of(order: Order) -> QuerySet[BookingChange]:
    """Return the changes of an order's bookings, the first one first."""
    return BookingChange.objects.filter(order=order).select_related("actor", "from_schedule", "to_schedule")


def may_be_changed(order: Order, booking: Booking) -> bool:
    """Return whether staff may change a booking as it and its order are."""
    to_come = booking.status in (BookingStatus.PENDING, BookingStatus.CONFIRMED)
    return to_come and order_may_change(order.status, order.method)


def guest_change_ends(booking: Booking, row: PaymentSettings) -> datetime | None:
    """Return until when a guest may change a booking, or None when the organization does not offer that."""
    if row.guest_change_hours is None:
        return None
    return booking.schedule.starts_at - timedelta(hours=row.guest_change_hours)


def guest_change_problem(order: Order, booking: Booking, row: PaymentSettings, *, now: datetime) -> str:
    """Return why the guest cannot change a booking now, in the active language, or an empty text."""
    ends = guest_change_ends(booking, row)
    if ends is None:
        return _("Please ask us if you would like to change your booking.")
    if not may_be_changed(order, booking):
        return _("This booking cannot be changed any more.")
    if reserved_payment(order) is not None:
        return reserved_words()
    if now >= ends:
        until = date_format(ends.astimezone(booking.schedule.zone), "DATETIME_FORMAT")
        return _("Your booking could be changed here until %(until)s. Please ask us.") % {"until": until}
    return ""
