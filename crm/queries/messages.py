"""Messages: about what, failed, due."""

from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet

from crm.enums import MessageStatus
from crm.models import Customer, Message


def messages_about(record: Model, customer: Customer) -> QuerySet[Message]:
    """Return the messages to a customer that are about a record, the oldest first."""
    about = ContentType.objects.get_for_model(record)
    return Message.objects.filter(customer=customer, content_type=about, object_id=record.pk).order_by("created_at")


def failed_messages() -> QuerySet[Message]:
    """Return the messages that were given up, newest first."""
    return Message.objects.filter(status=MessageStatus.FAILED).order_by("-created_at")


def due_messages(*, now: datetime, limit: int = 500) -> list[tuple[int, int]]:
    """Return the keys of messages to send now and of their organizations; for sweeps over all organizations."""
    return list(
        Message.objects.filter(status=MessageStatus.PENDING, next_attempt_at__lte=now)
        .order_by("next_attempt_at")
        .values_list("pk", "organization_id")[:limit]
    )
