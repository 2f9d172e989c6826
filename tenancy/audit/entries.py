"""Writing entries, and erasing what they hold of a person."""

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone

from tenancy.audit.changes import Change
from tenancy.models import AuditEntry, AuditPersonalData, User
from tenancy.origin import SITE, current_origin

Actor = User | AnonymousUser | None


def _name(subject: models.Model) -> str:
    """What people call a record: the texts at the paths that its class has in `audit_name`, else its own; so does the empty path."""
    paths: tuple[str, ...] = getattr(subject, "audit_name", ("",))
    values = (attrgetter(path)(subject) if path else subject for path in paths)
    name = ", ".join(str(value() if callable(value) else value) for value in values)
    return (name or str(subject))[:200]


def _person(subject: models.Model) -> tuple[str, int] | None:
    """Kind and key of the person a record is about, by the path of its class in `audit_person`: empty for the person itself."""
    path: str | None = getattr(subject, "audit_person", None)
    if path is None:
        return None
    *hops, last = path.split(".")
    if not last:
        return subject._meta.label_lower, subject.pk
    if hops and subject.pk is None:
        # It stands for all of its kind, and leads nowhere.
        return None
    holder = attrgetter(".".join(hops))(subject) if hops else subject
    field: Any = holder._meta.get_field(last)
    key = getattr(holder, field.attname)
    return (field.related_model._meta.label_lower, key) if key is not None else None


def record(
    action: str,
    subject: models.Model,
    *,
    actor: Actor = None,
    changes: Iterable[Change] = (),
    personal: Mapping[str, Any] | None = None,
    **details: Any,
) -> AuditEntry:
    """Write down in the running transaction that `actor` (None: the system or a guest) did `action` to `subject`.

    `changes` are what `changes_since` found. `details` must be JSON and stay for good: ids and amounts, never a person's data. What
    tells of a person (a note, a name) goes into `personal`, also JSON: it is kept apart and goes when the person's data are erased.
    What is personal about a record that belongs to no person is not kept at all.
    """
    person = _person(subject)
    kept, private = _apart(changes)
    values: dict[str, Any] = {key: value for key, value in (personal or {}).items() if value not in ("", None)}
    name = _name(subject) if subject.pk is not None else ""
    if name and "__str__" in getattr(subject, "personal_fields", ()):
        values["name"], name = name, ""
    if private:
        values["changes"] = private
    origin = current_origin()
    signed_in = actor if isinstance(actor, User) or (actor is not None and actor.is_authenticated) else None
    # Of guests nothing is kept: who they are stands with what they bought.
    traced = signed_in is not None or origin.name != SITE
    entry = AuditEntry.objects.create(
        action=action,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        subject_name=name,
        actor_id=signed_in.pk if signed_in is not None else None,
        is_support=signed_in is not None and signed_in.is_superuser,
        origin=origin.name[:80],
        host=origin.host[:253],
        network=origin.network if traced else "",
        device=origin.device[:60] if traced else "",
        details={**details, "changes": kept} if kept else details,
    )
    if person is not None and values:
        AuditPersonalData.objects.create(entry=entry, person_type=person[0], person_id=person[1], values=values)
    return entry


def _apart(changes: Iterable[Change]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The changes for good, and by their place in that list the values that are a person's."""
    kept, private = [], {}
    for position, change in enumerate(changes):
        row = {key: value for key, value in change._asdict().items() if value not in ("", None, False)}
        if change.is_personal:
            private[str(position)] = [row.pop("before", None), row.pop("after", None), row.pop("name", "")]
        kept.append(row)
    return kept, private


def entries_about(record: models.Model, *others: models.Model) -> models.QuerySet[AuditEntry]:
    """Return what was done to a record and to others that belong to it, newest first."""
    about = models.Q()
    for one in (record, *others):
        about |= models.Q(subject_type=one._meta.label_lower, subject_id=one.pk)
    return told_entries().filter(about)


def told_entries() -> models.QuerySet[AuditEntry]:
    """Return all entries with what it takes to tell them in words, newest first."""
    return AuditEntry.objects.select_related("actor", "personal").order_by("-at", "-pk")


def erase_personal_data(person: models.Model) -> int:
    """Empty what the log holds of a person (a customer, an account): names and values before and after; return in how many entries.

    The entries stay and say that this was erased. A repeat has no effect.
    """
    held = AuditPersonalData.objects.filter(
        person_type=person._meta.label_lower, person_id=person.pk, erased_at__isnull=True
    )
    return held.update(values={}, erased_at=timezone.now())
