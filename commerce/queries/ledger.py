"""What stands in the ledger, by the references that Stripe has too."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from commerce.enums import LedgerAccount, LedgerKind
from commerce.gateways import stripe
from commerce.models import (
    Difference,
    LedgerEntry,
    LedgerTransaction,
    Payment,
    PaymentSettings,
    Reconciliation,
)


def payments_of_intents(intents: Mapping[str, str]) -> dict[str, Payment]:
    """Return the payments of PaymentIntents, by the intents' ids; two queries.

    `intents` gives the public id of the payment that an intent's metadata names, which counts where no payment has the intent's id.
    """
    found = {
        payment.provider_reference: payment
        for payment in Payment.objects.filter(provider_reference__in=[key for key in intents if key])
    }
    named = {key: _uuid(name) for key, name in intents.items() if key not in found}
    by_name = {
        payment.public_id: payment for payment in Payment.objects.filter(public_id__in=filter(None, named.values()))
    }
    found.update({key: by_name[name] for key, name in named.items() if name in by_name})
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def ledger_by_reference(keys: Iterable[tuple[LedgerKind, str]]) -> dict[tuple[LedgerKind, str], int]:
    """Return what movements of these kinds and references added to the balance at Stripe, of those that are booked; one query."""
    wanted = set(keys)
    entries = LedgerEntry.objects.filter(
        account=LedgerAccount.STRIPE,
        transaction__kind__in={kind for kind, _reference in wanted},
        transaction__reference__in={reference for _kind, reference in wanted},
    ).values_list("transaction__kind", "transaction__reference", "amount_minor")
    return {(LedgerKind(kind), reference): amount for kind, reference, amount in entries}


def booked_fees(references: Iterable[str]) -> set[str]:
    """Return those of Stripe's balance transactions whose fee is booked."""
    return set(
        LedgerTransaction.objects.filter(kind=LedgerKind.FEE, reference__in=list(references)).values_list(
            "reference", flat=True
        )
    )


def ledger_at_stripe(*, since: datetime, until: datetime) -> list[LedgerTransaction]:
    """Return the payments and refunds that moved the balance at Stripe in a time, by their time, with entries; two queries."""
    return list(
        LedgerTransaction.objects.filter(
            occurred_at__gte=since,
            occurred_at__lte=until,
            kind__in=(LedgerKind.CHARGE, LedgerKind.REFUND),
            entries__account=LedgerAccount.STRIPE,
        )
        .select_related("payment")
        .prefetch_related("entries")
        .order_by("occurred_at")
    )


def ledger_movements() -> QuerySet[LedgerTransaction]:
    """Return all movements, each with its order and entries."""
    return LedgerTransaction.objects.select_related("payment__order").prefetch_related("entries")


def ledger_between(*, first: date, last: date, zone: ZoneInfo) -> Iterator[LedgerTransaction]:
    """Return the movements of whole days in a time zone by their time, each with its order and entries, read a thousand at a time."""
    start, end = (datetime.combine(day, time.min, zone) for day in (first, last + timedelta(days=1)))
    movements = ledger_movements().filter(occurred_at__gte=start, occurred_at__lt=end)
    return movements.order_by("occurred_at", "pk").iterator(chunk_size=1000)


def open_differences() -> QuerySet[Difference]:
    """Return the differences that nobody has settled, the latest first."""
    return Difference.objects.filter(settled_at=None).order_by("-occurred_at", "-pk")


def last_reconciliation() -> Reconciliation | None:
    """Return the comparison with Stripe that began last."""
    return Reconciliation.objects.order_by("-started_at").first()


def due_reconciliations(*, now: datetime, limit: int = 500) -> list[tuple[int, int]]:
    """Return the keys of comparisons that were interrupted and of their organizations; for sweeps over all of them."""
    return list(
        Reconciliation.objects.filter(finished_at=None, next_attempt_at__lte=now)
        .order_by("next_attempt_at")
        .values_list("pk", "organization_id")[:limit]
    )


def due_for_reconciliation(*, now: datetime) -> list[int]:
    """Return the keys of the organizations that were paid by Stripe and whose nightly comparison is due; for sweeps over all of them.

    Each has a minute of its own between one and five o'clock (UTC). One that is still under way is not begun again.
    """
    day = now.astimezone(UTC).replace(hour=1, minute=0, second=0, microsecond=0)
    paid = Payment.objects.filter(organization=OuterRef("organization")).exclude(provider_reference="")
    runs = Reconciliation.objects.filter(organization=OuterRef("organization")).order_by("-started_at")
    rows = PaymentSettings.objects.filter(Exists(paid), ~Exists(runs.filter(finished_at=None))).annotate(
        last=Subquery(runs.values("started_at")[:1])
    )
    due: list[int] = []
    for row in rows:
        assert row.organization_id is not None
        turn = day + timedelta(minutes=row.organization_id % 240)
        turn = turn if turn <= now else turn - timedelta(days=1)
        if (row.last is None or row.last < turn) and stripe.keys_of(row).secret:
            due.append(row.organization_id)
    return due
