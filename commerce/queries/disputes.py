"""Disputes: found, locked, and what they keep from being paid back."""

from datetime import datetime

from django.db.models import F, Prefetch, QuerySet
from django.utils.translation import gettext as _

from commerce.enums import DisputeKind, DisputeStatus
from commerce.models import Dispute, Evidence, EvidenceDelivery, EvidenceFile, Order, Payment
from tenancy import audit
from tenancy.models import AuditEntry, Membership, User
from tenancy.rules import roles_with


def dispute_readings(reference: str) -> int:
    """Return how often the provider's answers about a dispute have been written down, 0 for one that is not known."""
    return Dispute.objects.filter(provider_reference=reference).values_list("readings", flat=True).first() or 0


def staff_disputes() -> QuerySet[Dispute]:
    """Return the disputes with their payments and orders; one query."""
    return Dispute.objects.select_related("payment__order")


def staff_dispute(pk: int) -> Dispute | None:
    """Return a dispute with its payment, order and customer, or None."""
    return Dispute.objects.filter(pk=pk).select_related("payment__order__customer").first()


def dispute_for_update(pk: int) -> Dispute:
    """Return a dispute locked until the end of the transaction; lock its order and payment before."""
    return Dispute.objects.select_for_update().get(pk=pk)


def disputes_of(order: Order) -> list[Dispute]:
    """Return the disputes about an order's payments, the latest first."""
    return list(Dispute.objects.filter(payment__order=order).order_by("-opened_at", "-pk"))


def disputes_waiting(*, limit: int = 10) -> list[Dispute]:
    """Return the disputes that wait for an answer, the most urgent first, with their orders."""
    waiting = Dispute.objects.filter(status=DisputeStatus.NEEDS_RESPONSE).select_related("payment__order")
    return list(waiting.order_by(F("due_at").asc(nulls_last=True), "pk")[:limit])


def refund_block(order: Order) -> str:
    """Return why nothing of an order can be paid back now, in the active language, or an empty text: a chargeback is open."""
    return blocked_words() if any(is_contested(payment) for payment in order.payments.all()) else ""


def is_contested(payment: Payment) -> bool:
    """Return whether a chargeback about a payment is open, so that nothing of it can be paid back."""
    return payment.disputed_minor > 0


def blocked_words() -> str:
    """Return, in the active language, why a payment that is contested cannot be paid back."""
    return _(
        "The guest's bank has taken this money already and decides about it. Nothing can be paid back until it has, "
        "or the guest would get the money twice."
    )


def evidence_of(dispute: Dispute) -> list[Evidence]:
    """Return what was answered to the bank, the latest first, with files (without their contents) and how far each has come."""
    return list(
        dispute.evidence.select_related("delivery", "actor")
        .prefetch_related(Prefetch("files", queryset=EvidenceFile.objects.defer("content")))
        .order_by("-number")
    )


def history_of_dispute(dispute: Dispute) -> list[tuple[AuditEntry, str]]:
    """Return what was done about a dispute, the latest first, each with its sentence."""
    return [(entry, audit.say(entry)) for entry in audit.entries_about(dispute)]


def evidence_on_its_way(dispute: Dispute) -> bool:
    """Return whether an answer has been sent that the provider has neither taken nor refused yet."""
    return EvidenceDelivery.objects.filter(
        evidence__dispute=dispute, arrived_at__isnull=True, refused_at__isnull=True
    ).exists()


def dispute_staff() -> list[User]:
    """Return the people of the organization who may answer disputes."""
    working = Membership.objects.filter(role__in=roles_with("commerce.change_dispute"), user__is_active=True)
    return [membership.user for membership in working.select_related("user").order_by("pk")]


def due_reminders(*, now: datetime, limit: int = 500) -> list[tuple[int, int]]:
    """Return the keys of disputes of which staff are to be reminded and of their organizations; for sweeps over all of them."""
    return list(
        Dispute.objects.filter(status=DisputeStatus.NEEDS_RESPONSE, remind_at__lte=now)
        .order_by("remind_at")
        .values_list("pk", "organization_id")[:limit]
    )


def due_evidence(*, now: datetime, limit: int = 500) -> list[tuple[int, int]]:
    """Return the keys of answers still to be handed over and of their organizations; for sweeps over all of them."""
    return list(
        EvidenceDelivery.objects.filter(arrived_at=None, next_attempt_at__lte=now)
        .order_by("next_attempt_at")
        .values_list("evidence_id", "organization_id")[:limit]
    )


def contested_minor(payment: Payment) -> tuple[int, int]:
    """Return how much of a payment open chargebacks hold, and how much was lost in others, in minor units; one query."""
    held = lost = 0
    for dispute in payment.disputes.filter(kind=DisputeKind.CHARGEBACK):
        if dispute.status == DisputeStatus.LOST:
            lost += _lost_minor(dispute)
        elif dispute.status in (DisputeStatus.NEEDS_RESPONSE, DisputeStatus.UNDER_REVIEW):
            held += dispute.amount_minor
    return held, lost


def _lost_minor(dispute: Dispute) -> int:
    # What the bank gave back in part is told by Stripe's balance, which may be in another currency than the payment.
    given_back = dispute.reinstated_minor if dispute.balance_currency == dispute.currency else 0
    return max(0, dispute.amount_minor - given_back)
