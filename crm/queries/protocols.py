"""Protocols: who may read them, about what they are, and when somebody comes back to them."""

from collections.abc import Collection
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Case, F, Model, Q, QuerySet, When

from crm.enums import UNFINISHED
from crm.models import (
    ContactKind,
    Customer,
    Milestone,
    Project,
    Protocol,
    ProtocolLink,
    ProtocolMention,
    ProtocolTemplate,
)
from tenancy.fields import plain_text
from tenancy.models import Membership, User
from tenancy.queries import members
from tenancy.rules import roles_with


def readable_protocols(user: Any = None) -> QuerySet[Protocol]:
    """Return the protocols that a person may read: private ones are for who wrote them, owners and admins; for nobody without a person."""
    if user is None:
        return Protocol.objects.filter(is_private=False)
    if user.has_perm("tenancy.change_organization"):
        return Protocol.objects.all()
    return Protocol.objects.filter(Q(is_private=False) | Q(author=user))


def protocol_readers() -> QuerySet[User]:
    """Return those of the team who may read protocols at all, by name."""
    roles = roles_with("crm.view_protocol")
    return members().filter(pk__in=Membership.objects.filter(role__in=roles).values("user"))


def unseen_mentions(user: User, *, limit: int) -> list[Protocol]:
    """Return the first protocols that mention a person, who may read them and has not looked at them yet, the newest first."""
    unseen = ProtocolMention.objects.filter(user=user, seen_at=None).values("protocol")
    found = readable_protocols(user).filter(pk__in=unseen).select_related("customer", "author")
    return list(found.order_by("-pk")[:limit])


def search_protocols(text: str, protocols: QuerySet[Protocol]) -> QuerySet[Protocol]:
    """Return those of some protocols whose subject and text hold all words of what was typed, without accents too."""
    for word in plain_text(text).split():
        protocols = protocols.filter(search_text__contains=word)
    return protocols


def protocols_about(record: Model, *, user: Any = None) -> QuerySet[Protocol]:
    """Return the protocols linked to a record, or to a milestone of a project, that a person may read, newest first."""
    links = ProtocolLink.objects.filter(_leads_to(record)).values("protocol")
    return readable_protocols(user).filter(pk__in=links).order_by("-happened_at", "-pk")


def protocols_linked_with(record: Model, *, user: Any) -> QuerySet[Protocol]:
    """Return the protocols linked to a record itself that a person may read, newest first."""
    kind = ContentType.objects.get_for_model(record)
    links = ProtocolLink.objects.filter(content_type=kind, object_id=record.pk).values("protocol")
    return readable_protocols(user).filter(pk__in=links).order_by("-happened_at", "-pk")


def _leads_to(record: Model) -> Q:
    kinds = ContentType.objects.get_for_models(type(record), Milestone)
    found = Q(content_type=kinds[type(record)], object_id=record.pk)
    if isinstance(record, Project):
        found |= Q(content_type=kinds[Milestone], object_id__in=Milestone.objects.filter(project=record).values("pk"))
    return found


def protocols_with(customer: Customer, *, user: Any, pks: Collection[int] | None = None) -> list[Protocol]:
    """Return the protocols with a customer that a person may read, the oldest first, with all that is printed of them."""
    protocols = readable_protocols(user).filter(customer=customer)
    if pks is not None:
        protocols = protocols.filter(pk__in=pks)
    protocols = with_follow_up(protocols).select_related("author", "customer").order_by("happened_at", "pk")
    return list(protocols.prefetch_related("links__record", "participants__user"))


def with_follow_up(protocols: QuerySet[Protocol]) -> QuerySet[Protocol]:
    """Return protocols with the day (`follow_up_on`) on which somebody is to come back to them, None where nobody is any more."""
    return protocols.annotate(follow_up_on=Case(When(follow_up__state__in=UNFINISHED, then=F("follow_up__due_on"))))


def own_kinds() -> list[str]:
    """Return the names of the kinds of contact that the organization has added."""
    return list(ContactKind.objects.values_list("name", flat=True))


def protocol_templates() -> list[ProtocolTemplate]:
    """Return the templates of protocols by their names."""
    return list(ProtocolTemplate.objects.all())
