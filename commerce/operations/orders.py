"""Orders: placed in one transaction, expired and cancelled with their money looked after."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from commerce import emails, queries
from commerce.enums import OrderSource, OrderStatus, PaymentMethod, PaymentStatus, RefundReason
from commerce.models import Order, OrderLine, Payment, PaymentSettings
from commerce.operations.payments import close_card_payments
from commerce.operations.refunds import start_refund
from commerce.queries import NotForSale, Quote, QuoteRequest
from commerce.rules import (
    METHODS,
    check_order_change,
    first_booking_status,
    first_order_status,
    first_payment_status,
)
from crm.enums import CustomerSource
from crm.operations import find_or_create_customer, queue_message
from tenancy import audit
from tenancy.audit import Actor
from tenancy.models import Organization
from tenancy.outbox import publish
from tenancy.queries import current_organization
from tours.enums import SEAT_TAKING, BookingStatus
from tours.models import Booking
from tours.operations import (
    NewParticipant,
    SeatRequest,
    SeatsUnavailable,
    create_booking,
    release_seats,
    reserve_seats,
)
from tours.queries import schedules_by_public_id

# Without letters and digits that are taken for each other on the phone.
NUMBER_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
NUMBER_LENGTH: Final = 7
MAX_SEATS: Final = 200
MAX_LINKS: Final = 10


@dataclass(frozen=True, slots=True)
class CartLine:
    """Places wanted on one departure: how many of each price, by the tier's primary key.

    `expected_total_minor` is the price the guest was shown, in minor units; None accepts any.
    """

    schedule_public_id: str
    quantities: Mapping[int, int]
    expected_total_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """Who buys: name, e-mail, phone (E.164 or empty), wishes, and the language to write in."""

    first_name: str
    last_name: str
    email: str
    phone: str = ""
    note: str = ""
    language: str = "en"


class OrderRefused(Exception):
    """An order that cannot be placed; nothing was done. The message is for the guest, in the active language.

    `code` is `empty`, `gone`, `closed`, `departed`, `too_few`, `not_for_sale`, `price_changed` or `method`; `schedule_public_id` names
    the line it is about, `quote` the prices of now when they changed.
    """

    def __init__(self, code: str, message: str, *, schedule_public_id: str = "", quote: Quote | None = None) -> None:
        self.code = code
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
    actor: Actor = None,
) -> Order:
    """Sell places: take the seats, write order, lines, bookings and payment in one transaction; return the order.

    The bookings of a card payment are held for `HOLD_MINUTES`. A repeat with the same `checkout_token` returns the first order.
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
                actor=actor,
            )
        except SeatsUnavailable as refusal:
            by_pk = {schedule.pk: public_id for public_id, schedule in _schedules(lines).items()}
            raise OrderRefused(
                refusal.code, refusal.message, schedule_public_id=by_pk.get(refusal.schedule_id, "")
            ) from refusal
        except IntegrityError as error:
            # The same checkout was sent twice at once, or a random order number was taken: look again.
            repeatable = any(name in str(error) for name in ("order_checkout_once", "order_number_unique"))
            if not repeatable or attempt == 2:
                raise
    raise AssertionError("unreachable")


def _schedules(lines: Sequence[CartLine]):  # type: ignore[no-untyped-def]
    return schedules_by_public_id([line.schedule_public_id for line in lines])


def _quote(lines: Sequence[CartLine], organization: Organization) -> Quote:
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
    try:
        quote = queries.quote(requests, organization=organization)
    except NotForSale as error:
        raise OrderRefused("not_for_sale", str(error)) from error
    for line, request in zip(lines, requests, strict=True):
        total = sum(item.total_minor for item in quote.lines if item.schedule is request.schedule)
        if line.expected_total_minor is not None and line.expected_total_minor != total:
            raise OrderRefused(
                "price_changed",
                _("A price has changed since you looked. Please check it before you go on."),
                schedule_public_id=str(line.schedule_public_id),
                quote=quote,
            )
        seats = quote.seats_on(request.schedule)
        if not 0 < seats <= MAX_SEATS:
            raise OrderRefused(
                "empty", _("Somebody in your party must take a place."), schedule_public_id=str(line.schedule_public_id)
            )
    return quote


