"""What needs attention is found by the rules, and settled by people or by itself."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import date, datetime
from functools import partial
from typing import Final

from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import F, Model
from django.db.models.functions import Coalesce

from crm import emails, queries
from crm.enums import AttentionState, DigestFrequency
from crm.models import AttentionDigest, AttentionItem, AttentionRule, Message
from crm.operations.messages import queue_message
from crm.queries import AttentionKind
from crm.rules import digest_is_due
from tenancy import audit
from tenancy.jobs import enqueue, enqueue_once
from tenancy.models import User
from tenancy.queries import scope_zone

logger = logging.getLogger(__name__)

# How many items a digest lists.
LISTED: Final = 20

# What a rule finds is written, what it finds no more is gone, in one statement. An item opens again when it was gone, when its day
# has come, or when it is about a later occasion than the one that was settled; nothing is written where nothing is new.
_EVALUATE: Final = """
    WITH given (now, today, rule, type, record) AS (VALUES (%s::timestamptz, %s::date, %s::bigint, %s::integer, %s::bigint)),
    found (object_id, at, customer_id, holder_id, facts) AS ({found}),
    gone AS (
        UPDATE crm_attentionitem AS item SET state = 'gone', updated_at = given.now FROM given
        WHERE item.rule_id = given.rule AND item.state <> 'gone' AND (given.record IS NULL OR item.object_id = given.record)
          AND NOT EXISTS (SELECT FROM found WHERE found.object_id = item.object_id)
    )
    INSERT INTO crm_attentionitem AS item (created_at, updated_at, since, rule_id, content_type_id, object_id, at, customer_id,
                                           holder_id, facts, state)
    SELECT now, now, now, rule, type, object_id, at, customer_id, holder_id, facts, 'open' FROM found, given
    ON CONFLICT (rule_id, content_type_id, object_id) DO UPDATE SET
        updated_at = EXCLUDED.updated_at, at = EXCLUDED.at, customer_id = EXCLUDED.customer_id, holder_id = EXCLUDED.holder_id,
        facts = EXCLUDED.facts,
        state = CASE WHEN {opens} THEN 'open' ELSE item.state END,
        since = CASE WHEN {opens} THEN EXCLUDED.since ELSE item.since END,
        snoozed_until = CASE WHEN {opens} THEN NULL ELSE item.snoozed_until END,
        settled_by_id = CASE WHEN {opens} THEN NULL ELSE item.settled_by_id END,
        settled_at = CASE WHEN {opens} THEN NULL ELSE item.settled_at END
    WHERE {opens} OR (item.at, item.customer_id, item.holder_id, item.facts)
        IS DISTINCT FROM (EXCLUDED.at, EXCLUDED.customer_id, EXCLUDED.holder_id, EXCLUDED.facts)
"""
_OPENS: Final = """(item.state <> 'open' AND (item.state = 'gone' OR EXCLUDED.at > item.at
    OR (item.state = 'snoozed' AND item.snoozed_until <= (SELECT today FROM given))))"""


def create_attention_rules() -> None:
    """Give the organization in scope a rule for each kind that it has none for, with the kind's own values."""
    known = set(AttentionRule.objects.values_list("kind", flat=True))
    AttentionRule.objects.bulk_create(
        [
            AttentionRule(
                kind=kind.name,
                is_active=kind.is_active,
                amount=kind.amount,
                severity=kind.severity,
                to_holder=bool(kind.holder),
            )
            for kind in queries.attention_kinds().values()
            if kind.name not in known and not kind.several
        ],
        ignore_conflicts=True,
    )


def evaluate_attention(*, now: datetime) -> None:
    """Let each rule that is on find what needs attention now; one statement for each, however much there is.

    Each in a transaction of its own: one that fails is logged and counted, and stops no other. Rules that somebody else evaluates or
    settles items of just now are left to them, or to the next time.
    """
    kinds = queries.attention_kinds()
    for pk in AttentionRule.objects.filter(is_active=True, kind__in=kinds).order_by("pk").values_list("pk", flat=True):
        _attempt(pk, kinds, now=now)


def _attempt(rule_id: int, kinds: Mapping[str, AttentionKind], *, now: datetime, record_id: int | None = None) -> None:
    """Evaluate a rule unless somebody else does so now; put down that it could not be, or could again."""
    try:
        with transaction.atomic():
            found = AttentionRule.objects.filter(pk=rule_id, is_active=True)
            rule = (found if record_id is not None else found.select_for_update(skip_locked=True)).first()
            if rule is None:
                return
            _evaluate(rule, kinds[rule.kind], now=now, record_id=record_id)
            if rule.failures and record_id is None:
                AttentionRule.objects.filter(pk=rule_id).update(failures=0, failing_since=None)
    except Exception:  # a rule is code of any app over any data, and the others have to go on
        logger.exception("The attention rule %s could not be evaluated", rule_id)
        AttentionRule.objects.filter(pk=rule_id).update(
            failures=F("failures") + 1, failing_since=Coalesce("failing_since", now)
        )


