"""Disputes: brought in line with what the provider says of them now, and told to those who can answer."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from commerce import emails, queries
from commerce.enums import DisputeKind, DisputeStatus
from commerce.gateways import disputes as gateway
from commerce.gateways import stripe
from commerce.gateways.disputes import DisputeState
from commerce.models import Dispute, Order, Payment
from commerce.operations.attention import REFUND_BY_HAND
from commerce.operations.ledger import record_dispute, record_dispute_lost
from commerce.operations.states import RECEIVED, set_payment_status
from commerce.rules import (
    OPEN_DISPUTE,
    dispute_kind,
    dispute_status,
    next_reminder,
    received_status,
)
from crm.operations import queue_message
from tenancy import audit
from tenancy.audit import Actor
from tenancy.outbox import publish
from tenancy.queries import current_organization, language_of

# Reasons for staff to look at an order; translated where they are shown.
WARNED = gettext_noop("The guest's bank warns that this payment may be fraud. Look at the dispute.")
ASKED = gettext_noop("The guest's bank asks about this payment. Answer in time: see the dispute.")
TAKEN = gettext_noop("The guest's bank has taken this payment back. Answer in time: see the dispute.")
LOST = gettext_noop("A chargeback was lost: the money stays with the guest.")
WON_AND_OWED = gettext_noop("A chargeback was won; the guest may still be owed money for places that were given back.")
ATTENTION = {
    (DisputeKind.WARNING, DisputeStatus.NEEDS_RESPONSE): WARNED,
    (DisputeKind.INQUIRY, DisputeStatus.NEEDS_RESPONSE): ASKED,
    (DisputeKind.CHARGEBACK, DisputeStatus.NEEDS_RESPONSE): TAKEN,
    (DisputeKind.CHARGEBACK, DisputeStatus.LOST): LOST,
}


class DisputeRefused(Exception):
    """Something that cannot be done with a dispute as it is; the message is for staff, in the active language."""


def settle_dispute(payment: Payment, reference: str, *, now: datetime) -> Dispute:
    """Ask the provider how a dispute of a payment, or a fraud warning, stands now and write it down; return it.

    Copies, twins and any order of events have the same end: an answer is written only when nobody has written another since it was
    asked for, else the provider is asked again. Raises `GatewayError` when it cannot be asked.
    """
    keys = stripe.keys_of(queries.payment_settings())
    while True:
        seen = queries.dispute_readings(reference)
        state = gateway.retrieve_dispute(keys, reference)
        settled = _settle(payment.pk, state, seen=seen, now=now)
        if settled is not None:
            return settled


@transaction.atomic
def _settle(payment_id: int, state: DisputeState, *, seen: int, now: datetime) -> Dispute | None:
    order = queries.order_for_update(Payment.objects.values_list("order_id", flat=True).get(pk=payment_id))
    payment = queries.payment_for_update(payment_id)
    known = Dispute.objects.select_for_update().filter(provider_reference=state.reference).first()
    if (known.readings if known else 0) != seen:
        return None
    dispute = known or Dispute(payment=payment, provider_reference=state.reference)
    before = (dispute.kind, dispute.status)
    kind, status = dispute_kind(state.status), dispute_status(state.status)
    if before == (DisputeKind.WARNING, DisputeStatus.CLOSED):
        # Staff decided to leave it; the provider does not know that.
        status = DisputeStatus.CLOSED
    _write(dispute, state, kind=kind, status=status, now=now)
    _book(payment, dispute, state, now=now)
    _follow_dispute(payment)
    if before != (dispute.kind, dispute.status):
        _show(order, dispute)
        _record(dispute, is_new=known is None)
        publish(
            "commerce.dispute_changed",
            order_id=order.pk,
            dispute_id=dispute.pk,
            kind=dispute.kind,
            status=dispute.status,
        )
    return dispute


def _write(dispute: Dispute, state: DisputeState, *, kind: DisputeKind, status: DisputeStatus, now: datetime) -> None:
    is_asked_again = (dispute.status, dispute.due_at) != (status, state.due_at)
    is_closed_as_before = dispute.status == status
    dispute.kind = kind
    dispute.status = status
    dispute.reason = state.reason[:60]
    dispute.amount_minor = state.amount_minor
    dispute.currency = state.currency or dispute.payment.currency
    dispute.is_refundable = state.is_refundable
    dispute.opened_at = state.opened_at
    dispute.due_at = state.due_at
    if status != DisputeStatus.NEEDS_RESPONSE:
        dispute.remind_at = None
    elif is_asked_again:
        dispute.remind_at = next_reminder(state.due_at, now=now)
    dispute.closed_at = None if status in OPEN_DISPUTE else (dispute.closed_at if is_closed_as_before else None) or now
    if state.movements:
        dispute.balance_currency = state.movements[0].currency
    dispute.withdrawn_minor = -sum(moved.amount_minor for moved in state.movements if moved.amount_minor < 0)
    dispute.reinstated_minor = sum(moved.amount_minor for moved in state.movements if moved.amount_minor > 0)
    dispute.fee_minor = sum(moved.fee_minor for moved in state.movements)
    dispute.readings += 1
    dispute.save()


def _book(payment: Payment, dispute: Dispute, state: DisputeState, *, now: datetime) -> None:
    """Have the ledger know what Stripe moved, and what is lost for good as it stands now; each has its effect once."""
    for movement in state.movements:
        record_dispute(payment, movement=movement)
    if state.movements:
        is_lost = dispute.status == DisputeStatus.LOST
        record_dispute_lost(
            payment,
            reference=dispute.provider_reference,
            amount_minor=max(0, dispute.withdrawn_minor - dispute.reinstated_minor) if is_lost else 0,
            currency=dispute.balance_currency,
            occurred_at=dispute.closed_at or now,
        )


def _follow_dispute(payment: Payment) -> None:
    payment.disputed_minor, payment.lost_minor = queries.contested_minor(payment)
    wanted = received_status(
        captured_minor=payment.captured_minor,
        refunded_minor=payment.refunded_minor,
        contested_minor=payment.disputed_minor + payment.lost_minor,
    )
    # A bank may warn of a card that is only reserved: nothing came in by that.
    if payment.status in RECEIVED:
        set_payment_status(payment, wanted)
    payment.save()


def _show(order: Order, dispute: Dispute) -> None:
    """Let staff see on the order what has become of a dispute."""
    kind, status = DisputeKind(dispute.kind), DisputeStatus(dispute.status)
    attention = ATTENTION.get((kind, status), "")
    if status == DisputeStatus.WON and queries.surplus_minor(order):
        attention = WON_AND_OWED
    if not attention and queries.waits_for_refund_by_hand(order):
        attention = REFUND_BY_HAND
    # What is there about something else stays: the dispute itself is listed, and told by e-mail.
    if order.needs_attention in ("", WON_AND_OWED, REFUND_BY_HAND, *ATTENTION.values()):
        order.needs_attention = attention
        order.save(update_fields=["needs_attention", "updated_at"])


def _record(dispute: Dispute, *, is_new: bool) -> None:
    status = dispute.status
    if is_new:
        action = "dispute.opened"
    elif status == DisputeStatus.WON:
        action = "dispute.won"
    elif status == DisputeStatus.LOST:
        action = "dispute.lost"
    elif status == DisputeStatus.CLOSED:
        action = "dispute.closed"
    elif status == DisputeStatus.UNDER_REVIEW:
        action = "dispute.under_review"
    else:
        action = "dispute.asked"
    audit.record(action, dispute, amount_minor=dispute.amount_minor, currency=dispute.currency)


@transaction.atomic
def tell_staff(dispute: Dispute, *, occasion: str, is_reminder: bool = False, now: datetime) -> None:
    """Write to everybody who may answer disputes, each in their language, how a dispute stands. A repeat of an `occasion` is not sent."""
    organization = current_organization()
    for person in queries.dispute_staff():
        language = language_of(person) or organization.default_language
        with override(language):
            mail = emails.dispute(dispute, language=language, organization=organization, is_reminder=is_reminder)
        queue_message(
            kind=mail.kind,
            dedupe_key=f"dispute-{dispute.pk}-{occasion}-{person.pk}",
            recipient=person.email,
            language=language,
            subject=mail.subject,
            text=mail.text,
            html=mail.html,
            record=dispute.payment.order,
            now=now,
        )


@transaction.atomic
def remind_of_dispute(dispute_id: int, *, now: datetime) -> Dispute:
    """Remind staff of an answer that is due, if it still is; return the dispute. Each reminder is sent once."""
    # Itself only: order and payment are locked before it, by others.
    dispute = Dispute.objects.select_for_update(of=("self",)).select_related("payment__order").get(pk=dispute_id)
    if dispute.status != DisputeStatus.NEEDS_RESPONSE or dispute.remind_at is None or dispute.remind_at > now:
        return dispute
    tell_staff(dispute, occasion=f"reminder-{dispute.remind_at:%Y%m%d%H%M}", is_reminder=True, now=now)
    dispute.remind_at = next_reminder(dispute.due_at, now=now)
    dispute.save(update_fields=["remind_at", "updated_at"])
    return dispute


def refresh_dispute(dispute: Dispute, *, now: datetime) -> Dispute:
    """Ask the provider how a dispute stands and write it down; return it. Raises `GatewayError`."""
    return settle_dispute(dispute.payment, dispute.provider_reference, now=now)


@transaction.atomic(durable=True)
def leave_warning(dispute: Dispute, *, now: datetime, actor: Actor) -> Dispute:
    """Take a fraud warning off the list without paying back; return it. Raises `DisputeRefused` for anything else."""
    order = queries.order_for_update(dispute.payment.order_id)
    dispute = queries.dispute_for_update(dispute.pk)
    if (dispute.kind, dispute.status) != (DisputeKind.WARNING, DisputeStatus.NEEDS_RESPONSE):
        raise DisputeRefused(_("There is nothing to decide about here any more."))
    dispute.status = DisputeStatus.CLOSED
    dispute.closed_at = now
    dispute.save(update_fields=["status", "closed_at", "updated_at"])
    if order.needs_attention == WARNED:
        order.needs_attention = ""
        order.save(update_fields=["needs_attention", "updated_at"])
    audit.record("dispute.left", dispute, actor=actor)
    return dispute


def accept_chargeback(dispute: Dispute, *, now: datetime, actor: Actor) -> Dispute:
    """Give a chargeback up at the provider, which loses it; return it as it then is.

    Raises `DisputeRefused` when it is not waiting for an answer, `GatewayError` when the provider does not take it.
    """
    if (dispute.kind, dispute.status) != (DisputeKind.CHARGEBACK, DisputeStatus.NEEDS_RESPONSE):
        raise DisputeRefused(_("This dispute does not wait for an answer any more."))
    gateway.accept_dispute(stripe.keys_of(queries.payment_settings()), dispute.provider_reference)
    audit.record("dispute.accepted", dispute, actor=actor)
    return settle_dispute(dispute.payment, dispute.provider_reference, now=now)
