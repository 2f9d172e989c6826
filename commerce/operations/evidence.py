"""Answers to the bank: prepared by staff, kept as they were sent, and handed over by a job."""

from datetime import datetime, timedelta

import filetype
from django.core.files import File
from django.db import transaction
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from commerce import documents, queries
from commerce.enums import DisputeKind, DisputeStatus, EvidenceSlot
from commerce.gateways import disputes as gateway
from commerce.gateways import stripe
from commerce.models import Dispute, DisputeFile, Evidence, EvidenceDelivery, EvidenceFile
from commerce.operations.disputes import DisputeRefused, settle_dispute
from tenancy import audit
from tenancy.audit import Actor
from tenancy.jobs import enqueue
from tenancy.money import format_money
from tenancy.queries import current_organization

# An answer is handed over by its job at once; the sweep takes over when that has not happened after this time.
SWEEP_AFTER = timedelta(minutes=2)
MOST_WAIT = timedelta(hours=1)
# Longer than a job may take.
UNDER_WAY = timedelta(minutes=11)
# What the evidence pack may need of what Stripe takes, in bytes.
PACK_ROOM = 500_000
# What Stripe shows to banks.
KINDS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}
NOT_TAKEN = gettext_noop("Stripe did not take the answer to the bank. Look at the dispute and send it again.")


def _locked(dispute: Dispute) -> Dispute:
    queries.order_for_update(dispute.payment.order_id)
    return queries.dispute_for_update(dispute.pk)


def _check_open(dispute: Dispute) -> None:
    if dispute.kind == DisputeKind.WARNING or dispute.status != DisputeStatus.NEEDS_RESPONSE:
        raise DisputeRefused(_("This dispute does not wait for an answer any more."))
    if queries.evidence_on_its_way(dispute):
        raise DisputeRefused(_("The answer is on its way and cannot be changed any more."))


@transaction.atomic
def save_statement(dispute: Dispute, *, statement: str, actor: Actor) -> Dispute:
    """Keep what staff say about a dispute, for the answer to come; return the dispute.

    Raises `DisputeRefused` when nothing can be answered any more.
    """
    dispute = _locked(dispute)
    _check_open(dispute)
    if dispute.statement != statement:
        dispute.statement = statement
        dispute.save(update_fields=["statement", "updated_at"])
        audit.record("dispute.prepared", dispute, actor=actor)
    return dispute


@transaction.atomic
def add_dispute_file(dispute: Dispute, *, slot: EvidenceSlot, file: "File[bytes]", actor: Actor) -> DisputeFile:
    """Put a file beside the answer to come, in the place of one of the same kind; return it.

    Raises `DisputeRefused` for what is no PDF, PNG or JPEG, for more than Stripe takes in all, and when nothing can be answered.
    """
    dispute = _locked(dispute)
    _check_open(dispute)
    content = file.read()
    media_type = filetype.guess_mime(content[:8192])  # type: ignore[no-untyped-call]
    if media_type not in KINDS:
        raise DisputeRefused(_("Banks read PDF, PNG and JPEG files. This is none of them, or it is damaged."))
    others = sum(dispute.files.exclude(slot=slot).values_list("size", flat=True))
    if others + len(content) + PACK_ROOM > gateway.MOST_BYTES:
        raise DisputeRefused(_("All files together may have 4 MB. Please make this one smaller."))
    stem = get_valid_filename(file.name or "file").rpartition(".")[0][:150] or "file"
    kept, _is_new = DisputeFile.objects.update_or_create(
        dispute=dispute,
        slot=slot,
        defaults={
            "name": f"{stem}.{KINDS[media_type]}",
            "content_type": media_type,
            "size": len(content),
            "content": content,
        },
    )
    audit.record("dispute.prepared", dispute, actor=actor)
    return kept


@transaction.atomic
def remove_dispute_file(dispute: Dispute, file_id: int, *, actor: Actor) -> None:
    """Take a file away from the answer to come; a repeat has no effect. Raises `DisputeRefused` when nothing can be answered any more."""
    dispute = _locked(dispute)
    _check_open(dispute)
    dispute.files.filter(pk=file_id).delete()
    audit.record("dispute.prepared", dispute, actor=actor)


