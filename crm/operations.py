"""Verbs that change customers, protocols and messages."""

import logging
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import F, Model
from django.db.models.functions import Greatest

from crm.enums import Channel, ConsentPurpose, CustomerSource, Direction, MessageStatus, ProtocolKind
from crm.models import Activity, Consent, Customer, Message, Protocol, ProtocolLink
from crm.queries import customer_by_email
from crm.rules import next_attempt
from tenancy import audit
from tenancy.audit import Actor
from tenancy.jobs import enqueue
from tenancy.models import User
from tenancy.queries import current_organization

logger = logging.getLogger(__name__)


class LinkRefused(Exception):
    """A protocol cannot be about this record: the organization has no such record."""


# A message is sent by its job at once; the sweep takes over when that has not happened after this time.
SWEEP_AFTER = timedelta(minutes=2)


def find_or_create_customer(
    *,
    email: str,
    first_name: str,
    last_name: str,
    phone: str,
    language: str,
    source: CustomerSource,
) -> Customer:
    """Return the organization's customer with this e-mail address, in any case; make one when there is none.

    What is known of a customer is never overwritten: whoever types an address need not be its owner. Safe under parallel calls.
    """
    email = email.strip()
    found = customer_by_email(email)
    if found is not None:
        return found
    customer = Customer(
        email=email, first_name=first_name, last_name=last_name, phone=phone, language=language, source=source
    )
    # Where another checkout has made the same customer since, this finds the key of that one and changes nothing of what it says.
    [customer] = Customer.objects.bulk_create(
        [customer], update_conflicts=True, unique_fields=["organization", "email_folded"], update_fields=["updated_at"]
    )
    return customer


def record_consent(
    customer: Customer, *, purpose: ConsentPurpose, wording: str, language: str, source: CustomerSource, now: datetime
) -> Consent:
    """Write down that a customer allowed something, in the words they read and their language; return the row."""
    return Consent.objects.create(
        customer=customer, purpose=purpose, wording=wording, language=language, source=source, given_at=now
    )


def record_activity(
    customer: Customer,
    *,
    kind: str,
    at: datetime,
    record: Model | None = None,
    facts: Mapping[str, Any] | None = None,
    actor: Actor = None,
) -> Activity:
    """Write a line on a customer's timeline; return it.

    `kind` decides the sentence people read (hook `activity_sentences`), `facts` are its JSON values, `record` is what it is about.
    """
    activity = Activity.objects.create(
        customer=customer,
        kind=kind,
        at=at,
        facts=dict(facts or {}),
        content_type=ContentType.objects.get_for_model(record) if record is not None else None,
        object_id=record.pk if record is not None else None,
        actor_id=actor.pk if actor is not None and actor.is_authenticated else None,
    )
    _touch(customer, at=at)
    return activity


def _touch(customer: Customer, *, at: datetime) -> None:
    # GREATEST passes over NULL in PostgreSQL.
    Customer.objects.filter(pk=customer.pk).update(last_activity_at=Greatest(F("last_activity_at"), at))


@transaction.atomic
def log_protocol(
    customer: Customer,
    *,
    kind: ProtocolKind,
    direction: Direction,
    subject: str,
    body: str,
    happened_at: datetime,
    duration_minutes: int | None = None,
    follow_up_on: date | None = None,
    links: Iterable[Model] = (),
    author: User | None,
) -> Protocol:
    """Write down an interaction with a customer and the records it is about; return the protocol.

    `happened_at` is an instant, `duration_minutes` whole minutes, `follow_up_on` a day of the organization. Raises `LinkRefused` for
    a record that the organization does not have; then nothing is written.
    """
    protocol = Protocol.objects.create(
        customer=customer,
        kind=kind,
        direction=direction,
        subject=subject,
        body=body,
        happened_at=happened_at,
        duration_minutes=duration_minutes,
        follow_up_on=follow_up_on,
        author=author,
    )
    _link(protocol, links)
    _touch(customer, at=happened_at)
    audit.record("protocol.logged", protocol, actor=author)
    return protocol


def _link(protocol: Protocol, records: Iterable[Model]) -> None:
    links = []
    for record in records:
        # Keys of records are guessable; the scope knows which of them are the organization's.
        if not type(record)._default_manager.filter(pk=record.pk).exists():
            raise LinkRefused(f"{record._meta.label} {record.pk}")
        content_type = ContentType.objects.get_for_model(record)
        links.append(ProtocolLink(protocol=protocol, content_type=content_type, object_id=record.pk))
    ProtocolLink.objects.bulk_create(links)


