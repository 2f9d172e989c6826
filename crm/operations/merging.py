"""Two customers who are one person become one, and can become two again."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeVar

from django.core import serializers
from django.db import OperationalError, transaction
from django.db.models import ForeignKey, Q, Value
from django.db.models.functions import Lower
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from wagtail import hooks

from crm import queries
from crm.models import Customer, CustomerMerge, DuplicatePair
from crm.models.duplicates import UNDO_FOR
from tenancy import audit
from tenancy.audit import Actor

# The values that are chosen; those of a person's name and contact that are not stay with the row of the merged one, to find it by.
CHOSEN: Final = ("first_name", "last_name", "email", "phone", "language", "note", "pays_by_invoice")
_FOUND_BY: Final = frozenset(("first_name", "last_name", "email", "phone"))
_ATTEMPTS: Final = 3
# PostgreSQL's codes for a deadlock and for a row that somebody else holds.
_BUSY: Final = frozenset(("40P01", "55P03"))

T = TypeVar("T")


class MergeRefused(Exception):
    """Two customers cannot be merged, or not be made two again; `str()` says why. Nothing was done."""


class Combining(NamedTuple):
    """What an app does with rows of which both customers may have one and that count together, by the hook `customer_combining`.

    `combine(kept, gone)` leaves one row of both and returns, as JSON, what `separate(kept, gone, told)` needs to make them two again.
    Both run in the transaction of the merge, with both customers locked; `separate` after the records have moved back.
    """

    name: str
    combine: Callable[[Customer, Customer], Any]
    separate: Callable[[Customer, Customer, Any], None]


def _combinings() -> list[Combining]:
    return [combining for offer in hooks.get_hooks("customer_combining") for combining in offer()]


def merge_customers(
    kept: Customer, gone: Customer, *, values: Mapping[str, Any], now: datetime, actor: Actor
) -> CustomerMerge:
    """Give everything of one customer to another, with `values` for its fields (of `CHOSEN`); return the merge.

    The one who is gone stays as a row that leads to the kept one. What both have already (a tag, a link of the same task) is kept once.
    Whoever books for the one who is gone at the same time books for the kept one. A fixed number of queries.
    Raises `MergeRefused`.
    """
    return _undisturbed(lambda: _merge(kept, gone, dict(values), now, actor))


def undo_merge(merge: CustomerMerge, *, now: datetime, actor: Actor) -> list[str]:
    """Make two customers of one again; return the names of the fields that stay as they are because they were changed since.

    What moved then moves back; what came since stays with the one who was kept. Raises `MergeRefused`, 30 days after the merge too.
    """
    return _undisturbed(lambda: _undo(merge, now, actor))


def forget_merges(*, now: datetime) -> int:
    """Empty what merges that cannot be undone any more remember; return how many. Across the organizations in scope."""
    old = CustomerMerge.objects.filter(~Q(record={}), merged_at__lte=now - UNDO_FOR)
    return old.update(record={})


def release_address(customer: Customer, email: str) -> None:
    """Let a customer have an e-mail address again that one merged into it still holds."""
    Customer.every.filter(merged_into=customer, email_folded=Lower(Value(email.strip()))).update(email="")


def _undisturbed(call: Callable[[], T]) -> T:
    for attempt in range(_ATTEMPTS):
        try:
            with transaction.atomic():
                return call()
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") not in _BUSY:
                raise
            if attempt == _ATTEMPTS - 1:
                raise MergeRefused(_("Somebody is working with these customers just now. Please try again.")) from error
    raise AssertionError("unreachable")


def _both_locked(kept_pk: int, gone_pk: int) -> tuple[Customer, Customer]:
    # FOR UPDATE: whoever writes a row for one of them waits, as the database looks the customer up for it.
    rows = Customer.every.select_for_update().filter(pk__in=[kept_pk, gone_pk]).order_by("pk")
    both = {row.pk: row for row in rows}
    if len(both) != 2:
        raise MergeRefused(_("One of these customers does not exist any more."))
    return both[kept_pk], both[gone_pk]


def _merge(kept: Customer, gone: Customer, values: dict[str, Any], now: datetime, actor: Actor) -> CustomerMerge:
    if kept.pk == gone.pk:
        raise MergeRefused(_("Choose two different customers."))
    links = queries.customer_links()
    # Records before customers: as whoever changes an order and writes into the timeline.
    for link in links:
        _held(link.rows(gone.pk))
    kept, gone = _both_locked(kept.pk, gone.pk)
    if kept.merged_into_id is not None or gone.merged_into_id is not None:
        raise MergeRefused(_("One of these customers has been merged already."))
    before = audit.snapshot(kept)
    record: dict[str, Any] = {
        "combined": {combining.name: combining.combine(kept, gone) for combining in _combinings()},
        "dropped": [],
        "moved": {},
        "values": _take_values(kept, gone, values, now),
        "pairs": _take_pairs(kept, gone),
    }
    counts: dict[str, int] = {}
    for link in links:
        clashing = list(link.clashes(kept.pk, gone.pk))
        if clashing:
            record["dropped"] += _written_down(clashing)
            link.model._base_manager.filter(pk__in=[row.pk for row in clashing]).delete()
        # Those that came since the first look, and are in use, are not waited for: their users may wait for us.
        pks = _held(link.rows(gone.pk), nowait=True)
        if pks:
            link.model._base_manager.filter(pk__in=pks).update(**{link.column: kept.pk})
            record["moved"][link.name] = pks
            counts[link.model._meta.label] = counts.get(link.model._meta.label, 0) + len(pks)
    Customer.every.filter(pk=gone.pk).update(merged_into=kept)
    merge = CustomerMerge.objects.create(
        kept=kept, gone=gone, merged_at=now, merged_by_id=_key(actor), counts=counts, record=record
    )
    audit.record(
        "customer.merged",
        kept,
        actor=actor,
        changes=audit.changes_since(before, kept),
        personal={"other": str(gone)},
        other_id=gone.pk,
        moved=sum(counts.values()),
    )
    return merge


def _held(rows: Any, *, nowait: bool = False) -> list[int]:
    return list(rows.order_by("pk").select_for_update(no_key=True, nowait=nowait).values_list("pk", flat=True))


def _key(actor: Actor) -> int | None:
    return actor.pk if actor is not None and actor.is_authenticated else None


def _take_values(kept: Customer, gone: Customer, values: dict[str, Any], now: datetime) -> dict[str, list[Any]]:
    """Write the chosen values; return of each field what both had and what was set."""
    told: dict[str, list[Any]] = {}
    others: dict[str, Any] = {}
    for name in CHOSEN:
        mine, theirs = _plain(getattr(kept, name)), _plain(getattr(gone, name))
        chosen = _plain(values.get(name, mine))
        told[name] = [mine, theirs, chosen]
        if name in _FOUND_BY and mine and chosen == theirs:
            others[name] = mine
    latest = max(filter(None, (kept.last_activity_at, gone.last_activity_at)), default=None)
    told["last_activity_at"] = [_plain(at) for at in (kept.last_activity_at, gone.last_activity_at, latest)]
    # An address belongs to one row at a time.
    if "email" in others or told["email"][2] != told["email"][0]:
        Customer.every.filter(pk=gone.pk).update(email="")
    taken = {name: told[name][2] for name in CHOSEN}
    Customer.every.filter(pk=kept.pk).update(**taken, last_activity_at=latest, updated_at=now)
    if others:
        Customer.every.filter(pk=gone.pk).update(**others)
    kept.refresh_from_db()
    return told


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, (bool, int)) or value is None else str(value)


def _take_pairs(kept: Customer, gone: Customer) -> list[int]:
    """Let the kept one be different from whomever the other one is different from; return the rows that this made."""
    about = DuplicatePair.objects.filter(Q(first__in=[kept, gone]) | Q(second__in=[kept, gone]))
    about.filter(Q(first=gone) | Q(second=gone), dismissed_at__isnull=True).delete()
    known: dict[int, dict[int, DuplicatePair]] = {kept.pk: {}, gone.pk: {}}
    for pair in about.filter(dismissed_at__isnull=False):
        for one, other in ((pair.first_id, pair.second_id), (pair.second_id, pair.first_id)):
            known.get(one, {})[other] = pair
    made = DuplicatePair.objects.bulk_create(
        [
            DuplicatePair(
                first_id=min(kept.pk, other),
                second_id=max(kept.pk, other),
                reason=pair.reason,
                score=pair.score,
                dismissed_at=pair.dismissed_at,
                dismissed_by_id=pair.dismissed_by_id,
            )
            for other, pair in sorted(known[gone.pk].items())
            if other != kept.pk and other not in known[kept.pk]
        ],
        update_conflicts=True,
        unique_fields=["first", "second"],
        update_fields=["dismissed_at", "dismissed_by", "updated_at"],
    )
    return [pair.pk for pair in made]


def _undo(merge: CustomerMerge, now: datetime, actor: Actor) -> list[str]:
    links = {link.name: link for link in queries.customer_links()}
    moved = [(links[name], pks) for name, pks in merge.record.get("moved", {}).items() if name in links]
    for link, pks in moved:
        _held(link.rows(merge.kept_id).filter(pk__in=pks))
    kept, gone = _both_locked(merge.kept_id, merge.gone_id)
    merge = CustomerMerge.objects.select_for_update(of=("self",)).select_related("kept").get(pk=merge.pk)
    if problem := queries.merge_problem(merge, now=now):
        raise MergeRefused(_PROBLEMS[problem]())
    record = merge.record
    # First of all, or the database would give what moves back to the kept one again.
    Customer.every.filter(pk=gone.pk).update(merged_into=None, is_compared=False)
    for link, pks in moved:
        back = _held(link.rows(kept.pk).filter(pk__in=pks), nowait=True)
        link.model._base_manager.filter(pk__in=back).update(**{link.column: gone.pk})
    _restore(record["dropped"])
    for combining in _combinings():
        if combining.name in record["combined"]:
            combining.separate(kept, gone, record["combined"][combining.name])
    DuplicatePair.objects.filter(pk__in=record["pairs"]).delete()
    before = audit.snapshot(kept)
    left = _give_values_back(kept, gone, record["values"], now)
    CustomerMerge.objects.filter(pk=merge.pk).update(record={}, undone_at=now)
    audit.record(
        "customer.merge_undone",
        kept,
        actor=actor,
        changes=audit.changes_since(before, kept),
        personal={"other": str(gone)},
        other_id=gone.pk,
        left=left,
    )
    return left


_PROBLEMS: Final[Mapping[str, Callable[[], str]]] = {
    "undone": lambda: _("This merge has been undone already."),
    "late": lambda: _("A merge can be undone for 30 days; these are over."),
    "merged_again": lambda: _("The customer was merged into another one since. Undo that first."),
}


def _written_down(rows: Iterable[Any]) -> list[dict[str, Any]]:
    # Not as JSON by Django, which leaves out microseconds.
    return [
        {**row, "fields": {name: _plain(value) for name, value in row["fields"].items()}}
        for row in serializers.serialize("python", rows)
    ]


def _restore(dropped: list[dict[str, Any]]) -> None:
    """Make rows again that both customers had, unless what they belong to is gone."""
    for row in serializers.deserialize("python", dropped):
        holders = [field for field in row.object._meta.fields if isinstance(field, ForeignKey)]
        if all(
            field.related_model._base_manager.filter(pk=getattr(row.object, field.attname)).exists()  # type: ignore[union-attr]
            for field in holders
            if getattr(row.object, field.attname) is not None
        ):
            row.save()


def _give_values_back(kept: Customer, gone: Customer, told: dict[str, list[Any]], now: datetime) -> list[str]:
    """Write what both had before, except for what was changed since; return the names of those fields."""
    left, mine, theirs = [], {}, {}
    for name in (*CHOSEN, "last_activity_at"):
        had, other_had, was_set = told[name]
        theirs[name] = other_had
        if _plain(getattr(kept, name)) == was_set:
            mine[name] = had
        elif name in CHOSEN:
            left.append(name)
    for values in (mine, theirs):
        if values.get("last_activity_at"):
            values["last_activity_at"] = parse_datetime(values["last_activity_at"])
    if mine.get("email") and _is_taken(mine["email"], kept, gone):
        del mine["email"]
        left.append("email")
    stays = mine.get("email", kept.email)
    if theirs["email"] and (theirs["email"].lower() == stays.lower() or _is_taken(theirs["email"], kept, gone)):
        theirs["email"] = ""
        left.append("email")
    # An address belongs to one row at a time.
    Customer.every.filter(pk=gone.pk).update(email="")
    Customer.every.filter(pk=kept.pk).update(**mine, updated_at=now, is_compared=False)
    Customer.every.filter(pk=gone.pk).update(**theirs)
    kept.refresh_from_db()
    gone.refresh_from_db()
    return list(dict.fromkeys(left))


def _is_taken(email: str, *by_others_than: Customer) -> bool:
    holders = Customer.every.filter(email_folded=Lower(Value(email)))
    return holders.exclude(pk__in=[customer.pk for customer in by_others_than]).exists()
