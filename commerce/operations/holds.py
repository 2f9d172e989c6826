"""Places that wait for a guest who pays: kept longer once, or taken again after the time ran out."""

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from commerce import queries
from commerce.enums import AcceptanceKind, OrderSource, OrderStatus, PaymentMethod, PaymentPurpose
from commerce.models import Order, OrderLine
from commerce.operations.acceptances import Accepted
from commerce.operations.orders import CartLine, Contact, OrderRefused, place_order
from commerce.operations.payments import PaymentRefused
from commerce.queries import TextToAccept
from commerce.rules import DECIDING, PaymentPlan
from tenancy import audit
from tours.operations import ParticipantDetails
from tours.queries import people_of_bookings

# Names the checkout of an order that is placed again after an expired one.
AGAIN: Final = UUID("6a3c7ad2-7b5e-4d0e-9a57-0c6d6a3a1f55")


@transaction.atomic(durable=True)
def extend_hold(order: Order, *, now: datetime) -> Order:
    """Keep the places of an unpaid order for as many minutes more as at first, once; return it. A repeat has no effect.

    Raises `PaymentRefused` when the time has run out already, or the order does not wait for a guest's card.
    """
    order = queries.order_for_update(order.pk)
    if order.status == OrderStatus.PENDING and order.hold_extended_at is not None:
        return order
    if not queries.may_extend_hold(order, now=now):
        raise PaymentRefused(_("The time to pay has run out. Your places have been given back."))
    assert order.hold_expires_at is not None
    order.hold_expires_at += timedelta(minutes=queries.hold_minutes(queries.payment_settings()))
    order.hold_extended_at = now
    order.save(update_fields=["hold_expires_at", "hold_extended_at", "updated_at"])
    audit.record("order.hold_extended", order)
    return order


def lines_of(order: Order) -> list[CartLine]:
    """Return what an order bought, as a cart: departures, people of each price that is still there, and the price they had."""
    found: dict[int, list[OrderLine]] = {}
    for line in order.lines.select_related("booking__schedule").order_by("position"):
        found.setdefault(line.booking_id, []).append(line)
    bookings = [lines[0].booking for lines in found.values()]
    people: dict[int, list[ParticipantDetails]] = {booking.pk: [] for booking in bookings}
    for person in people_of_bookings(bookings):
        known = {field.name: getattr(person, field.name) for field in fields(ParticipantDetails)}
        known["emergency_phone"] = str(person.emergency_phone or "")
        people[person.booking_id].append(ParticipantDetails(**known))
    return [_cart_line(lines, people[booking]) for booking, lines in found.items()]


def _cart_line(lines: list[OrderLine], people: list[ParticipantDetails]) -> CartLine:
    quantities: dict[int, int] = {}
    for line in lines:
        if line.tier_id is not None:
            quantities[line.tier_id] = quantities.get(line.tier_id, 0) + line.quantity
    return CartLine(
        str(lines[0].booking.schedule.public_id),
        quantities,
        sum(line.total_minor for line in lines),
        people if len(people) == sum(quantities.values()) else (),
    )


def _plan_of(order: Order) -> PaymentPlan | None:
    """Return what was to be paid for an order now and what later."""
    payments = list(order.payments.order_by("-pk"))
    # Payments of a way that was chosen before say nothing any more.
    first = next((one for one in payments if one.purpose in DECIDING and one.method == order.method), None)
    if first is None:
        return None
    rest = next((one for one in payments if one.purpose == PaymentPurpose.REST and one.pk > first.pk), None)
    later = (rest.amount_minor, rest.due_on) if rest else (0, None)
    return PaymentPlan(first.amount_minor, *later, takes_later=first.takes_later)


def place_again(order: Order, *, address: str, user_agent: str, now: datetime) -> Order:
    """Place an order once more whose time ran out, for the same people and prices; return the new one, also to a repeat.

    `address` and `user_agent` say from where it is asked. Raises `OrderRefused` when anything is not as it was, the words that apply to
    it too (`terms`); then nothing was done.
    """
    if any(line.tier_id is None for line in order.lines.all()):
        raise OrderRefused("not_for_sale", _("One of the prices is not offered any more. Please choose again."))
    texts = [TextToAccept(AcceptanceKind(text.kind), text.wording, text.language) for text in order.acceptances.all()]
    tours = [line.booking.schedule.tour for line in order.lines.select_related("booking__schedule__tour")]
    if queries.fingerprint(texts) != queries.fingerprint(queries.texts_to_accept(order.language, tours=tours)):
        raise OrderRefused(
            "terms", _("What applies to your booking has changed. Please read it and send your order again.")
        )
    return place_order(
        lines_of(order),
        contact=Contact(
            first_name=order.first_name,
            last_name=order.last_name,
            email=order.email,
            phone=str(order.phone or ""),
            note=order.note,
            language=order.language,
        ),
        method=PaymentMethod(order.method),
        source=OrderSource(order.source),
        now=now,
        checkout_token=uuid5(AGAIN, order.secret),
        codes=[discount.code for discount in order.discounts.order_by("pk")],
        shown=_plan_of(order),
        accepted=Accepted(texts, address=address, user_agent=user_agent),
    )
