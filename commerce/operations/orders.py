"""Orders: placed in one transaction."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from commerce import queries
from commerce.enums import OrderSource, OrderStatus, PaymentMethod
from commerce.models import Order, OrderLine, PaymentSettings
from commerce.operations.acceptances import Accepted, write_accepted
from commerce.operations.manual_payments import receive_or_record
from commerce.operations.payment_plans import expect_payments
from commerce.operations.promo_codes import CodeRefused, redeem_codes
from commerce.operations.taxes import write_taxes
from commerce.queries import NotForSale, Quote, QuoteRequest, Terms
from commerce.rules import (
    METHODS,
    NUMBER_ALPHABET,
    NUMBER_LENGTH,
    PaymentPlan,
    first_booking_status,
    first_order_status,
)
from crm.enums import CustomerSource
from crm.models import Customer
from crm.operations import find_or_create_customer
from tenancy import audit
from tenancy.audit import Actor
from tenancy.models import Organization
from tenancy.outbox import publish
from tours.models import Booking
from tours.operations import (
    NewParticipant,
    ParticipantDetails,
    SeatRequest,
    SeatsUnavailable,
    create_booking,
    reserve_seats,
)
from tours.queries import schedules_by_public_id

MAX_SEATS: Final = 200
# For how long places wait for a guest to whom staff send a link to pay by card.
LINK_HOLD: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class CartLine:
    """Places wanted on one departure: how many of each price, by the tier's primary key.

    `expected_total_minor` is the price the guest was shown, in minor units; None accepts any. `people` is what is known of those who
    come, in the order of the quote's lines; none, or as many as come.
    """

    schedule_public_id: str
    quantities: Mapping[int, int]
    expected_total_minor: int | None = None
    people: Sequence[ParticipantDetails] = ()


@dataclass(frozen=True, slots=True)
class Contact:
    """Who buys: name, e-mail, phone (E.164 or empty), wishes, and the language to write in.

    Without an e-mail address, as staff may book, the guest is not written to and becomes a customer of their own.
    """

    first_name: str
    last_name: str
    email: str
    phone: str = ""
    note: str = ""
    language: str = "en"


class OrderRefused(Exception):
    """An order that cannot be placed; nothing was done. The message is for the guest, in the active language.

    `code` is `empty`, `gone`, `closed`, `departed`, `too_few`, `too_many`, `not_for_sale`, `price_changed`, `plan_changed`, `promo_code` or
    `method`; `schedule_public_id` names the line it is about, `promo_code` the code, `quote` the prices of now when they changed.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        schedule_public_id: str = "",
        promo_code: str = "",
        quote: Quote | None = None,
    ) -> None:
        self.code = code
        self.promo_code = promo_code
        self.message = message
        self.schedule_public_id = schedule_public_id
        self.quote = quote
        super().__init__(message)


def place_order(
    lines: Sequence[CartLine],
    *,
    contact: Contact,
    method: PaymentMethod,
    source: OrderSource,
    now: datetime,
    checkout_token: UUID | None = None,
    customer: Customer | None = None,
    accepted: Accepted | None = None,
    codes: Sequence[str] = (),
    shown: PaymentPlan | None = None,
    actor: Actor = None,
) -> Order:
    """Sell places: take the seats, write order, lines, bookings and payment in one transaction; return the order.

    The bookings of a card payment are held for `hold_minutes`; booked by staff, for `LINK_HOLD`, but not beyond the cut-off. The order
    is `customer`'s, else of the customer with the contact's e-mail address. Staff also book past the cut-off, departures closed for
    booking, and to be paid on arrival where guests cannot, or as paid to them already (`PaymentMethod.MANUAL`). What the guest
    `accepted` is kept with the order. A promo code that does not count refuses it; its use is taken with the seats. `shown` is what
    the guest was told is paid now and what later; None accepts any. A repeat with the same `checkout_token` returns the first order.
    Raises `OrderRefused` when anything is not as the guest saw it; then nothing was done.
    """
    for attempt in range(3):
        try:
            return _place_order(
                lines,
                contact=contact,
                method=method,
                source=source,
                now=now,
                checkout_token=checkout_token,
                customer=customer,
                accepted=accepted,
                codes=codes,
                shown=shown,
                actor=actor,
            )
        except (OrderRefused, SeatsUnavailable, IntegrityError) as error:
            # Looked for only when something is in the way, as the first order itself is: nearly every checkout is sent once.
            repeated = queries.order_of_checkout(checkout_token) if checkout_token is not None else None
            if repeated is not None:
                return repeated
            if isinstance(error, SeatsUnavailable):
                by_pk = {schedule.pk: public_id for public_id, schedule in _schedules(lines).items()}
                raise OrderRefused(
                    error.code, error.message, schedule_public_id=by_pk.get(error.schedule_id, "")
                ) from error
            if "order_currency" in str(error):
                raise OrderRefused(
                    "price_changed", _("A price has changed since you looked. Please check it before you go on.")
                ) from error
            # A random order number was taken: another one will not be.
            if "order_number_unique" not in str(error) or attempt == 2:
                raise
    raise AssertionError("unreachable")


