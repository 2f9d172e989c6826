"""Telling entries in words: each app says in sentences what its actions mean."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

from django.apps import apps
from django.db import models
from django.utils import formats
from django.utils.dateparse import parse_date, parse_datetime, parse_time
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.fields import RichTextField

from tenancy.enums import Role
from tenancy.fields import MinorUnitsField, without_markup
from tenancy.models import AuditEntry
from tenancy.money import format_money
from tenancy.origin import ADMIN, COMMAND, JOB, SITE
from tenancy.queries import current_organization
from tenancy.rules import person_name

Sentence = str | Promise | Callable[[Mapping[str, Any]], str]


class Area(NamedTuple):
    """A part of the product and the sentences of its actions, as the hook `audit_sentences` gives them.

    A sentence names what it needs: `%(who)s`, `%(record)s`, `%(kind)s`, and whatever is in an entry's details; amounts in
    `<name>_minor` come as `<name>`, with their currency. A function gets all that and returns the text.
    """

    name: str
    label: str | Promise
    sentences: Mapping[str, Sentence]


class Told(NamedTuple):
    """One change as people read it: what, before and after."""

    label: str
    before: str
    after: str


class _Words(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


@cache
def areas() -> tuple[Area, ...]:
    """Return the areas of all apps, in the order in which they are installed from the ground up."""
    found = [area for offer in hooks.get_hooks("audit_sentences") for area in offer()]
    return tuple(sorted(found, key=lambda area: area.name))


@cache
def _sentences() -> dict[str, Sentence]:
    return {action: sentence for area in areas() for action, sentence in area.sentences.items()}


def known_actions() -> set[str]:
    """Return the names of all actions that have a sentence."""
    return set(_sentences())


def action_label(action: str) -> str:
    """Return what an action is in general, for lists to choose from: its sentence without names."""
    sentence = _sentences().get(action)
    if sentence is None:
        return action
    text = sentence(_Words()) if callable(sentence) else str(sentence) % _Words()
    return capfirst(text.removeprefix("…").strip())


def record_kind(label: str, *, several: bool = False) -> str:
    """Return how people call the model with this label, such as “crm.customer”; the label when there is no such model any more."""
    try:
        meta = apps.get_model(label)._meta
    except LookupError:
        return label
    return str(meta.verbose_name_plural if several else meta.verbose_name)


def who(entry: AuditEntry) -> str:
    """Return who did it, in words. Accounts are seen only as long as they work here."""
    if entry.actor_id is None:
        if entry.origin == SITE:
            return _("A guest")
        return _("Somebody") if entry.origin == ADMIN else _("The system")
    if entry.is_support:
        return _("The platform’s support (%(name)s)") % {"name": _person(entry)}
    return _person(entry)


def _person(entry: AuditEntry) -> str:
    if entry.actor is None:
        return _("A former member (%(number)s)") % {"number": entry.actor_id}
    return person_name(entry.actor)


def _held(entry: AuditEntry) -> dict[str, Any]:
    return entry.personal.values if hasattr(entry, "personal") else {}


def is_erased(entry: AuditEntry) -> bool:
    """Return whether the entry told of a person whose data were erased since."""
    return hasattr(entry, "personal") and entry.personal.erased_at is not None


def record_name(entry: AuditEntry) -> str:
    """Return what the record was called then; “erased” for a person whose data were erased, the number where there is no name."""
    if entry.subject_name:
        return entry.subject_name
    if is_erased(entry):
        return _("erased")
    return _held(entry).get("name") or (str(entry.subject_id) if entry.subject_id is not None else "")


def say(entry: AuditEntry) -> str:
    """Return what happened as a sentence in the active language."""
    sentence = _sentences().get(entry.action)
    if sentence is None:
        return f"{who(entry)}: {entry.action} {record_name(entry)}".strip()
    words = _Words(
        {key: _in_words(value) for key, value in {**entry.details, **_held(entry)}.items() if key != "changes"}
    )
    for key, value in entry.details.items():
        if key.endswith("_minor"):
            currency = entry.details.get("currency") or current_organization().currency
            words[key.removesuffix("_minor")] = format_money(value, currency)
    words |= {
        "who": who(entry),
        "is_person": entry.actor_id is not None,
        "record": record_name(entry),
        "kind": record_kind(entry.subject_type),
        "kinds": record_kind(entry.subject_type, several=True),
        "subject_type": entry.subject_type,
    }
    return sentence(words) if callable(sentence) else str(sentence) % words


def note_of(entry: AuditEntry) -> str:
    """Return what somebody wrote to it, and what else was said about it; empty when that was erased or never said."""
    said = (_held(entry).get("note"), entry.details.get("what"))
    return ", ".join(_(text) for text in said if text)


def _in_words(value: Any) -> Any:
    return str(Role(value).label) if isinstance(value, str) and value in Role.values else value


def origin_in_words(entry: AuditEntry) -> str:
    """Return where it was done from: admin or guest site, and of whom that is kept browser and network; or which job or command."""
    if entry.origin.startswith(JOB):
        return _("Automatic job %(name)s") % {"name": entry.origin.removeprefix(JOB)}
    if entry.origin.startswith(COMMAND):
        return _("Command %(name)s") % {"name": entry.origin.removeprefix(COMMAND)}
    place = {ADMIN: _("Admin"), SITE: _("Guest site")}.get(entry.origin, entry.origin)
    return ", ".join(part for part in (place, entry.device, entry.network) if part)


def told(entry: AuditEntry) -> list[Told]:
    """Return the changes of an entry in words, personal values among them until they are erased."""
    model = record_model(entry)
    private: Mapping[str, Any] = _held(entry).get("changes", {})
    found = []
    for position, change in enumerate(_changes(entry)):
        before, after, name = change.get("before"), change.get("after"), change.get("name", "")
        if change.get("is_personal"):
            before, after, name = private.get(str(position), (None, None, ""))
        owner = _related(model, change["relation"]) if "relation" in change else model
        label = _label(owner, change, name)
        if "happened" in change:
            added = change["happened"] == "added"
            found.append(Told(label, "" if added else _("there"), _("added") if added else _("removed")))
        elif change.get("is_secret"):
            found.append(Told(label, _("secret"), _("changed")))
        elif change.get("is_personal") and str(position) not in private:
            hidden = _("erased") if is_erased(entry) else _("not kept")
            found.append(Told(label, hidden, hidden))
        else:
            field = _field(owner, change["field"])
            found.append(Told(label, _shown(field, before), _shown(field, after)))
    return found


def _changes(entry: AuditEntry) -> Iterable[dict[str, Any]]:
    """The changes of an entry; those that an operation gave as two mappings too."""
    if "changes" in entry.details:
        return entry.details["changes"]
    before, after = entry.details.get("before"), entry.details.get("after")
    if not isinstance(before, dict) or not isinstance(after, dict):
        return []
    return [{"field": name, "before": before.get(name), "after": value} for name, value in after.items()]


def record_model(entry: AuditEntry) -> type[models.Model] | None:
    """Return the class of the record; None when there is no such kind any more."""
    try:
        return apps.get_model(entry.subject_type)
    except LookupError:
        return None


def _related(model: type[models.Model] | None, relation: str) -> type[models.Model] | None:
    found = {} if model is None else {one.get_accessor_name(): one for one in model._meta.related_objects}
    return found[relation].related_model if relation in found else None


def _field(model: type[models.Model] | None, name: str) -> Any:
    found = (
        {} if model is None else {one.name: one for one in (*model._meta.concrete_fields, *model._meta.many_to_many)}
    )
    return found.get(name)


def _label(model: type[models.Model] | None, change: Mapping[str, Any], name: str) -> str:
    field = _field(model, change.get("field", ""))
    text = str(field.verbose_name) if field is not None else change.get("field", "").replace("_", " ")
    if "relation" not in change:
        return capfirst(text)
    kind = str(model._meta.verbose_name) if model is not None else change["relation"]
    row = capfirst(f"{kind} “{name}”" if name else kind)
    return f"{row}: {text}" if text else row


def _shown(field: Any, value: Any) -> str:
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    choices = dict(field.flatchoices) if field is not None else {}
    if not isinstance(value, list | dict) and value in choices:
        return str(choices[value])
    if isinstance(field, RichTextField):
        return without_markup(value)
    if isinstance(field, MinorUnitsField):
        return format_money(value, current_organization().currency)
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if isinstance(value, dict):
        return "; ".join(f"{key}: {one}" for key, one in value.items())
    parse = {"DateTimeField": parse_datetime, "DateField": parse_date, "TimeField": parse_time}.get(
        field.get_internal_type() if field is not None else ""
    )
    if parse is not None and (parsed := parse(str(value))) is not None:
        return formats.localize(parsed)
    return str(value)