@transaction.atomic(durable=True)
def send_evidence(dispute: Dispute, *, now: datetime, actor: Actor) -> Evidence:
    """Write down the answer to the bank as it stands, evidence pack and files, and start the job that hands it over; return it.

    It cannot be changed from here on. Raises `DisputeRefused` when nothing can be answered any more, or an answer is on its way.
    """
    dispute = _locked(dispute)
    _check_open(dispute)
    with override(documents.EVIDENCE_LANGUAGE):
        texts = queries.evidence_texts(dispute, current_organization())
    evidence = Evidence.objects.create(
        dispute=dispute,
        number=dispute.evidence.count() + 1,
        texts=texts,
        sent_at=now,
        actor_id=actor.pk if actor is not None and actor.is_authenticated else None,
    )
    pack = EvidenceFile(
        evidence=evidence,
        slot=EvidenceSlot.PACK,
        name=f"evidence-{dispute.payment.order.number}.pdf",
        content_type="application/pdf",
        content=documents.evidence_pdf(dispute),
    )
    files = [
        EvidenceFile(
            evidence=evidence, slot=file.slot, name=file.name, content_type=file.content_type, content=file.content
        )
        for file in dispute.files.all()
    ]
    EvidenceFile.objects.bulk_create([pack, *files])
    EvidenceDelivery.objects.create(evidence=evidence, next_attempt_at=now + SWEEP_AFTER)
    audit.record("dispute.answered", dispute, actor=actor, amount=format_money(dispute.amount_minor, dispute.currency))
    enqueue("commerce.deliver_evidence", evidence_id=evidence.pk)
    return evidence


def deliver_evidence(evidence_id: int, *, now: datetime) -> EvidenceDelivery:
    """Hand an answer over to the provider, unless that was done or is being done; return how far it has come.

    A temporary failure is recorded with the time of the next attempt; a refusal is shown to staff, who may send another answer.
    """
    claimed = _claim(evidence_id, now=now)
    if claimed is None:
        return EvidenceDelivery.objects.get(evidence=evidence_id)
    try:
        _hand_over(claimed)
    except stripe.GatewayError as error:
        return _record_failure(claimed.pk, error, now=now)
    EvidenceDelivery.objects.filter(pk=claimed.pk).update(arrived_at=now, next_attempt_at=None, last_error="")
    dispute = claimed.evidence.dispute
    try:
        settle_dispute(dispute.payment, dispute.provider_reference, now=now)
    except stripe.GatewayUnavailable:
        # Its webhook tells the same.
        pass
    claimed.refresh_from_db()
    return claimed


@transaction.atomic
def _claim(evidence_id: int, *, now: datetime) -> EvidenceDelivery | None:
    waiting = EvidenceDelivery.objects.select_for_update(skip_locked=True, of=("self",))
    delivery = (
        waiting.select_related("evidence__dispute__payment")
        .filter(evidence=evidence_id, arrived_at=None, refused_at=None)
        .first()
    )
    # An attempt under way pushes the next one into the future; a job that comes before then is a copy.
    if delivery is None or (delivery.attempts and delivery.next_attempt_at and delivery.next_attempt_at > now):
        return None
    delivery.attempts += 1
    delivery.next_attempt_at = now + UNDER_WAY
    delivery.save(update_fields=["attempts", "next_attempt_at", "updated_at"])
    return delivery


def _hand_over(delivery: EvidenceDelivery) -> None:
    evidence, attempt = delivery.evidence, delivery.attempts
    reference = evidence.dispute.provider_reference
    keys = stripe.keys_of(queries.payment_settings())
    if attempt > 1 and not gateway.retrieve_dispute(keys, reference).status.endswith("needs_response"):
        # The attempt before arrived, and only Stripe's answer was lost.
        return
    given = dict(evidence.texts)
    for file in evidence.files.all():
        given[file.slot] = gateway.upload_file(
            keys,
            name=file.name,
            content=bytes(file.content),
            idempotency_key=f"evidence-file-{file.organization_id}-{file.pk}-v{attempt}",
        )
    gateway.submit_evidence(
        keys,
        reference,
        evidence=given,
        idempotency_key=f"evidence-{evidence.organization_id}-{evidence.pk}-v{attempt}",
    )


@transaction.atomic
def _record_failure(delivery_id: int, error: stripe.GatewayError, *, now: datetime) -> EvidenceDelivery:
    order_id = EvidenceDelivery.objects.values_list("evidence__dispute__payment__order_id", flat=True).get(
        pk=delivery_id
    )
    order = queries.order_for_update(order_id)
    delivery = EvidenceDelivery.objects.select_for_update().get(pk=delivery_id)
    delivery.last_error = str(error)[:2000]
    if isinstance(error, stripe.GatewayRefused):
        delivery.refused_at = now
        delivery.next_attempt_at = None
        order.needs_attention = NOT_TAKEN
        order.save(update_fields=["needs_attention", "updated_at"])
    else:
        delivery.next_attempt_at = now + min(SWEEP_AFTER * 2**delivery.attempts, MOST_WAIT)
    delivery.save()
    return delivery
