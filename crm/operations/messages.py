"""Messages: written down, sent, tried again."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Model

from crm.enums import Channel, MessageStatus
from crm.models import Customer, Message
from crm.rules import next_attempt
from tenancy import audit
from tenancy.audit import Actor
from tenancy.jobs import enqueue
from tenancy.queries import current_organization

logger = logging.getLogger(__name__)

# A message is sent by its job at once; the sweep takes over when that has not happened after this time.
SWEEP_AFTER = timedelta(minutes=2)


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
