"""Comparing our books with Stripe's own lists: what was missed is made up for, and what does not agree is listed for staff.

A comparison goes page by page and keeps its place, so that an interrupted one goes on where it was.
"""

import logging
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from commerce import queries
from commerce.gateways import stripe, stripe_lists
from commerce.gateways.stripe import Intent, RefundState
from commerce.gateways.stripe_lists import Page
from commerce.models import Dispute, Payment, PaymentSettings, Reconciliation, Refund
from commerce.operations.differences import (
    ReconciliationRefused,
    going_on,
    settle_what_is_gone,
)
from commerce.operations.disputes import settle_dispute
from commerce.operations.movements import compare_movements
from commerce.operations.payments import settle_payment
from commerce.operations.refunds import STATUSES, adopt_refund, settle_refund
from commerce.operations.states import RECEIVED
from tenancy import audit
from tenancy.audit import Actor
from tenancy.jobs import enqueue
from tenancy.queries import scope_currency

logger = logging.getLogger(__name__)

WINDOW = timedelta(days=30)
# Whoever works on a comparison has it for this time, which is longer than any job may take; then the sweep has somebody else go on.
LEASE = timedelta(minutes=15)
MAX_WAIT = timedelta(hours=6)
LISTS = ("payment_intents", "refunds", "disputes", "movements")


@transaction.atomic
def start_reconciliation(*, now: datetime, actor: Actor = None) -> Reconciliation:
    """Begin to compare the last 30 days with Stripe's lists, by a job; return the comparison, or the one that is under way.

    One that waits because Stripe could not be asked goes on at once. Raises `ReconciliationRefused` without keys.
    """
    if not stripe.keys_of(queries.payment_settings()).secret:
        raise ReconciliationRefused(_("There are no Stripe keys yet, so there is nothing to compare with."))
    run, is_new = Reconciliation.objects.get_or_create(
        finished_at=None, defaults={"since": now - WINDOW, "started_at": now, "next_attempt_at": now}
    )
    if is_new:
        audit.record("reconciliation.started", run, actor=actor)
    elif run.last_error:
        Reconciliation.objects.filter(pk=run.pk, next_attempt_at__gt=now).update(next_attempt_at=now)
    elif run.next_attempt_at is not None and run.next_attempt_at > now:
        # Somebody is working on it.
        return run
    enqueue("commerce.reconcile", reconciliation_id=run.pk)
    return run


def reconcile(reconciliation_id: int, *, now: datetime) -> Reconciliation:
    """Go on with a comparison that is due until it is finished; return it. Who comes while another works on it does nothing.

    Where Stripe cannot be asked, or anything else goes wrong, the place is kept with the time of the next attempt.
    """
    is_mine = Reconciliation.objects.filter(pk=reconciliation_id, finished_at=None, next_attempt_at__lte=now).update(
        next_attempt_at=now + LEASE, last_error="", updated_at=now
    )
    run = Reconciliation.objects.get(pk=reconciliation_id)
    if not is_mine:
        return run
    row = queries.payment_settings()
    try:
        while _compare_page(run, row, now=now):
            pass
    except Exception as error:  # whatever goes wrong is recorded, shown to staff and tried again
        if not isinstance(error, stripe.GatewayError):
            logger.exception("The comparison %s could not go on.", run.pk)
        run.attempts += 1
        run.last_error = _words_of(error)
        run.next_attempt_at = now + min(LEASE * 2 ** min(run.attempts, 8), MAX_WAIT)
        run.save(update_fields=["attempts", "last_error", "next_attempt_at", "updated_at"])
        return run
    return _finish(run, now=now)


def _words_of(error: Exception) -> str:
    is_plain = isinstance(error, stripe.GatewayError)
    return (str(error) if is_plain else f"{type(error).__name__}: {error}")[:2000]


