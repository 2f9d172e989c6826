"""Bookings changed after they were bought: another departure, more or fewer people, other kinds of places."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from commerce import queries
from commerce.enums import ChoiceStatus, OrderStatus, PaymentMethod, PaymentPurpose, PaymentStatus, RefundReason
from commerce.models import BookingChange, Order, OrderLine, Payment, PaymentSettings
from commerce.operations.attention import CHEAPER_NOW, call_attention, settle_attention
from commerce.operations.confirmations import pay_off
from commerce.operations.orders import MAX_SEATS
from commerce.operations.payment_plans import expect_anew
from commerce.operations.promo_codes import follow_lines
from commerce.operations.refunds import RefundRefused, pay_back
from commerce.operations.states import take_off
from commerce.operations.taxes import write_taxes
from commerce.queries import CancellationPreview, ChangePreview, NotForSale
from commerce.rules import METHODS
from tenancy import audit
from tenancy.audit import Actor
from tenancy.outbox import publish
from tours.models import Booking, Participant, Schedule
from tours.operations import SeatsUnavailable, move_booking

UNPAID: Final = (OrderStatus.PENDING, OrderStatus.CONFIRMED)


class ChangeRefused(Exception):
    """A change that cannot be made; nothing was done. The message is for the person, in the active language.

    `code` is `over`, `nothing`, `empty`, `too_many`, `not_for_sale`, `price_changed` or `policy_changed` (then `preview` is how it is now),
    `policy`, `cheaper`, `dearer`, `refund`, `reserved`, or one of `SeatsUnavailable`.
    """

    def __init__(self, code: str, message: str, *, preview: ChangePreview | None = None) -> None:
        self.code = code
        self.message = message
        self.preview = preview
        super().__init__(message)


@transaction.atomic(durable=True)
def change_booking(
    order: Order,
    booking: Booking,
    *,
    to: Schedule,
    quantities: Mapping[int, int],
    expected_difference_minor: int,
    expected_policy: str = "",
    by_guest: bool = False,
    gives_back: bool = True,
    limit_minor: int | None = None,
    due_method: PaymentMethod = PaymentMethod.ON_ARRIVAL,
    note: str = "",
    now: datetime,
    actor: Actor = None,
) -> BookingChange:
    """Change a booking to a departure of its tour and so many people of each kind (by `ChangeRow.key`); return what was changed.

    `expected_difference_minor` is what the person was shown, in minor units of the order's currency, and `expected_policy` the words of
    a stricter policy (`ChangePreview.stricter_words`). What it costs more is owed by `due_method`; what it costs less goes back the way
    it came if `gives_back`, else staff are told. Of it, and of the fee agreed for people who do not come any more, staff give up no more
    than `limit_minor` of the order. Guests are held to the organization's settings and the cut-off; staff may also use
    departures closed for booking. Raises `ChangeRefused`; then nothing was done.
    """
    order = queries.order_for_update(order.pk)
    row = queries.payment_settings()
    found = queries.booking_of(order, pk=booking.pk)
    if found is None or not queries.may_be_changed(order, found) or to.tour_id != found.schedule.tour_id:
        raise ChangeRefused("over", _("This booking cannot be changed any more."))
    if by_guest and (problem := queries.guest_change_problem(order, found, row, now=now)):
        raise ChangeRefused("policy", problem)
    if queries.reserved_payment(order) is not None:
        raise ChangeRefused("reserved", queries.reserved_words())
    preview = _preview(order, found, to=to, quantities=quantities, by_guest=by_guest, row=row, now=now)
    if preview.difference_minor != expected_difference_minor:
        raise ChangeRefused(
            "price_changed",
            _("A price has changed since you looked. Please check it before you go on."),
            preview=preview,
        )
    if preview.stricter_words != expected_policy:
        raise ChangeRefused(
            "policy_changed",
            _("What comes back has changed since you looked. Please check it before you go on."),
            preview=preview,
        )
    if refusal := change_problem(order, preview, row, by_guest=by_guest):
        raise refusal
    change = BookingChange.objects.create(
        order=order,
        booking=found,
        from_schedule=found.schedule,
        to_schedule=to,
        before=preview.people_before,
        after=preview.people_after,
        difference_minor=preview.difference_minor,
        changed_at=now,
        actor_id=actor.pk if actor is not None and actor.is_authenticated else None,
        note=note,
    )
    surplus = queries.surplus_minor(order)
    # Guests change what the organization lets them change: nobody lets them off.
    agreed = None if by_guest else queries.agreed_for_fewer(order, preview, organization=row.organization, now=now)
    write_lines(order, change, preview)
    try:
        _settle(
            order,
            change,
            surplus_minor=surplus,
            agreed=agreed,
            gives_back=gives_back,
            limit_minor=limit_minor,
            due_method=due_method,
            now=now,
            actor=actor,
        )
    except RefundRefused as refused:
        raise ChangeRefused("refund", str(refused)) from refused
    audit.record(
        "order.booking_changed",
        order,
        actor=actor,
        change_id=change.pk,
        difference_minor=change.difference_minor,
        personal={"note": note},
    )
    publish("commerce.booking_changed", order_id=order.pk, change_id=change.pk)
    open_choices = order.guest_choices.filter(booking=found, status=ChoiceStatus.WAITING)
    if preview.moves:
        # The guest has chosen: the departure that was moved is no more theirs to take or leave.
        open_choices.update(status=ChoiceStatus.CLOSED, updated_at=now)
    else:
        open_choices.update(amount_minor=preview.after_minor, updated_at=now)
    try:
        # Late, because from here to the commit others wait for these departures.
        move_booking(found, to=to, seats=preview.seats, late=not by_guest, now=now, actor=actor)
    except SeatsUnavailable as error:
        raise ChangeRefused(error.code, error.message) from error
    # After the booking is locked, as everywhere: somebody may be checking these people in.
    _write_people(found, preview)
    return change


def _preview(
    order: Order,
    booking: Booking,
    *,
    to: Schedule,
    quantities: Mapping[int, int],
    by_guest: bool,
    row: PaymentSettings,
    now: datetime,
) -> ChangePreview:
    try:
        return queries.preview_change(
            order, booking, to=to, quantities=quantities, by_guest=by_guest, organization=row.organization, now=now
        )
    except NotForSale as error:
        raise ChangeRefused("not_for_sale", str(error)) from error


def change_problem(
    order: Order, preview: ChangePreview, row: PaymentSettings, *, by_guest: bool
) -> ChangeRefused | None:
    """Return why a change that was previewed cannot be made, room on the departure left aside, or None."""
    most = row.max_places if by_guest and row.max_places else MAX_SEATS
    if preview.seats < 1:
        return ChangeRefused("empty", _("Somebody in your party must take a place."))
    if preview.is_nothing:
        return ChangeRefused("nothing", _("This is how it is booked already."))
    if preview.seats > most:
        return ChangeRefused("too_many", _("At most %(count)d places can be booked at once.") % {"count": most})
    if not by_guest:
        return None
    if preview.difference_minor < 0 and not row.guest_change_refunds:
        return ChangeRefused("cheaper", _("This would be cheaper than what you booked. Please ask us to change it."))
    # A booking is confirmed before its money came only where the organization lets guests pay when they come.
    if preview.difference_minor > 0 and order.status not in UNPAID and not row.on_arrival_enabled:
        return ChangeRefused("dearer", _("This would cost more. Please book the further places anew, or ask us."))
    return None


def write_lines(order: Order, change: BookingChange, preview: ChangePreview) -> None:
    """Take the lines away that a change ends and add those it brings, and let the order cost what its lines cost."""
    OrderLine.objects.filter(pk__in=[line.pk for line in preview.reversed]).update(reversed_by=change)
    last = OrderLine.ever.filter(order=order).aggregate(last=Max("position"))["last"] or 0
    written = OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            booking=preview.booking,
            position=position,
            name=line.name,
            tier_name=line.tier_name,
            tier_id=line.tier_id,
            quantity=line.quantity,
            unit_price_minor=line.unit_price_minor,
            total_minor=line.total_minor,
            price_steps=line.steps,
            # It counts from the new departure's start.
            cancellation_policy=preview.agreed,
            added_by=change,
        )
        for position, line in enumerate((line for line in preview.after if not line.standing), start=last + 1)
    )
    write_taxes(written)
    follow_lines(order)
    difference = preview.difference
    order.subtotal_minor += difference.subtotal_minor
    order.discount_minor += difference.discount_minor
    order.tax_minor += difference.tax_minor
    order.total_minor += preview.difference_minor
    order.save(update_fields=["subtotal_minor", "discount_minor", "tax_minor", "total_minor", "updated_at"])


def _write_people(booking: Booking, preview: ChangePreview) -> None:
    """Let as many people of each kind come as were chosen.

    Those of whom something is known stay first, and become another kind rather than go.
    """
    missing = Counter(preview.people_after)
    seats = {line.tier_name: line.seats_each for line in preview.after}
    spare = []
    named_first = sorted(
        booking.participants.all(), key=lambda person: (not (person.name or person.needs or person.diet), person.pk)
    )
    for person in named_first:
        if missing[person.tier_name] > 0:
            missing[person.tier_name] -= 1
        else:
            spare.append(person)
    new = []
    for tier_name, count in missing.items():
        for _person in range(count):
            if spare:
                person = spare.pop(0)
                person.tier_name, person.seats = tier_name, seats[tier_name]
                person.save(update_fields=["tier_name", "seats", "updated_at"])
            else:
                new.append(Participant(booking=booking, tier_name=tier_name, seats=seats[tier_name]))
    Participant.objects.filter(pk__in=[person.pk for person in spare]).delete()
    Participant.objects.bulk_create(new)


def _settle(
    order: Order,
    change: BookingChange,
    *,
    surplus_minor: int,
    agreed: CancellationPreview | None,
    gives_back: bool,
    limit_minor: int | None,
    due_method: PaymentMethod,
    now: datetime,
    actor: Actor,
) -> None:
    difference = change.difference_minor
    is_unpaid = order.status in UNPAID
    if is_unpaid:
        _promise_anew(order, difference, now=now)
        change.due_minor = max(0, difference)
    elif difference > 0:
        # What staff have not paid back yet is used first.
        change.due_minor = max(0, difference - surplus_minor)
        _expect(order, change.due_minor, method=due_method)
    if difference < 0:
        left = -difference if is_unpaid else _expect_less(order, -difference)
        change.refund_minor = min(left, queries.surplus_minor(order))
        change.let_off_minor = min(-difference, _let_off(agreed, change.refund_minor))
        given_up = change.let_off_minor + (change.refund_minor if gives_back else 0)
        if problem := queries.refund_problem(order, given_up, limit_minor=limit_minor):
            raise RefundRefused(problem)
        if change.refund_minor and gives_back:
            pay_back(order, change.refund_minor, reason=RefundReason.CHANGED, now=now, actor=actor)
        elif change.refund_minor:
            call_attention(order, CHEAPER_NOW)
    settle_attention(order)
    change.save(update_fields=["due_minor", "refund_minor", "let_off_minor", "updated_at"])


def _let_off(agreed: CancellationPreview | None, refund_minor: int) -> int:
    """How much of the fee that was agreed nobody asks for; what goes back against the agreement is no part of it."""
    if agreed is None:
        return 0
    return max(0, agreed.fee_minor - max(0, refund_minor - agreed.back_minor))


def _promise_anew(order: Order, difference_minor: int, *, now: datetime) -> None:
    """Let what is still to come for an order be as much as it costs now: the last payment becomes more, or the last ones less."""
    awaited = queries.due_payments(order)
    if difference_minor > 0 and not awaited:
        # What was promised is written down already, and cannot become more.
        expect_anew(order, difference_minor, purpose=PaymentPurpose.EXTRA, now=now)
    elif difference_minor > 0:
        awaited[-1].amount_minor += difference_minor
        awaited[-1].save(update_fields=["amount_minor", "updated_at"])
    elif difference_minor < 0:
        _expect_less(order, -difference_minor)
        pay_off(order, now=now)


def _expect(order: Order, amount_minor: int, *, method: PaymentMethod) -> None:
    if amount_minor == 0:
        return
    for payment in queries.due_payments(order):
        if payment.method == method and payment.purpose == PaymentPurpose.EXTRA:
            payment.amount_minor += amount_minor
            payment.save(update_fields=["amount_minor", "updated_at"])
            return
    assert METHODS[method].is_promise
    Payment.objects.create(
        order=order,
        method=method,
        status=PaymentStatus.AWAITING_APPROVAL,
        amount_minor=amount_minor,
        currency=order.currency,
        purpose=PaymentPurpose.EXTRA,
    )


def _expect_less(order: Order, amount_minor: int) -> int:
    """Take something off what is still to come for an order, the latest first; return what is left of it."""
    for payment in reversed(queries.due_payments(order)):
        amount_minor -= take_off(payment, amount_minor)
        if not amount_minor:
            break
    return amount_minor
