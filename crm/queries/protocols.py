"""Protocols: about what, and whom to come back to."""

from datetime import date

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet

from crm.models import Customer, Protocol


def protocols_about(record: Model) -> QuerySet[Protocol]:
    """Return the protocols linked to a record, newest first."""
    return Protocol.objects.filter(
        links__content_type=ContentType.objects.get_for_model(record), links__object_id=record.pk
    ).order_by("-happened_at")


def follow_ups(*, until: date) -> QuerySet[Protocol]:
    """Return the protocols whose follow-up is due on or before a day, the most overdue first."""
    return Protocol.objects.filter(follow_up_on__lte=until).select_related("customer").order_by("follow_up_on", "pk")


def follow_ups_with(customer: Customer, *, limit: int = 10) -> list[Protocol]:
    """Return the protocols with a customer that still want a follow-up, the one due first at the top."""
    return list(customer.protocols.filter(follow_up_on__isnull=False).order_by("follow_up_on", "pk")[:limit])
