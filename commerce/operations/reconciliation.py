"""Comparing our books with Stripe's own lists: what was missed is made up for, and what does not agree is listed for staff.

A comparison goes page by page and keeps its place, so that an interrupted one goes on where it was.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from commerce import queries
from commerce.enums import DifferenceKind
from commerce.gateways import stripe, stripe_lists
from commerce.gateways.stripe import Intent, RefundState
from commerce.models import Difference, Dispute, PaymentSettings, Reconciliation, Refund
from commerce.operations.disputes import settle_dispute
from commerce.operations.ledger import record_adjustment
from commerce.operations.movements import compare_movements
from commerce.operations.payments import RECEIVED, settle_payment
from commerce.operations.refunds import STATUSES, adopt_refund, settle_refund
from tenancy import audit
from tenancy.audit import Actor
from tenancy.jobs import enqueue

WINDOW = timedelta(days=30)
# A comparison is worked on at once; the sweep takes over when nothing was heard of it for this time.
LEASE = timedelta(minutes=15)
MAX_WAIT = timedelta(hours=6)
LISTS = ("payment_intents", "refunds", "disputes", "movements")
# Written where a difference was not found any more; translated where it is shown.
GONE = gettext_noop("It agrees by now.")


class ReconciliationRefused(Exception):
    """A comparison that cannot begin, or a difference that cannot be settled; the message is for staff, in the active language."""


@transaction.atomic
def start_reconciliation(*, now: datetime, actor: Actor = None) -> Reconciliation:
    """Begin to compare the last 30 days with Stripe's lists, by a job; return the comparison, or the one that is under way.

    Raises `ReconciliationRefused` without keys.
    """
    if not stripe.keys_of(queries.payment_settings()).secret:
        raise ReconciliationRefused(_("There are no Stripe keys yet, so there is nothing to compare with."))
    run, is_new = Reconciliation.objects.get_or_create(
        finished_at=None, defaults={"since": now - WINDOW, "started_at": now, "next_attempt_at": now + LEASE}
    )
    if is_new:
        audit.record("reconciliation.started", run, actor=actor)
    enqueue("commerce.reconcile", reconciliation_id=run.pk)
    return run


def reconcile(reconciliation_id: int, *, now: datetime) -> Reconciliation:
    """Go on with a comparison until it is finished; return it. A repeat has no effect.

    Where Stripe cannot be asked, the place is kept with the time of the next attempt.
    """
    run = Reconciliation.objects.get(pk=reconciliation_id)
    if run.finished_at is not None:
        return run
    run.next_attempt_at = now + LEASE
    run.save(update_fields=["next_attempt_at", "updated_at"])
    row = queries.payment_settings()
    try:
        while _compare_page(run, row, now=now):
            pass
    except stripe.GatewayError as error:
        run.attempts += 1
        run.last_error = str(error)[:2000]
        run.next_attempt_at = now + min(LEASE * 2**run.attempts, MAX_WAIT)
        run.save()
        return run
    return _finish(run, now=now)


def _compare_page(run: Reconciliation, row: PaymentSettings, *, now: datetime) -> bool:
    """Compare the next page of the list that it is the turn of; return whether there is more to do."""
    name = run.progress.get("list", LISTS[0])
    after = run.progress.get("after", "")
    keys = stripe.keys_of(row)
    span = {"since": run.since, "until": run.started_at, "after": after}
    if name == "payment_intents":
        intents = stripe_lists.list_intents(keys, **span)
        done = _replay_payments(_ours(intents.items, row), now=now)
        size, after = len(intents.items), intents.after
    elif name == "refunds":
        refunds = stripe_lists.list_refunds(keys, **span)
        done = _replay_refunds(refunds.items, now=now)
        size, after = len(refunds.items), refunds.after
    elif name == "disputes":
        disputes = stripe_lists.list_disputes(keys, **span)
        done = _replay_disputes(disputes.items, now=now)
        size, after = len(disputes.items), disputes.after
    else:
        movements = stripe_lists.list_movements(keys, **span)
        size, after = len(movements.items), movements.after
        done = compare_movements(run, row, movements, now=now)
    following = name if after else next(iter(LISTS[LISTS.index(name) + 1 :]), "")
    run.progress = {**run.progress, "list": following, "after": after}
    run.compared += size
    run.replayed += done
    run.next_attempt_at = now + LEASE
    run.save()
    return bool(following)


def _ours(intents: list[Intent], row: PaymentSettings) -> list[Intent]:
    """Return those of an account's payments that are not another organization's, which may share the account."""
    own = str(row.organization_id)
    return [intent for intent in intents if intent.metadata.get("organization") == own]


def _replay_payments(intents: list[Intent], *, now: datetime) -> int:
    received = [intent for intent in intents if intent.status == "succeeded"]
    payments = queries.payments_of_intents(
        {intent.reference: intent.metadata.get("payment", "") for intent in received}
    )
    replayed = 0
    for intent in received:
        payment = payments.get(intent.reference)
        if payment is None or payment.status in RECEIVED:
            continue
        settled = settle_payment(payment.pk, intent=intent, now=now)
        replayed += settled.status in RECEIVED
    return replayed


def _replay_refunds(states: list[RefundState], *, now: datetime) -> int:
    known = {refund.provider_reference: refund for refund in _refunds(provider_reference=[s.reference for s in states])}
    marks = [state.metadata["refund"] for state in states if "refund" in state.metadata]
    marked = {refund.idempotency_key: refund for refund in _refunds(idempotency_key=marks)}
    payments = queries.payments_of_intents({state.intent: "" for state in states if state.intent})
    replayed = 0
    for state in states:
        refund = known.get(state.reference) or marked.get(state.metadata.get("refund", ""))
        if refund is None and state.intent in payments:
            adopt_refund(payments[state.intent].pk, state=state, now=now)
            replayed += 1
        elif refund is not None and refund.status != STATUSES[state.status]:
            settled = settle_refund(refund.pk, state=state, now=now)
            replayed += settled.status != refund.status
    return replayed


def _refunds(**wanted: list[str]) -> list[Refund]:
    return list(Refund.objects.filter(**{f"{name}__in": values for name, values in wanted.items()}))


def _replay_disputes(disputes: list[tuple[str, str]], *, now: datetime) -> int:
    payments = queries.payments_of_intents({intent: "" for _reference, intent in disputes if intent})
    replayed = 0
    for reference, intent in disputes:
        if intent in payments:
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
    run.last_error = ""
    run.save()
    Difference.objects.filter(settled_at=None, seen_at__lt=run.started_at, occurred_at__gte=run.since).update(
        settled_at=now, reason=GONE, updated_at=now
    )
    return run


@transaction.atomic
def settle_difference(difference: Difference, *, reason: str, now: datetime, actor: Actor) -> Difference:
    """Write down that staff have looked into a difference, and why it is settled; return it.

    What Stripe has more or less than our books is then booked as another movement, so that the balance is Stripe's. Raises
    `ReconciliationRefused` when it is settled already.
    """
    difference = Difference.objects.select_for_update().get(pk=difference.pk)
    if difference.settled_at is not None:
        raise ReconciliationRefused(_("This difference is settled already."))
    difference.settled_at = now
    difference.settled_by_id = actor.pk if actor is not None else None
    difference.reason = reason[:300]
    difference.save()
    more = (difference.found_minor or 0) - (difference.booked_minor or 0)
    if more and difference.kind in (DifferenceKind.AMOUNT, DifferenceKind.UNKNOWN_HERE):
        record_adjustment(
            reference=f"difference-{difference.pk}-{difference.found_minor}",
            amount_minor=more,
            currency=difference.currency,
            occurred_at=difference.occurred_at,
            note=difference.reason,
        )
    audit.record("difference.settled", difference, actor=actor, reason=difference.reason)
    return difference
