"""What rows of a file say of protocols and tasks, and of whom."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import Any, Final

from django.conf import settings
from django.utils.translation import override

from crm.enums import Direction, ImportReason, Outcome, ProtocolKind, TaskPriority, TaskState
from crm.rules.import_values import (
    LONGEST_NUMBER,
    Found,
    Reading,
    Row,
    Unreadable,
    clock_of,
    day_of,
    email_of,
    moment_of,
    noted,
    read_value,
    short_text,
    texts_of,
)
from tenancy.fields import plain_text

_ADDRESS: Final = re.compile(r"[(<]([^()<>\s]+@[^()<>\s]+)[)>]")
# The longest title and subject; how long a contact can have taken, in minutes.
_LONGEST_TITLE: Final = 200
_LONGEST_CONTACT: Final = 24 * 60
# What other programs call ours, besides our own words in all languages.
_KINDS: Final = {
    "phone": "call", "phone call": "call", "anruf": "call", "telefon": "call", "appointment": "meeting", "termin": "meeting",
    "treffen": "meeting", "email": "mail", "e-mail": "mail", "letter": "mail", "brief": "mail", "whatsapp": "chat",
    "sms": "chat", "message": "chat", "nachricht": "chat", "notiz": "note", "besuch": "visit",
}  # fmt: skip
_DIRECTIONS: Final = {
    "incoming": "inbound", "in": "inbound", "eingehend": "inbound", "outgoing": "outbound", "out": "outbound", "ausgehend": "outbound",
}  # fmt: skip
_STATES: Final = {
    "todo": "open", "to do": "open", "new": "open", "not started": "open", "not_started": "open", "offen": "open", "neu": "open",
    "in progress": "in_progress", "doing": "in_progress", "started": "in_progress", "in arbeit": "in_progress",
    "deferred": "waiting", "on hold": "waiting", "blocked": "waiting", "completed": "done", "complete": "done", "closed": "done",
    "erledigt": "done", "cancelled": "dropped", "canceled": "dropped",
}  # fmt: skip
_PRIORITIES: Final = {"medium": 2, "none": 2, "mittel": 2, "critical": 4, "highest": 4, "lowest": 1}


def read_protocol(number: int, cells: Sequence[str], reading: Reading) -> Row:
    """Return what a row says of a contact with a customer, with what is wrong with it."""
    row, texts = Row(number), texts_of(cells, reading)
    _whose(row, texts)
    short_text(row, texts, "subject", _LONGEST_TITLE)
    if "body" in texts:
        row.values["body"] = noted(texts["body"])
    read_value(row, texts, "kind", lambda text: _kind_of(text, reading.own_kinds))
    read_value(row, texts, "direction", lambda text: _choice(text, Direction, _DIRECTIONS))
    read_value(row, texts, "outcome", lambda text: _choice(text, Outcome, {}), is_note=True)
    read_value(
        row,
        texts,
        "happened_at",
        lambda text: moment_of(text, zone=reading.zone, is_month_first=reading.is_month_first),
    )
    read_value(row, texts, "duration_minutes", _minutes_of, is_note=True)
    _needs(row, reading, "subject", "happened_at")
    if not row.values.keys() & {"email", "customer_number"} and not row.found:
        _needs(row, reading, "email")
    return row


def read_task(number: int, cells: Sequence[str], reading: Reading) -> Row:
    """Return what a row says of a task, with what is wrong with it. A task need not be about a customer."""
    row, texts = Row(number), texts_of(cells, reading)
    _whose(row, texts)
    short_text(row, texts, "title", _LONGEST_TITLE)
    if "notes" in texts:
        row.values["notes"] = noted(texts["notes"])
    read_value(row, texts, "state", lambda text: _choice(text, TaskState, _STATES))
    read_value(row, texts, "priority", lambda text: _choice(text, TaskPriority, _PRIORITIES))
    read_value(row, texts, "due_on", lambda text: day_of(text, is_month_first=reading.is_month_first))
    read_value(row, texts, "due_time", clock_of)
    short_text(row, texts, "assignee", _LONGEST_TITLE)
    _needs(row, reading, "title")
    if "due_time" in row.values:
        _needs(row, reading, "due_on")
    return row


# What makes two protocols or tasks without a number one: whose, of what kind, when, and what they say.
_SAME: Final = (
    *("customer_number", "email", "kind", "direction", "happened_at", "subject", "body"),
    *("title", "notes", "due_on", "due_time"),
)


def own_number(row: Row) -> list[tuple[ImportReason, str]]:
    """Return by what the rows of one file are known to be the same protocol or task: their number, or all that they say."""
    if "external_id" in row.values:
        return [(ImportReason.ID_TWICE, row.values["external_id"])]
    return [(ImportReason.ROW_TWICE, repr([row.values.get(name) for name in _SAME]))]


def _whose(row: Row, texts: dict[str, list[tuple[str, str]]]) -> None:
    # HubSpot writes several into one cell, “1001;1002” and “Maja Lund (maja@example.com);Tom (tom@example.com)”: the first counts.
    texts |= {
        "customer_number": [(column, text.split(";")[0].strip()) for column, text in texts.get("customer_number", [])]
    }
    # Some have no address there; then the number says who it is.
    if not texts["customer_number"] or any("@" in text for _column, text in texts.get("email", [])):
        read_value(row, texts, "email", lambda text: email_of(_in_brackets(text)))
    if texts["customer_number"]:
        short_text(row, texts, "customer_number", LONGEST_NUMBER)
    short_text(row, texts, "external_id", LONGEST_NUMBER)


def _in_brackets(text: str) -> str:
    """Return the first address that stands in brackets behind a name, or the text where none does."""
    found = _ADDRESS.search(text)
    return found[1] if found is not None else text


def _needs(row: Row, reading: Reading, *names: str) -> None:
    bad = {problem.column for problem in row.found}
    for name in names:
        columns = [column for column, filled in zip(reading.columns, reading.mapping, strict=False) if filled == name]
        if name not in row.values and bad.isdisjoint(columns):
            row.found.append(Found(ImportReason.MISSING, columns[0] if columns else str(reading.fields[name].label)))


@cache
def _words(choices: Any) -> dict[str, Any]:
    words: dict[str, Any] = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            words |= {plain_text(str(choice.label)): choice for choice in choices}
    return words | {plain_text(str(choice.value)): choice for choice in choices}


def _choice(text: str, choices: Callable[..., Any], others: Mapping[str, Any]) -> Any:
    plain = plain_text(text).strip()
    found = _words(choices).get(plain)
    if found is None and plain in others:
        found = choices(others[plain])
    if found is None:
        raise Unreadable(ImportReason.CHOICE)
    return found


def _kind_of(text: str, own_kinds: Sequence[str]) -> tuple[ProtocolKind, str]:
    own = next((name for name in own_kinds if plain_text(name) == plain_text(text)), "")
    if own:
        return ProtocolKind.OWN, own
    kind = _choice(text, ProtocolKind, _KINDS)
    if kind == ProtocolKind.OWN:
        raise Unreadable(ImportReason.CHOICE)
    return kind, ""


def _minutes_of(text: str) -> int:
    """Return whole minutes: “15”, “0:15”, “00:15:00”."""
    parts = text.removesuffix("min").strip().split(":")
    if not 1 <= len(parts) <= 3 or not all(part.isdecimal() and len(part) < 5 for part in parts):
        raise Unreadable(ImportReason.NUMBER)
    numbers = [int(part) for part in parts]
    minutes = (
        numbers[0] if len(numbers) == 1 else int(timedelta(hours=numbers[0], minutes=numbers[1]).total_seconds()) // 60
    )
    if minutes > _LONGEST_CONTACT:
        raise Unreadable(ImportReason.NUMBER)
    return minutes
