"""The lines of a customer's timeline."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import F, Model
from django.db.models.functions import Greatest

from crm.models import Activity, Customer
from tenancy.audit import Actor


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
    touch(customer, at=at)
    return activity


def touch(customer: Customer, *, at: datetime) -> None:
    """Move a customer's last activity forward to a time; one that is earlier changes nothing."""
    # GREATEST passes over NULL in PostgreSQL.
    Customer.objects.filter(pk=customer.pk).update(last_activity_at=Greatest(F("last_activity_at"), at))
