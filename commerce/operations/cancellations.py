"""Places that are given up before their departure, by guests themselves or by staff for them."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from commerce import queries
from commerce.enums import UNDECIDED, CancellationTerms, ChoiceStatus, OrderStatus, RefundReason
from commerce.models import BookingChange, Cancellation, Order, Refund
from commerce.operations.attention import FEE_UNPAID, call_attention
from commerce.operations.changes import write_lines
from commerce.operations.confirmations import pay_off
from commerce.operations.endings import close_when_empty
from commerce.operations.payment_plans import expect_no_more
from commerce.operations.promo_codes import lock_codes
from commerce.operations.refunds import RefundRefused, pay_back
from commerce.operations.reservations import lower_reserved
from commerce.queries import CancellationPreview, CancelledBooking, NotCancellable
from tenancy import audit
from tenancy.audit import Actor
from tenancy.outbox import publish
from tours.enums import BookingStatus
from tours.models import Participant
from tours.operations import SeatsUnavailable, move_booking, release_seats
from tours.queries import schedules_for_update


class CancellationRefused(Exception):
    """Places that were not given up; nothing was done. The message is for the person, in the active language.

    `preview`, if there is one, is what giving them up would mean now, where that is not what the person was shown.
    """

    def __init__(self, message: str, *, preview: CancellationPreview | None = None) -> None:
        self.message = message
        self.preview = preview
        super().__init__(message)


@transaction.atomic(durable=True)
def cancel_places(
    order: Order,
    people: Collection[int],
    *,
    expected: str,
    terms: CancellationTerms = CancellationTerms.POLICY,
    amount_minor: int = 0,
    reason: RefundReason = RefundReason.CANCELLED_BY_GUEST,
    note: str = "",
    by_guest: bool = False,
    limit_minor: int | None = None,
    now: datetime,
    actor: Actor = None,
) -> Cancellation:
    """Give up the places of some people (primary keys of participants) of an order; return what was done.

    Their seats are free in the same transaction, and what comes back by `terms` is on its way; the last of them closes the order.
    `expected` is what the person was shown (`CancellationPreview.shown`). Guests are held to the policy. Raises `CancellationRefused`,
    also when more than `limit_minor` of the order would have gone back, or been let off, then.
    """
    order = queries.order_for_update(order.pk)
    try:
        preview = queries.preview_cancellation(
            order,
            people,
            terms=terms,
            amount_minor=amount_minor,
            by_guest=by_guest,
            organization=queries.payment_settings().organization,
            now=now,
        )
    except NotCancellable as problem:
        raise CancellationRefused(str(problem)) from problem
    if preview.shown != expected:
        raise CancellationRefused(
            _("What comes back has changed since you looked. Please check it before you go on."), preview=preview
        )
    if refusal := queries.refund_problem(order, preview.given_up_minor, limit_minor=limit_minor):
        raise CancellationRefused(refusal)
    row = _write(order, preview, terms=terms, reason=reason, note=note, now=now, actor=actor)
    for each in preview.bookings:
        _write_change(order, each, note=note, now=now, actor=actor)
    try:
        refunds = pay_back(order, preview.back_minor, reason=reason, note=note, now=now, actor=actor)
    except RefundRefused as refused:
        raise CancellationRefused(str(refused)) from refused
    Refund.objects.filter(pk__in=[refund.pk for refund in refunds]).update(cancellation=row)
    audit.record(
        "order.places_cancelled",
        order,
        actor=actor,
        cancellation_id=row.pk,
        amount_minor=row.back_minor,
        personal={"note": note},
    )
    publish("commerce.places_cancelled", order_id=order.pk, cancellation_id=row.pk)
    # Late, because from here to the commit others wait for these codes and departures.
    lock_codes(order)
    _free_seats(preview, now=now, actor=actor)
    _settle(order, preview, now=now)
    return row


def _write(
    order: Order,
    preview: CancellationPreview,
    *,
    terms: CancellationTerms,
    reason: RefundReason,
    note: str,
    now: datetime,
    actor: Actor,
) -> Cancellation:
    order.cancellation_fee_minor += preview.fee_minor
    order.save(update_fields=["cancellation_fee_minor", "updated_at"])
    return Cancellation.objects.create(
        order=order,
        terms=terms,
        reason=reason,
        note=note[:300],
        lines=[
            {
                "name": each.line.name,
                "starts_at": booking.booking.schedule.starts_at.isoformat(),
                "tier_name": each.line.tier_name,
                "quantity": each.quantity,
                "value_minor": each.value_minor,
                "percent": each.percent if terms == CancellationTerms.POLICY else None,
            }
            for booking in preview.bookings
            for each in booking.lines
        ],
        value_minor=preview.value_minor,
        fee_minor=preview.fee_minor,
        back_minor=preview.back_minor,
        open_minor=preview.open_minor,
        let_off_minor=preview.let_off_minor,
        is_whole=preview.is_whole,
        cancelled_at=now,
        actor_id=actor.pk if actor is not None and actor.is_authenticated else None,
    )


def _write_change(order: Order, each: CancelledBooking, *, note: str, now: datetime, actor: Actor) -> None:
    """Take the lines of people away who leave a booking that stands, and add those of who stays; close or lower an open choice."""
    waiting = order.guest_choices.filter(booking=each.booking, status=ChoiceStatus.WAITING)
    if each.change is None:
        order.guest_choices.filter(booking=each.booking, status__in=UNDECIDED).update(
            status=ChoiceStatus.CLOSED, updated_at=now
        )
        return
    waiting.update(amount_minor=each.change.after_minor, updated_at=now)
    change = BookingChange.objects.create(
        order=order,
        booking=each.booking,
        from_schedule=each.booking.schedule,
        to_schedule=each.booking.schedule,
        before=each.change.people_before,
        after=each.change.people_after,
        difference_minor=each.change.difference_minor,
        changed_at=now,
        actor_id=actor.pk if actor is not None and actor.is_authenticated else None,
        note=note[:300],
    )
    write_lines(order, change, each.change)


def _free_seats(preview: CancellationPreview, *, now: datetime, actor: Actor) -> None:
    # All departures at once, in the order of their keys, as everywhere.
    schedules_for_update([each.booking for each in preview.bookings])
    release_seats(
        [each.booking for each in preview.bookings if each.change is None], to=BookingStatus.CANCELLED, now=now
    )
    for each in preview.bookings:
        if each.change is None:
            continue
        seats = each.booking.seats - sum(person.seats for person in each.people)
        try:
            move_booking(each.booking, to=each.booking.schedule, seats=seats, now=now, actor=actor)
        except SeatsUnavailable as error:
            raise CancellationRefused(error.message) from error
        # After the booking is locked: somebody may be checking these people in.
        Participant.objects.filter(pk__in=[person.pk for person in each.people]).delete()


def _settle(order: Order, preview: CancellationPreview, *, now: datetime) -> None:
    close_when_empty(order, now=now, at_once=True)
    # The card first: what is promised besides is still to come.
    lower_reserved(order, now=now)
    expect_no_more(order)
    if order.status != OrderStatus.CANCELLED:
        pay_off(queries.order_for_update(order.pk), now=now)
    elif queries.fee_owed_minor(order):
        call_attention(order, FEE_UNPAID)
