"""What was said with a customer is written down."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Model

from crm.enums import Direction, ProtocolKind
from crm.models import Customer, Protocol
from crm.operations.activities import touch
from crm.operations.links import set_links
from tenancy import audit
from tenancy.audit import Actor
from tenancy.models import User


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
    set_links(protocol.links, links)
    touch(customer, at=happened_at)
    audit.record("protocol.logged", protocol, actor=author)
    return protocol


@transaction.atomic
def relink_protocol(protocol: Protocol, *, links: Iterable[Model]) -> Protocol:
    """Make a protocol be about these records and no others; return it. Raises `LinkRefused` as `log_protocol` does."""
    set_links(protocol.links, links)
    return protocol


@transaction.atomic
def close_follow_up(protocol: Protocol, *, actor: Actor) -> Protocol:
    """Take a follow-up off the list, because it was done; return the protocol. A repeat has no effect."""
    if Protocol.objects.filter(pk=protocol.pk, follow_up_on__isnull=False).update(follow_up_on=None):
        audit.record("protocol.followed_up", protocol, actor=actor, due=str(protocol.follow_up_on))
        protocol.follow_up_on = None
    return protocol