def evaluate_record(model: str, record_id: int, *, now: datetime) -> None:
    """Let the rules about records of a model, given by its label such as `crm.task`, look at one record again."""
    kinds = {name: kind for name, kind in queries.attention_kinds().items() if kind.model._meta.label_lower == model}
    for pk in AttentionRule.objects.filter(is_active=True, kind__in=kinds).order_by("pk").values_list("pk", flat=True):
        _attempt(pk, kinds, now=now, record_id=record_id)


def evaluate_soon() -> None:
    """Let a job evaluate the rules of the organization in scope, because one of them was changed."""
    enqueue("crm.evaluate_attention")


def look_again(model: type[Model], record_id: int, *, organization_id: int) -> None:
    """Let a job look soon whether a record, which has changed, needs attention. The next evaluation finds what a lost job would have."""
    enqueue_once(organization_id, "crm.look_again", model=model._meta.label_lower, record_id=record_id)


def _evaluate(rule: AttentionRule, kind: AttentionKind, *, now: datetime, record_id: int | None = None) -> None:
    records = kind.find(rule, now)
    if record_id is not None:
        records = records.filter(pk=record_id)
    found, params = records.query.sql_with_params()
    content_type = ContentType.objects.get_for_model(kind.model)
    today = now.astimezone(scope_zone()).date()
    with connection.cursor() as cursor:
        cursor.execute(
            _EVALUATE.format(found=found, opens=_OPENS), [now, today, rule.pk, content_type.pk, record_id, *params]
        )


def finish_attention(items: Collection[AttentionItem], *, now: datetime, actor: User) -> int:
    """Say that items are seen to; return how many were not before. They open again when their reason comes anew."""
    return _settle(items, AttentionState.DONE, now=now, actor=actor)


def snooze_attention(items: Collection[AttentionItem], *, until: date, now: datetime, actor: User) -> int:
    """Put items off until the morning of a day of the organization; return how many. What is gone by then does not come back."""
    return _settle(items, AttentionState.SNOOZED, until=until, now=now, actor=actor)


def reopen_attention(items: Collection[AttentionItem], *, now: datetime, actor: User) -> int:
    """Open items again that somebody finished or put off; return how many."""
    return _settle(items, AttentionState.OPEN, now=now, actor=actor)


@transaction.atomic
def _settle(
    items: Collection[AttentionItem],
    state: AttentionState,
    *,
    until: date | None = None,
    now: datetime,
    actor: User,
) -> int:
    # Rules before items, as in an evaluation: neither waits for the other in a circle.
    rules = AttentionRule.objects.select_for_update().filter(pk__in={item.rule_id for item in items})
    list(rules.order_by("pk").values_list("pk"))
    there = AttentionItem.objects.filter(pk__in=[item.pk for item in items]).exclude(state=AttentionState.GONE)
    changed = list(queries.with_records(there.exclude(state=state, snoozed_until=until).order_by("pk")))
    AttentionItem.objects.filter(pk__in=[item.pk for item in changed]).update(
        state=state,
        snoozed_until=until,
        settled_by=None if state == AttentionState.OPEN else actor,
        settled_at=None if state == AttentionState.OPEN else now,
        updated_at=now,
    )
    transaction.on_commit(partial(cache.delete, queries.attention_count_key(actor)))
    for item in changed:
        # It stands in the history of the record; until when says the item.
        audit.record(f"attention.{state}", item.record if item.record is not None else item, actor=actor)
    return len(changed)


@transaction.atomic
def set_digest(user: User, frequency: DigestFrequency) -> AttentionDigest:
    """Let a member be written to about what needs attention this often; return the row."""
    digest, _created = AttentionDigest.objects.update_or_create(user=user, defaults={"frequency": frequency})
    return digest


@transaction.atomic
def send_digest(digest_id: int, *, now: datetime) -> Message | None:
    """Write a member's digest down to be sent, when it is due; return the message. Who has nothing to see to gets none."""
    found = AttentionDigest.objects.select_for_update(of=("self",)).select_related("user").filter(pk=digest_id)
    digest = found.first()
    local = now.astimezone(scope_zone())
    if digest is None or not digest_is_due(digest.frequency, last=digest.sent_on, now=local):
        return None
    digest.sent_on = local.date()
    digest.save(update_fields=["sent_on", "updated_at"])
    user = digest.user
    if not user.has_perm("crm.view_attentionitem"):
        return None
    items = list(queries.with_records(queries.open_attention(user)[:LISTED]))
    if not items:
        return None
    mail = emails.attention_digest(items, total=queries.open_attention(user).count(), user=user)
    return queue_message(
        kind="attention_digest",
        dedupe_key=f"attention-{user.pk}-{local.date()}",
        now=now,
        **asdict(mail),
    )
