"""Refunds by hand: marked as paid by staff, or withdrawn."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from commerce import queries
from commerce.enums import RefundStatus
from commerce.models import Refund
from commerce.operations.ledger import record_refund, record_refund_failed
from commerce.operations.refunds import RefundRefused, close_refund, lock_refund
from tenancy import audit
from tenancy.audit import Actor


@transaction.atomic(durable=True)
def settle_manual_refund(refund: Refund, *, now: datetime, actor: Actor) -> Refund:
    """Write down that staff have paid money back by hand; return the refund.

    Raises `RefundRefused` when it goes back by card or is settled already, while a chargeback is open, or when the bank took the money.
    """
    order, payment, refund = lock_refund(refund.pk)
    if not refund.by_hand or refund.status != RefundStatus.PENDING:
        raise RefundRefused(_("This refund is not waiting for you."))
    if queries.is_contested(payment):
        raise RefundRefused(queries.blocked_words())
    if refund.amount_minor > payment.captured_minor - payment.refunded_minor - payment.lost_minor:
        raise RefundRefused(_("This money has gone back to the guest another way. Withdraw the refund."))
    close_refund(order, payment, refund, RefundStatus.SUCCEEDED, failure="", now=now)
    record_refund(refund, occurred_at=now)
    audit.record("refund.settled", refund, actor=actor)
    return refund


@transaction.atomic(durable=True)
def withdraw_manual_refund(refund: Refund, *, reason: str, now: datetime, actor: Actor) -> Refund:
    """Take back a refund by hand that was not made after all, also one that was marked as paid by mistake; return it.

    Raises `RefundRefused` when it goes back by card or was withdrawn already.
    """
    order, payment, refund = lock_refund(refund.pk)
    if not refund.by_hand or refund.status not in (RefundStatus.PENDING, RefundStatus.SUCCEEDED):
        raise RefundRefused(_("This refund cannot be withdrawn."))
    record_refund_failed(refund, occurred_at=now)
    close_refund(order, payment, refund, RefundStatus.CANCELLED, failure="", now=now)
    audit.record("refund.withdrawn", refund, actor=actor, amount_minor=refund.amount_minor, personal={"note": reason})
    return refund