def _compare_page(run: Reconciliation, row: PaymentSettings, *, now: datetime) -> bool:
    """Compare the next page of the list that it is the turn of; return whether there is more to do."""
    name = run.progress.get("list", LISTS[0])
    keys = stripe.keys_of(row)
    span = {"since": run.since, "until": run.started_at, "after": run.progress.get("after", "")}
    page: Page[Any]
    if name == "payment_intents":
        page = stripe_lists.list_intents(keys, **span)
        done = _replay_payments(page, row, now=now)
    elif name == "refunds":
        page = stripe_lists.list_refunds(keys, **span)
        done = _replay_refunds(page, now=now)
    elif name == "disputes":
        page = stripe_lists.list_disputes(keys, **span)
        done = _replay_disputes(page, now=now)
    else:
        page = stripe_lists.list_movements(keys, **span)
        done = compare_movements(run, row, page, now=now)
    following = name if page.after else next(iter(LISTS[LISTS.index(name) + 1 :]), "")
    run.progress = {**run.progress, "list": following, "after": page.after}
    run.compared += len(page.items)
    run.replayed += done
    run.save(update_fields=["progress", "compared", "replayed", "updated_at"])
    return bool(following)


def _ours(intents: list[Intent], row: PaymentSettings) -> list[Intent]:
    """Return those of an account's payments that are not another organization's, which may share the account."""
    own = str(row.organization_id)
    return [intent for intent in intents if intent.metadata.get("organization") == own]


def _alone(page: Page[Any], reference: str, *, payment: Payment | None, now: datetime) -> AbstractContextManager[None]:
    """Work on one object of a page; what fails with it alone is listed for staff."""
    currency = payment.currency if payment is not None else scope_currency()
    return going_on(reference, payment=payment, currency=currency, occurred_at=page.made_at[reference], now=now)


def _replay_payments(page: Page[Intent], row: PaymentSettings, *, now: datetime) -> int:
    received = [intent for intent in _ours(page.items, row) if intent.status == "succeeded"]
    payments = queries.payments_of_intents(
        {intent.reference: intent.metadata.get("payment", "") for intent in received}
    )
    replayed = 0
    for intent in received:
        payment = payments.get(intent.reference)
        if payment is None or payment.status in RECEIVED:
            continue
        with _alone(page, intent.reference, payment=payment, now=now):
            settled = settle_payment(payment.pk, intent=intent, now=now)
            replayed += settled.status in RECEIVED
    return replayed


def _replay_refunds(page: Page[RefundState], *, now: datetime) -> int:
    states = page.items
    known = {refund.provider_reference: refund for refund in _refunds(provider_reference=[s.reference for s in states])}
    marks = [state.metadata["refund"] for state in states if "refund" in state.metadata]
    marked = {refund.idempotency_key: refund for refund in _refunds(idempotency_key=marks)}
    payments = queries.payments_of_intents({state.intent: "" for state in states if state.intent})
    replayed = 0
    for state in states:
        refund = known.get(state.reference) or marked.get(state.metadata.get("refund", ""))
        payment = payments.get(state.intent)
        with _alone(page, state.reference, payment=payment, now=now):
            if refund is None and payment is not None:
                replayed += adopt_refund(payment.pk, state=state, now=now) is not None
            elif refund is not None and refund.status != STATUSES[state.status]:
                settled = settle_refund(refund.pk, state=state, now=now)
                replayed += settled.status != refund.status
    return replayed


def _refunds(**wanted: list[str]) -> list[Refund]:
    return list(Refund.objects.filter(**{f"{name}__in": values for name, values in wanted.items()}))


def _replay_disputes(page: Page[tuple[str, str]], *, now: datetime) -> int:
    payments = queries.payments_of_intents({intent: "" for _reference, intent in page.items if intent})
    replayed = 0
    for reference, intent in page.items:
        if intent in payments:
            with _alone(page, reference, payment=payments[intent], now=now):
                before = _dispute_status(reference)
                settle_dispute(payments[intent], reference, now=now)
                replayed += _dispute_status(reference) != before
    return replayed


def _dispute_status(reference: str) -> str | None:
    return Dispute.objects.filter(provider_reference=reference).values_list("status", flat=True).first()


@transaction.atomic
def _finish(run: Reconciliation, *, now: datetime) -> Reconciliation:
    run.finished_at = now
    run.next_attempt_at = None
    run.save(update_fields=["finished_at", "next_attempt_at", "updated_at"])
    settle_what_is_gone(run, now=now)
    return run
