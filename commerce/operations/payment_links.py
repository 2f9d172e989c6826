"""Links by which guests pay what staff ask for: sent, opened, withdrawn."""

from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from commerce import emails, queries
from commerce.models import Order, Payment, PaymentLink
from commerce.operations.adjustments import add_charge
from commerce.operations.card_payments import begin_due_payment
from commerce.operations.payments import PaymentRefused
from crm.operations import queue_message
from tenancy import audit
from tenancy.audit import Actor
from tenancy.queries import current_organization

LINK_LASTS: Final = timedelta(days=14)


@transaction.atomic(durable=True)
def send_payment_link(
    order: Order,
    *,
    extra_minor: int | None = None,
    reason: str = "",
    due_on: date | None = None,
    lasts: timedelta = LINK_LASTS,
    seen: str | None = None,
    now: datetime,
    actor: Actor,
) -> PaymentLink:
    """Send the guest of an order a link to pay by card what is owed; with `extra_minor` an extra charge with its reason, put on the order.

    `seen` is as in `add_charge`. Returns the link. Raises `PaymentRefused` when there is nothing to pay by card, or nobody to write to.
    """
    order = queries.order_for_update(order.pk)
    if not order.email:
        raise PaymentRefused(_("There is no e-mail address to send the link to."))
    if extra_minor is not None:
        add_charge(order, amount_minor=extra_minor, reason=reason, due_on=due_on, seen=seen, now=now, actor=actor)
        order.refresh_from_db()
    amount = extra_minor if extra_minor is not None else queries.payable_minor(order, now=now)
    if problem := queries.link_problem(order, amount):
        raise PaymentRefused(problem)
    link = PaymentLink.objects.create(
        order=order,
        amount_minor=extra_minor,
        reason=reason[:200],
        expires_at=now + lasts,
        actor_id=actor.pk if actor is not None and actor.is_authenticated else None,
    )
    mail = emails.payment_request(order, link, amount_minor=amount, organization=current_organization())
    queue_message(
        kind=mail.kind,
        dedupe_key=f"payment-link-{link.pk}",
        recipient=order.email,
        language=order.language,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        customer=order.customer,
        record=order,
        now=now,
    )
    audit.record("payment_link.sent", link, actor=actor, amount_minor=amount, currency=order.currency)
    return link


@transaction.atomic
def withdraw_payment_link(link: PaymentLink, *, now: datetime, actor: Actor) -> PaymentLink:
    """Let a link open nothing any more; return it. What it asked for is still owed. A repeat has no effect."""
    link = PaymentLink.objects.select_for_update().get(pk=link.pk)
    if link.withdrawn_at is None:
        link.withdrawn_at = now
        link.save(update_fields=["withdrawn_at", "updated_at"])
        audit.record("payment_link.withdrawn", link, actor=actor)
    return link


def open_payment_link(link: PaymentLink, *, now: datetime) -> Payment:
    """Begin the card payment that a link asks for; return it.

    Raises `PaymentRefused` when the link was paid or has ended, or nothing is owed.
    """
    if link.is_paid:
        raise PaymentRefused(_("This is paid, thank you."))
    if link.withdrawn_at is not None or link.expires_at <= now:
        raise PaymentRefused(_("This link has ended. Please ask us for a new one."))
    payment = begin_due_payment(link.order, amount_minor=link.amount_minor, note=link.reason, now=now)
    # A card payment that is on its way already may be about another amount; that does not pay this link.
    payable = queries.payable_minor(link.order, now=now)
    if link.payment != payment and payment.amount_minor == min(payable, link.amount_minor or payable):
        link.payment = payment
        link.save(update_fields=["payment", "updated_at"])
    return payment
