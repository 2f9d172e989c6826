"""A team, a clock and rules for what needs attention."""

import datetime as dt

from crm.models import (
    AttentionItem,
    AttentionRule,
    Task,
)
from crm.operations import (
    evaluate_attention,
)
from crm.queries import attention_kinds
from tests.crm.factories import make_task

NOW = dt.datetime(2031, 1, 10, 12, tzinfo=dt.UTC)
TODAY = dt.date(2031, 1, 10)
DAY = dt.timedelta(days=1)


def only(kind: str, **values: object) -> AttentionRule:
    """That rule alone is on, with these values."""
    AttentionRule.objects.update(is_active=False)
    AttentionRule.objects.filter(kind=kind).update(is_active=True, **values)
    return AttentionRule.objects.get(kind=kind)


def reasons(now: dt.datetime = NOW) -> list[tuple[object, str]]:
    """The records of all that is open after an evaluation, and why."""
    evaluate_attention(now=now)
    kinds = attention_kinds()
    items = AttentionItem.objects.filter(state="open").select_related("rule").order_by("object_id", "pk")
    return [(item.record, kinds[item.rule.kind].reason(item.facts)) for item in items]


def late_task(user=None, *, days: int = 3, **fields: object) -> Task:
    return make_task(user, due_on=TODAY - days * DAY, **fields)