def _check_method(method: PaymentMethod, quote: Quote, row: PaymentSettings) -> None:
    choices = {
        choice.method: choice
        for choice in queries.payment_methods(row, total_minor=quote.total_minor, currency=quote.currency)
    }
    if method not in choices:
        raise OrderRefused("method", _("Please choose how to pay."))
    if choices[method].problem:
        raise OrderRefused("method", choices[method].problem)


def hold_until(method: PaymentMethod, row: PaymentSettings, now: datetime) -> datetime | None:
    """Return until when the places of an order wait for its money; None when they do not."""
    if METHODS[method].confirms_at_once:
        return None
    if METHODS[method].holds_days:
        return now + timedelta(days=row.bank_transfer_days)
    return now + timedelta(minutes=settings.HOLD_MINUTES)


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
    actor: Actor,
) -> Order:
    if checkout_token is not None:
        repeated = Order.objects.filter(checkout_token=checkout_token).first()
        if repeated is not None:
            return repeated
    organization = current_organization()
    row = queries.payment_settings()
    with override(contact.language):
        quote = _quote(lines, organization)
    _check_method(method, quote, row)
    customer = find_or_create_customer(
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
        subtotal_minor=quote.total_minor,
        total_minor=quote.total_minor,
        placed_at=now,
        hold_expires_at=hold_until(method, row, now),
        paid_at=now if method == PaymentMethod.FREE else None,
        checkout_token=checkout_token,
    )
    seats = _write_lines(order, quote, method=method, note=contact.note)
    Payment.objects.create(
        order=order,
        method=method,
        status=first_payment_status(method),
        amount_minor=quote.total_minor,
        currency=quote.currency,
        succeeded_at=now if method == PaymentMethod.FREE else None,
    )
    audit.record("order.placed", order, actor=actor, total_minor=order.total_minor, method=method.value)
    publish("commerce.order_placed", order_id=order.pk)
    if order.status in (OrderStatus.PAID, OrderStatus.CONFIRMED):
        publish("commerce.order_confirmed", order_id=order.pk)
    # Last, because from here to the commit others wait for these departures.
    reserve_seats(seats, now=now)
    return order


def _write_lines(order: Order, quote: Quote, *, method: PaymentMethod, note: str) -> list[SeatRequest]:
    bookings: dict[int, Booking] = {}
    for item in quote.lines:
        if item.schedule.pk in bookings:
            continue
        party = [
            NewParticipant(tier_name=other.tier_name, seats=other.tier.seats)
            for other in quote.lines
            if other.schedule.pk == item.schedule.pk
            for _person in range(other.quantity)
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
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            booking=bookings[item.schedule.pk],
            position=position,
            name=item.name,
            tier_name=item.tier_name,
            quantity=item.quantity,
            unit_price_minor=item.unit_price_minor,
            total_minor=item.total_minor,
            price_steps=[
                {"kind": step.kind, "label": step.label, "amount_minor": step.amount_minor} for step in item.steps
            ],
        )
        for position, item in enumerate(quote.lines, start=1)
    )
    return [SeatRequest(booking.schedule_id, booking.seats) for booking in bookings.values()]


def _bookings_of(order: Order) -> list[Booking]:
    return list(Booking.objects.filter(order_lines__order=order).distinct())


def expire_order(order_id: int, *, now: datetime) -> Order:
    """Give the places of an order up whose hold ran out unpaid; return it.

    The card payment is cancelled at the provider first; when that comes too late because it succeeded, the order is honoured.
    Raises `GatewayError` when the provider cannot be asked: then the places stay held until the next try.
    """
    order = Order.objects.get(pk=order_id)
    if order.status != OrderStatus.PENDING or order.hold_expires_at is None or order.hold_expires_at > now:
        return order
    if not close_card_payments(order, now=now):
        return Order.objects.get(pk=order_id)
    return _close(order_id, status=OrderStatus.EXPIRED, bookings=BookingStatus.EXPIRED, now=now)