def _schedules(lines: Sequence[CartLine]):  # type: ignore[no-untyped-def]
    return schedules_by_public_id([line.schedule_public_id for line in lines])


def _quote(
    lines: Sequence[CartLine], organization: Organization, *, codes: Sequence[str], most: int, now: datetime
) -> tuple[Quote, Terms]:
    if not lines or not any(any(line.quantities.values()) for line in lines):
        raise OrderRefused("empty", _("Choose at least one place."))
    schedules = _schedules(lines)
    requests = []
    for line in lines:
        schedule = schedules.get(str(line.schedule_public_id))
        if schedule is None:
            raise OrderRefused(
                "gone", _("This departure does not exist any more."), schedule_public_id=str(line.schedule_public_id)
            )
        requests.append(QuoteRequest(schedule, line.quantities))
    terms = queries.terms_of(schedule.tour_id for schedule in schedules.values())
    try:
        quote = queries.quote(requests, organization=organization, now=now, codes=codes, terms=terms)
    except NotForSale as error:
        raise OrderRefused("not_for_sale", str(error)) from error
    for refused in quote.refused_codes:
        raise OrderRefused("promo_code", refused.message, promo_code=refused.text, quote=quote)
    for line, request in zip(lines, requests, strict=True):
        total = sum(item.total_minor for item in quote.lines_on(request.schedule))
        if line.expected_total_minor is not None and line.expected_total_minor != total:
            raise OrderRefused(
                "price_changed",
                _("A price has changed since you looked. Please check it before you go on."),
                schedule_public_id=str(line.schedule_public_id),
                quote=quote,
            )
        seats = quote.seats_on(request.schedule)
        if seats > most:
            raise OrderRefused(
                "too_many",
                _("At most %(count)d places can be booked at once. Please ask us about larger groups.")
                % {"count": most},
                schedule_public_id=str(line.schedule_public_id),
            )
        if seats <= 0:
            raise OrderRefused(
                "empty", _("Somebody in your party must take a place."), schedule_public_id=str(line.schedule_public_id)
            )
    return quote, terms


def _check_method(
    method: PaymentMethod, quote: Quote, row: PaymentSettings, *, source: OrderSource, invoiced: bool
) -> None:
    by_staff = METHODS[method].on_site or not METHODS[method].by_guests
    if source == OrderSource.STAFF and by_staff and quote.total_minor:
        return
    choices = {
        choice.method: choice
        for choice in queries.payment_methods(
            row, total_minor=quote.total_minor, currency=quote.currency, invoiced=invoiced
        )
    }
    if method not in choices:
        raise OrderRefused("method", _("Please choose how to pay."))
    if choices[method].problem:
        raise OrderRefused("method", choices[method].problem)


def _plan(
    quote: Quote,
    method: PaymentMethod,
    organization: Organization,
    *,
    terms: Terms,
    shown: PaymentPlan | None,
    now: datetime,
) -> PaymentPlan:
    plan = queries.payment_plan(
        [(line.schedule, line.total_minor) for line in quote.lines],
        method=method,
        currency=quote.currency,
        today=now.astimezone(organization.zone).date(),
        now=now,
        terms=terms,
    )
    if shown is not None and shown != plan:
        raise OrderRefused(
            "plan_changed", _("What is to be paid now has changed since you looked. Please check it before you go on.")
        )
    return plan


def hold_until(method: PaymentMethod, row: PaymentSettings, now: datetime) -> datetime | None:
    """Return until when the places of an order wait for its money; None when they do not."""
    if METHODS[method].confirms_at_once:
        return None
    if METHODS[method].holds_days:
        return now + timedelta(days=row.bank_transfer_days)
    return now + timedelta(minutes=queries.hold_minutes(row))


def _link_hold(quote: Quote, row: PaymentSettings, now: datetime) -> datetime:
    closes = min(line.schedule.booking_closes_at for line in quote.lines)
    return max(min(now + LINK_HOLD, closes), now + timedelta(minutes=queries.hold_minutes(row)))


def new_number(prefix: str) -> str:
    """Return a random order number that is easy to read out, such as “HW-7K3M9QA”; the database keeps it unique."""
    return f"{prefix}-{''.join(secrets.choice(NUMBER_ALPHABET) for _digit in range(NUMBER_LENGTH))}"