@transaction.atomic
def relink_protocol(protocol: Protocol, *, links: Iterable[Model]) -> Protocol:
    """Make a protocol be about these records and no others; return it. Raises `LinkRefused` as `log_protocol` does."""
    protocol.links.all().delete()
    _link(protocol, links)
    return protocol


@transaction.atomic
def close_follow_up(protocol: Protocol, *, actor: Actor) -> Protocol:
    """Take a follow-up off the list, because it was done; return the protocol. A repeat has no effect."""
    if Protocol.objects.filter(pk=protocol.pk, follow_up_on__isnull=False).update(follow_up_on=None):
        audit.record("protocol.followed_up", protocol, actor=actor, due=str(protocol.follow_up_on))
        protocol.follow_up_on = None
    return protocol


@transaction.atomic
def queue_message(
    *,
    kind: str,
    dedupe_key: str,
    recipient: str,
    language: str,
    subject: str,
    text: str,
    html: str,
    now: datetime,
    customer: Customer | None = None,
    record: Model | None = None,
) -> Message:
    """Write an e-mail down to be sent by a job once the transaction has committed; return its row.

    A second message of one `kind` with the same `dedupe_key` is not made: the first is returned.
    """
    message, created = Message.objects.get_or_create(
        kind=kind,
        dedupe_key=dedupe_key,
        defaults={
            "customer": customer,
            "channel": Channel.EMAIL,
            "recipient": recipient,
            "language": language,
            "subject": " ".join(subject.split()),
            "text": text,
            "html": html,
            "next_attempt_at": now + SWEEP_AFTER,
            "content_type": ContentType.objects.get_for_model(record) if record is not None else None,
            "object_id": record.pk if record is not None else None,
        },
    )
    if created:
        enqueue("crm.send_message", message_id=message.pk)
    return message


def send_message(message_id: int, *, now: datetime) -> None:
    """Send a waiting message, unless that was done or is being done.

    A failure is recorded with the time of the next attempt; when there is none any more the message is `failed` and shown to staff.
    """
    message = _claim(message_id, now=now)
    if message is None:
        return
    try:
        _send_email(message)
    except Exception as error:  # noqa: BLE001  # mail servers fail in many ways; each is recorded and tried again
        logger.warning("The message %s could not be sent: %s", message_id, type(error).__name__)
        again = next_attempt(message.attempts, now=now)
        Message.objects.filter(pk=message_id).update(
            status=MessageStatus.FAILED if again is None else MessageStatus.PENDING,
            next_attempt_at=again,
            last_error=f"{type(error).__name__}: {error}"[:2000],
        )
    else:
        Message.objects.filter(pk=message_id).update(
            status=MessageStatus.SENT, sent_at=now, next_attempt_at=None, last_error=""
        )


@transaction.atomic
def _claim(message_id: int, *, now: datetime) -> Message | None:
    message = (
        Message.objects.select_for_update(skip_locked=True).filter(pk=message_id, status=MessageStatus.PENDING).first()
    )
    # An attempt under way pushes the next one into the future; a job that comes before then is a copy.
    if message is None or (message.attempts and message.next_attempt_at and message.next_attempt_at > now):
        return None
    message.attempts += 1
    message.next_attempt_at = now + SWEEP_AFTER
    message.save(update_fields=["attempts", "next_attempt_at", "updated_at"])
    return message


def _send_email(message: Message) -> None:
    organization = current_organization()
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text,
        from_email=organization.mail_sender,
        to=[message.recipient],
        reply_to=organization.mail_reply_to,
        # The same for every attempt, so that mail programs show a message that was sent twice once.
        headers={"Message-ID": f"<message-{message.organization_id}-{message.pk}@{domain}>"},
    )
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    mail.send()


@transaction.atomic
def retry_message(message: Message, *, now: datetime, actor: Actor = None) -> Message:
    """Give a failed message a fresh set of attempts, starting now; return it. Others are left as they are."""
    locked = Message.objects.select_for_update().get(pk=message.pk)
    if locked.status == MessageStatus.FAILED:
        locked.status = MessageStatus.PENDING
        locked.attempts = 0
        locked.next_attempt_at = now + SWEEP_AFTER
        locked.save()
        audit.record("message.retried", locked, actor=actor)
        enqueue("crm.send_message", message_id=locked.pk)
    return locked
