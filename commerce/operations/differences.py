"""Differences between our books and Stripe's: listed for staff, and settled by them or because they are gone."""

import logging
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from commerce.enums import DifferenceKind
from commerce.gateways import stripe
from commerce.models import Difference, Payment, Reconciliation
from commerce.operations.ledger import record_adjustment
from tenancy import audit
from tenancy.audit import Actor

logger = logging.getLogger(__name__)

# Written where a difference was not found any more; translated where it is shown.
GONE = gettext_noop("It agrees by now.")
# Settling these has the ledger follow Stripe.
BOOKED_WHEN_SETTLED = (DifferenceKind.AMOUNT, DifferenceKind.UNKNOWN_HERE)


class ReconciliationRefused(Exception):
    """A comparison that cannot begin, or a difference that cannot be settled; the message is for staff, in the active language."""


@transaction.atomic
def note_difference(
    kind: DifferenceKind,
    reference: str,
    *,
    payment: Payment | None = None,
    found: int | None = None,
    booked: int | None = None,
    currency: str,
    occurred_at: datetime,
    now: datetime,
) -> Difference:
    """Write a difference down, or that it is still there; return it. What staff settled stays settled unless its amounts change."""
    # Locked, or what staff settle in this moment would be opened again.
    row, is_new = Difference.objects.select_for_update().get_or_create(
        kind=kind,
        reference=reference,
        defaults={
            "payment": payment,
            "found_minor": found,
            "booked_minor": booked,
            "currency": currency,
            "occurred_at": occurred_at,
            "seen_at": now,
        },
    )
    if is_new:
        return row
    is_settled_by_itself = row.settled_at is not None and row.settled_by_id is None
    if is_settled_by_itself or (row.found_minor, row.booked_minor) != (found, booked):
        row.settled_at = row.settled_by = None
        row.reason = ""
        row.found_minor, row.booked_minor = found, booked
    row.seen_at = now
    row.save(
        update_fields=["settled_at", "settled_by", "reason", "found_minor", "booked_minor", "seen_at", "updated_at"]
    )
    return row


@contextmanager
def going_on(
    reference: str, *, payment: Payment | None = None, currency: str, occurred_at: datetime, now: datetime
) -> Iterator[None]:
    """Let a comparison go on where an object of Stripe's cannot be worked on: what went wrong is logged, and listed for staff.

    Raises `GatewayUnavailable` and `GatewayMisconfigured` all the same: those are not about one object.
    """
    try:
        yield
    except (stripe.GatewayUnavailable, stripe.GatewayMisconfigured):
        raise
    except Exception:  # whatever it is, the rest of the books is compared
        logger.exception("%s could not be compared.", reference)
        note_difference(
            DifferenceKind.FAILED, reference, payment=payment, currency=currency, occurred_at=occurred_at, now=now
        )


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
    difference.save(update_fields=["settled_at", "settled_by", "reason", "updated_at"])
    if difference.kind in BOOKED_WHEN_SETTLED:
        more = (difference.found_minor or 0) - (difference.booked_minor or 0)
        _correct(difference, more, note=difference.reason)
    audit.record("difference.settled", difference, actor=actor, reason=difference.reason)
    return difference


def _correct(difference: Difference, wanted_minor: int, *, note: str) -> None:
    """Have the ledger hold `wanted_minor` for a difference in all; some may stand there from an earlier time. The row is locked."""
    rest = wanted_minor - difference.settled_minor
    if rest:
        record_adjustment(
            reference=f"difference-{difference.pk}-{uuid.uuid4()}",
            amount_minor=rest,
            currency=difference.currency,
            occurred_at=difference.occurred_at,
            note=note,
        )
    difference.settled_minor = wanted_minor
    difference.save(update_fields=["settled_minor", "updated_at"])


@transaction.atomic
def take_back_corrections(*, known: Iterable[str], agreeing: Iterable[str]) -> None:
    """Take out of the ledger what was booked for differences that are none any more.

    `known` are references that are booked here by now, `agreeing` those of them with the amount that Stripe says.
    """
    is_gone = Q(kind=DifferenceKind.UNKNOWN_HERE, reference__in=list(known)) | Q(
        kind=DifferenceKind.AMOUNT, reference__in=list(agreeing)
    )
    for difference in Difference.objects.select_for_update().filter(is_gone).exclude(settled_minor=0).order_by("pk"):
        _correct(difference, 0, note=GONE)


def settle_what_is_gone(run: Reconciliation, *, now: datetime) -> None:
    """Settle the differences in the time of a comparison that it has not met; it is through all lists."""
    Difference.objects.filter(settled_at=None, seen_at__lt=run.started_at, occurred_at__gte=run.since).update(
        settled_at=now, reason=GONE, updated_at=now
    )