@transaction.atomic(durable=True)
def _place_order(
    lines: Sequence[CartLine],
    *,
    contact: Contact,
    method: PaymentMethod,
    source: OrderSource,
    now: datetime,
    checkout_token: UUID | None,
    customer: Customer | None,
    accepted: Accepted | None,
    codes: Sequence[str],
    shown: PaymentPlan | None,
    actor: Actor,
) -> Order:
    row = queries.payment_settings()
    organization = row.organization
    with override(contact.language):
        most = row.max_places if row.max_places and source == OrderSource.WEB else MAX_SEATS
        quote, terms = _quote(lines, organization, codes=codes, most=most, now=now)
    invoiced = source == OrderSource.STAFF and customer is not None and customer.pays_by_invoice
    _check_method(method, quote, row, source=source, invoiced=invoiced)
    plan = _plan(quote, method, organization, terms=terms, shown=shown, now=now)
    customer = customer or find_or_create_customer(
        email=contact.email,
        first_name=contact.first_name,
        last_name=contact.last_name,
        phone=contact.phone,
        language=contact.language,
        source=CustomerSource.CHECKOUT if source == OrderSource.WEB else CustomerSource.STAFF,
    )
    order = Order.objects.create(
        number=new_number(organization.order_prefix),
        customer=customer,
        status=first_order_status(method),
        source=source,
        method=method,
        language=contact.language,
        first_name=contact.first_name,
        last_name=contact.last_name,
        email=contact.email,
        phone=contact.phone,
        note=contact.note,
        currency=quote.currency,
        subtotal_minor=quote.amounts.subtotal_minor,
        discount_minor=quote.amounts.discount_minor,
        tax_minor=quote.amounts.tax_minor,
        total_minor=quote.total_minor,
        placed_at=now,
        hold_expires_at=_link_hold(quote, row, now)
        if source == OrderSource.STAFF and METHODS[method].by_provider
        else hold_until(method, row, now),
        paid_at=now if METHODS[method].is_free else None,
        checkout_token=checkout_token,
    )
    with override(contact.language):
        seats = _write_lines(order, quote, lines, terms=terms, method=method, note=contact.note)
    payment = expect_payments(order, plan, method=method, row=row, now=now)
    if accepted is not None:
        write_accepted(order, accepted, now=now)
    audit.record("order.placed", order, actor=actor, total_minor=order.total_minor, method=method.value)
    publish("commerce.order_placed", order_id=order.pk)
    if order.status in (OrderStatus.PAID, OrderStatus.CONFIRMED):
        publish("commerce.order_confirmed", order_id=order.pk)
    # Last, because from here to the commit others wait for these codes and departures.
    try:
        redeem_codes(order, quote.codes)
    except CodeRefused as refused:
        raise _refused_code(refused, contact, organization) from refused
    reserve_seats(seats, now=now, late=source == OrderSource.STAFF)
    if not METHODS[method].by_guests and payment.amount_minor:
        receive_or_record(order, payment, amount_minor=payment.amount_minor, now=now, actor=actor)
    return order


def _refused_code(refused: CodeRefused, contact: Contact, organization: Organization) -> OrderRefused:
    text = refused.promo_code.code
    with override(contact.language):
        message = queries.problem_in_words(
            refused.problem, text=text, promotion=refused.promo_code.promotion, currency=organization.currency
        )
    return OrderRefused("promo_code", message, promo_code=text)


def _write_lines(
    order: Order, quote: Quote, wanted: Sequence[CartLine], *, terms: Terms, method: PaymentMethod, note: str
) -> list[SeatRequest]:
    known = {str(line.schedule_public_id): line.people for line in wanted}
    bookings: dict[int, Booking] = {}
    for item in quote.lines:
        if item.schedule.pk in bookings:
            continue
        kinds = [other for other in quote.lines_on(item.schedule) for _person in range(other.quantity)]
        people = known.get(str(item.schedule.public_id)) or [ParticipantDetails()] * len(kinds)
        party = [
            NewParticipant(tier_name=kind.tier_name, seats=kind.tier.seats, **asdict(person))
            for kind, person in zip(kinds, people, strict=True)
        ]
        booking = create_booking(
            item.schedule,
            customer=order.customer,
            seats=quote.seats_on(item.schedule),
            participants=party,
            status=first_booking_status(method),
            special_needs=note,
        )
        bookings[item.schedule.pk] = booking
    agreed = {key: queries.policy_to_keep(policy, order.currency) for key, policy in terms.policies.items()}
    lines = OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            booking=bookings[item.schedule.pk],
            position=position,
            name=item.name,
            tier_name=item.tier_name,
            tier=item.tier,
            quantity=item.quantity,
            unit_price_minor=item.unit_price_minor,
            total_minor=item.total_minor,
            price_steps=item.steps_as_json,
            cancellation_policy=agreed.get(item.schedule.tour_id, {}),
        )
        for position, item in enumerate(quote.lines, start=1)
    )
    write_taxes(lines)
    return [SeatRequest(booking.schedule_id, booking.seats) for booking in bookings.values()]
