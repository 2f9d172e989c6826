"""What staff put on a customer to find their way: tags, and pins on the timeline."""

from collections.abc import Iterable

from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from crm.models import Activity, Customer, CustomerTag, Document, Message, Protocol, TimelinePin
from tenancy import audit
from tenancy.audit import Actor


@transaction.atomic
def set_tags(customer: Customer, names: Iterable[str], *, actor: Actor) -> None:
    """Let a customer have these tags and no others; each name once."""
    wanted = dict.fromkeys(names)
    has = set(customer.tags.values_list("name", flat=True))
    if has == set(wanted):
        return
    customer.tags.exclude(name__in=wanted).delete()
    CustomerTag.objects.bulk_create(
        [CustomerTag(customer=customer, name=name) for name in wanted if name not in has], ignore_conflicts=True
    )
    audit.record("customer.tagged", customer, actor=actor, tags=", ".join(wanted))


@transaction.atomic
def pin(customer: Customer, entry: Protocol | Activity | Message | Document) -> None:
    """Keep an entry of a customer's timeline at its top. A repeat has no effect."""
    TimelinePin.objects.get_or_create(
        customer=customer, content_type=ContentType.objects.get_for_model(entry), object_id=entry.pk
    )


def unpin(customer: Customer, entry: Protocol | Activity | Message | Document) -> None:
    """Let an entry go back to its place. A repeat has no effect."""
    content_type = ContentType.objects.get_for_model(entry)
    customer.pins.filter(content_type=content_type, object_id=entry.pk).delete()