@transaction.atomic(durable=True)
def _close(
    order_id: int,
    *,
    status: OrderStatus,
    bookings: BookingStatus,
    now: datetime,
    actor: Actor = None,
    note: str = "",
) -> Order:
    order = queries.order_for_update(order_id)
    if order.status == status:
        return order
    if status == OrderStatus.EXPIRED and order.status != OrderStatus.PENDING:
        return order
    check_order_change(order.status, status)
    order.payments.filter(
        status__in=(
            PaymentStatus.PENDING,
            PaymentStatus.REQUIRES_ACTION,
            PaymentStatus.FAILED,
            PaymentStatus.AWAITING_APPROVAL,
        )
    ).update(status=PaymentStatus.CANCELLED, updated_at=now)
    order.status = status
    order.closed_at = now
    order.hold_expires_at = None
    order.save()
    release_seats([booking for booking in _bookings_of(order) if booking.status in SEAT_TAKING], to=bookings, now=now)
    audit.record(f"order.{status.value}", order, actor=actor, note=note)
    publish(f"commerce.order_{status.value}", order_id=order.pk)
    return order


def cancel_order(order: Order, *, reason: RefundReason, note: str = "", now: datetime, actor: Actor = None) -> Order:
    """Cancel an order: its places are free again and what was paid goes back; return it.

    Raises `IllegalChange` when it is over already, `GatewayError` when an unpaid card payment cannot be stopped just now.
    """
    if order.status == OrderStatus.PENDING and not close_card_payments(order, now=now):
        order = Order.objects.get(pk=order.pk)
    closed = _close(
        order.pk,
        status=OrderStatus.CANCELLED,
        bookings=BookingStatus.CANCELLED,
        now=now,
        actor=actor,
        note=note,
    )
    for payment in closed.payments.all():
        left = payment.captured_minor - payment.refunded_minor - queries.refunding_minor(payment)
        if left > 0:
            start_refund(payment, amount_minor=left, reason=reason, note=note, now=now, actor=actor)
    return closed


@transaction.atomic
def refund_cancelled_departure(order_id: int, *, schedule_id: int, now: datetime) -> Order:
    """Pay back what an order's places on a cancelled departure cost, and close the order when nothing else is left of it.

    The bookings were cancelled with the departure. Called once for each order, in the transaction that records the delivery.
    """
    order = queries.order_for_update(order_id)
    live = order.lines.filter(booking__status__in=SEAT_TAKING).exists()
    lost = sum(line.total_minor for line in order.lines.filter(booking__schedule=schedule_id))
    for payment in order.payments.select_for_update().order_by("-pk"):
        left = payment.captured_minor - payment.refunded_minor - queries.refunding_minor(payment)
        amount = min(lost, left)
        if amount > 0:
            start_refund(payment, amount_minor=amount, reason=RefundReason.CANCELLED_BY_US, now=now)
            lost -= amount
    if not live and order.status in (OrderStatus.PAID, OrderStatus.CONFIRMED, OrderStatus.PARTIALLY_REFUNDED):
        order.status = OrderStatus.CANCELLED
        order.closed_at = now
        order.save(update_fields=["status", "closed_at", "updated_at"])
    if not live and order.status == OrderStatus.PENDING:
        # Its card payment is stopped by the sweep before the order is closed.
        order.hold_expires_at = now
        order.save(update_fields=["hold_expires_at", "updated_at"])
    audit.record("order.departure_cancelled", order, schedule_id=schedule_id)
    publish("commerce.departure_cancelled", order_id=order.pk, schedule_id=schedule_id)
    return order


@transaction.atomic
def send_order_links(email: str, *, now: datetime) -> int:
    """Send the links to the latest orders placed with an e-mail address to that address; return how many.

    Asked for twice within an hour, each is sent once.
    """
    organization = current_organization()
    orders = list(queries.open_orders_of(email).select_related("customer")[:MAX_LINKS])
    for order in orders:
        mail = emails.order_link(order, organization=organization)
        queue_message(
            kind=mail.kind,
            dedupe_key=f"order-{order.pk}-{now:%Y%m%d%H}",
            recipient=order.email,
            language=order.language,
            subject=mail.subject,
            text=mail.text,
            html=mail.html,
            customer=order.customer,
            record=order,
            now=now,
        )
    return len(orders)
