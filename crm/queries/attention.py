"""What needs attention: the kinds of it that the apps know, what their rules find, and what is for whom."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib.contenttypes.prefetch import GenericPrefetch
from django.core.cache import cache
from django.db.models import BigIntegerField, DateTimeField, Exists, F, Func, Model, OuterRef, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, JSONObject
from django.utils.functional import Promise
from wagtail import hooks

from crm.enums import AttentionState, DigestFrequency, Severity
from crm.models import AttentionDigest, AttentionItem, AttentionRule, Customer
from crm.rules import digest_is_due
from tenancy.models import Membership, User
from tenancy.queries import members
from tenancy.rules import roles_with

# For how many seconds the number in the menu is kept: it stands on every page of the admin.
_COUNTED_FOR: Final = 60


@dataclass(frozen=True, slots=True)
class AttentionKind:
    """A kind of thing that needs attention; apps register theirs by the hook `attention_kinds`, a function that returns some.

    `find(rule, now)` returns what a rule finds as `found` makes it, each record of `model` once. `reason` says in the active language
    why, from the facts of an item; `url` is where it is seen to, `title` what a record is called. `permission` is needed to see any,
    and `readable` narrows the records to those that a person may see. `unit` is what `AttentionRule.amount` counts (“days”), empty
    where nothing is counted; `holder` what the one is called to whom a record belongs, where there is one. With `several` people make
    rules of this kind themselves, each with a name; of the others there is one, and the rest are its values in a new organization.
    """

    name: str
    label: Promise
    help_text: Promise
    model: type[Model]
    permission: str
    find: Callable[[AttentionRule, datetime], QuerySet[Any, Any]]
    reason: Callable[[Mapping[str, Any]], str]
    url: Callable[[AttentionItem], str]
    title: Callable[[Any], str] = str
    related: tuple[str, ...] = ()
    readable: Callable[[Any], QuerySet[Any]] | None = None
    unit: Promise | str = ""
    holder: Promise | str = ""
    by_tag: bool = False
    several: bool = False
    is_active: bool = True
    amount: int = 0
    severity: Severity = Severity.NORMAL


def attention_kinds(user: Any = None) -> dict[str, AttentionKind]:
    """Return the kinds that a person may see, by their names; all of them without a person."""
    kinds = [kind for offer in hooks.get_hooks("attention_kinds") for kind in offer()]
    return {kind.name: kind for kind in kinds if user is None or user.has_perm(kind.permission)}


def found(
    records: QuerySet[Any],
    *,
    at: str | Combinable,
    customer: str | Combinable | None = None,
    holder: str | Combinable | None = None,
    facts: Mapping[str, Any],
) -> QuerySet[Any, Any]:
    """Return records as a rule finds them: what they are about (`at`, an instant), the keys of customer and holder, and facts as JSON."""
    return (
        records.order_by()
        .annotate(
            found_at=Cast(at, DateTimeField()),
            found_customer=Cast(Value(None) if customer is None else customer, BigIntegerField()),
            found_holder=Cast(Value(None) if holder is None else holder, BigIntegerField()),
            found_facts=JSONObject(**facts),
        )
        .values_list("pk", "found_at", "found_customer", "found_holder", "found_facts")
    )


def midnight(day: str, zone: str) -> Func:
    """Return the instant at which a day (the name of a column) begins in a time zone."""
    local = Func(F(day), template="(%(expressions)s)::timestamp")
    return Func(Value(zone), local, function="timezone", output_field=DateTimeField())


def attention_label(rule: AttentionRule, kind: AttentionKind) -> str:
    """Return what a rule is called in the active language."""
    return rule.name or str(kind.label)


def own_rules() -> QuerySet[AttentionRule]:
    """Return the rules that the organization has made itself, by name."""
    return AttentionRule.objects.filter(kind=AttentionRule.OWN).order_by("name")


def attention_items(user: Any) -> QuerySet[AttentionItem]:
    """Return what rules that are on have found and a person may see, done and put off included, with rules and customers."""
    kinds = attention_kinds(user)
    narrowed = {name: kind.readable(user) for name, kind in kinds.items() if kind.readable is not None}
    seen = Q(rule__kind__in=[name for name in kinds if name not in narrowed])
    for name, records in narrowed.items():
        seen |= Q(rule__kind=name, object_id__in=records.order_by().values("pk"))
    items = AttentionItem.objects.filter(seen, rule__is_active=True).exclude(state=AttentionState.GONE)
    items = items.annotate(is_with_holder=Q(holder__in=_readers()), is_with_member=Q(rule__member__in=_readers()))
    return items.select_related("rule__member", "customer", "holder", "settled_by")


def attention_readers() -> QuerySet[User]:
    """Return those of the team who see what needs attention at all, by name."""
    return members().filter(pk__in=_readers())


def _readers() -> QuerySet[Any]:
    # Their keys.
    roles = roles_with("crm.view_attentionitem")
    return Membership.objects.filter(role__in=roles, user__is_active=True).values("user")


def meant_for(user: Any) -> Q:
    """Return what finds the items that are for a person: by rule, role, as the holder of the record, or because they are for all.

    What belongs to nobody who sees the list is for all: nobody's, a guide's, that of somebody who has left.
    """
    readers = _readers()
    nobody = Q(holder=None) | ~Q(holder__in=readers)
    role = Membership.objects.filter(user=user).values("role")
    for_all = Q(rule__member=None, rule__role="", rule__to_holder=False)
    to_holder = Q(rule__to_holder=True) & (Q(holder=user) | nobody)
    of_who_left = Q(rule__member__isnull=False) & ~Q(rule__member__in=readers)
    return for_all | Q(rule__member=user) | of_who_left | Q(rule__role__in=role) | to_holder


def open_attention(user: Any) -> QuerySet[AttentionItem]:
    """Return what is open and for a person, the most pressing and the longest waiting first."""
    mine = attention_items(user).filter(meant_for(user), state=AttentionState.OPEN)
    return mine.order_by("-rule__severity", "since", "pk")


def attention_count(user: Any) -> int:
    """Return how much is open and for a person, as of a minute ago at most."""
    count: int | None = cache.get_or_set(attention_count_key(user), open_attention(user).count, _COUNTED_FOR)
    return count or 0


def attention_count_key(user: Any) -> str:
    """Return where the number is kept that the menu shows to a person; whoever settles something forgets it."""
    return f"attention-count:{user.pk}"


def attention_with(customer: Customer, *, user: Any) -> list[AttentionItem]:
    """Return what is open about a customer, for whomever it is, the most pressing first; one query."""
    items = attention_items(user).filter(customer=customer, state=AttentionState.OPEN)
    return list(items.order_by("-rule__severity", "since", "pk"))


def with_records(items: QuerySet[AttentionItem]) -> QuerySet[AttentionItem]:
    """Return items that come with their records; one query for each kind of record among them."""
    related: dict[type[Model], set[str]] = {}
    for kind in attention_kinds().values():
        related.setdefault(kind.model, set()).update(kind.related)
    records = [model._base_manager.select_related(*sorted(names)) for model, names in related.items()]
    return items.prefetch_related(GenericPrefetch("record", records))


def digest_of(user: User) -> AttentionDigest:
    """Return how often a person is written to; a row that is not stored where they never chose."""
    return AttentionDigest.objects.filter(user=user).first() or AttentionDigest(user=user)


def due_digests(*, now: datetime) -> list[tuple[int, int]]:
    """Return the keys of digests that are due and of their organizations; for sweeps over all organizations."""
    works_there = Membership.objects.filter(organization=OuterRef("organization"), user=OuterRef("user"))
    rows = AttentionDigest.objects.filter(Exists(works_there)).exclude(frequency=DigestFrequency.NEVER)
    return [
        (row.pk, row.organization.pk)
        for row in rows.select_related("organization").order_by("pk")
        if digest_is_due(row.frequency, last=row.sent_on, now=now.astimezone(row.organization.zone))
    ]
