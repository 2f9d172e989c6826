"""What an organization's own rules find: customers by what is known of them."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import reduce
from operator import and_, or_
from typing import Any, Final, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Greatest
from wagtail import hooks

from crm.enums import ConsentPurpose, Joined
from crm.models import Activity, AttentionRule, Consent, Customer, CustomerTag
from crm.queries.attention import found
from crm.queries.attention_records import contacts

# What is asked about news: that they are allowed, or that they are not.
NEWS_ALLOWED: Final = "yes"


class _Condition(NamedTuple):
    """What is asked of a customer, what its reason says besides (`facts`), and which of these is a moment it is about."""

    holds: Q
    facts: Mapping[str, Any] = {}
    moment: str = ""


def _truth(holds: Q) -> Combinable:
    return ExpressionWrapper(holds, BooleanField())


def _tags(names: list[str], _now: datetime) -> _Condition:
    tags = CustomerTag.objects.filter(customer=OuterRef("pk"), name__in=names)
    return _Condition(Q(Exists(tags)), {"tag_names": ArraySubquery(tags.order_by("name").values("name"))})


def _sources(sources: list[str], _now: datetime) -> _Condition:
    return _Condition(Q(source__in=sources), {"source": F("source")})


def _languages(languages: list[str], _now: datetime) -> _Condition:
    return _Condition(Q(language__in=languages), {"language": F("language")})


def _news(wanted: str, _now: datetime) -> _Condition:
    news = Consent.objects.filter(purpose=ConsentPurpose.NEWSLETTER)
    withdrawn = news.filter(customer=OuterRef("customer"), withdrawn_at__gte=OuterRef("given_at"))
    allowed = Q(Exists(news.filter(~Exists(withdrawn), customer=OuterRef("pk"))))
    is_allowed = wanted == NEWS_ALLOWED
    return _Condition(allowed if is_allowed else ~allowed, {"news_allowed": Value(is_allowed)})


def _missing(names: list[str], _now: datetime) -> _Condition:
    # Empty texts: none of these is ever NULL.
    lacks = {f"no_{name}": Q(**{name: ""}) for name in names}
    return _Condition(reduce(or_, lacks.values()), {name: _truth(lack) for name, lack in lacks.items()})


def _known_days(days: int, now: datetime) -> _Condition:
    return _Condition(Q(created_at__lte=now - timedelta(days=days)), {"known_since": F("created_at")}, "known_since")


def _silent_days(days: int, now: datetime) -> _Condition:
    since, rows_of = now - timedelta(days=days), contacts()
    silent = reduce(and_, (~Q(Exists(rows.filter(**{f"{time}__gt": since}))) for rows, time in rows_of))
    latest = [Subquery(rows.order_by(f"-{time}").values(time)[:1]) for rows, time in rows_of]
    # GREATEST passes over NULL in PostgreSQL.
    facts = {"last_contact": Greatest("created_at", *latest)}
    return _Condition(Q(created_at__lte=since) & silent, facts, "last_contact")


def _orders() -> QuerySet[Activity]:
    acts = [kind for offer in hooks.get_hooks("order_activities") for kind in offer()]
    return Activity.objects.filter(customer=OuterRef("pk"), kind__in=acts)


def _last_order() -> dict[str, Any]:
    return {"last_order": Subquery(_orders().order_by("-at").values("at")[:1])}


def _unordered_days(days: int, now: datetime) -> _Condition:
    since = now - timedelta(days=days)
    # Who came later cannot have been missed for so long.
    return _Condition(
        Q(created_at__lte=since) & ~Q(Exists(_orders().filter(at__gt=since))), _last_order(), moment="last_order"
    )


def _ordered_days(days: int, now: datetime) -> _Condition:
    return _Condition(
        Q(Exists(_orders().filter(at__gt=now - timedelta(days=days)))), _last_order(), moment="last_order"
    )


# The conditions of `AttentionRule.conditions`, in the order of the form and of the reason.
OWN_CONDITIONS: Final[Mapping[str, Callable[[Any, datetime], _Condition]]] = {
    "tags": _tags,
    "sources": _sources,
    "languages": _languages,
    "known_days": _known_days,
    "silent_days": _silent_days,
    "ordered_days": _ordered_days,
    "unordered_days": _unordered_days,
    "news": _news,
    "missing": _missing,
}


def own_customers(rule: AttentionRule, now: datetime) -> QuerySet[Any, Any]:
    """Return the customers of whom all, or any, of the conditions of an organization's own rule are true.

    What counts as an order the apps above say by the hook `order_activities`: a function that returns kinds of activities.
    """
    conditions = {
        name: make(rule.conditions[name], now) for name, make in OWN_CONDITIONS.items() if name in rule.conditions
    }
    join = or_ if rule.joined == Joined.ANY else and_
    asked = [condition.holds for condition in conditions.values()]
    customers = Customer.objects.filter(reduce(join, asked)) if asked else Customer.objects.none()
    facts: dict[str, Any] = {}
    for name, condition in conditions.items():
        facts |= {name: _truth(condition.holds), **condition.facts}
    moments = [facts[condition.moment] for condition in conditions.values() if condition.moment]
    return found(
        customers, at=Greatest("created_at", *moments) if moments else "created_at", customer="pk", facts=facts
    )
