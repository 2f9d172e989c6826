"""Payments that are due: guests are reminded before and after, once each; what stays unpaid may be cancelled."""

from datetime import datetime

from django.db import transaction

from commerce import emails, queries
from commerce.enums import RefundReason
from commerce.models import Order, Payment
from commerce.operations.endings import close_cancelled
from crm.models import Message
from crm.operations import queue_message
from tenancy.queries import current_organization


@transaction.atomic
def remind_of_payment(payment_id: int, *, now: datetime) -> Message | None:
    """Write down the reminder of a payment that is due soon or was due, to be sent by its job; return it, or None when none is due.

    Each payment has one reminder before and one after each due date: a repeat finds that it was written.
    """
    order = queries.order_for_update(Payment.objects.values_list("order_id", flat=True).get(pk=payment_id))
    payment = queries.payment_for_update(payment_id)
    organization = current_organization()
    row = queries.payment_settings()
    kind = queries.reminder_due(payment, row, today=now.astimezone(organization.zone).date())
    if kind is None or not order.email or payment not in queries.due_payments(order) or not queries.owed_minor(order):
        return None
    mail = emails.payment_reminder(order, payment, is_late=kind == "after", organization=organization)
    return queue_message(
        kind=mail.kind,
        dedupe_key=f"payment-{payment.pk}-{kind}-{payment.due_on}",
        recipient=order.email,
        language=order.language,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        customer=order.customer,
        record=order,
        now=now,
    )


@transaction.atomic(durable=True)
def cancel_overdue(order_id: int, *, now: datetime) -> Order:
    """Cancel an order of which nothing was paid and whose payment is overdue for as long as the organization waits; return it.

    Not while money is on its way, or was written down and waits for a second person. A repeat has no effect.
    """
    order = queries.order_for_update(order_id)
    today = now.astimezone(current_organization().zone).date()
    if queries.is_overdue(order, queries.payment_settings(), today=today):
        close_cancelled(order, reason=RefundReason.OTHER, now=now)
    return order
