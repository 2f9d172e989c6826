"""What the cells of a row of an imported file mean, or why they mean nothing."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cache
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import override
from phonenumber_field.phonenumber import PhoneNumber

from crm.enums import ImportReason
from crm.rules.import_fields import ImportField
from tenancy.fields import plain_text

_YES: Final = frozenset(
    {"yes", "y", "true", "1", "x", "on", "ja", "j", "wahr", "subscribed", "opt-in", "confirmed", "angemeldet"}
)
_NO: Final = frozenset(
    {"no", "n", "false", "0", "off", "nein", "falsch", "unsubscribed", "opt-out", "cleaned", "pending", "abgemeldet"}
)
_DAY: Final = re.compile(r"(\d{1,2})([./-])\s?(\d{1,2})\2\s?(\d{4}|\d{2})(?:,?[ T]+(\d{1,2}:\d{2}.*))?")
_CLOCK: Final = re.compile(r"(\d{1,2})[:.](\d{2})(?::\d{2})?\s*(am|pm|uhr)?", re.IGNORECASE)
_CLOCK_AT_END: Final = re.compile(r"\d{1,2}:\d{2}.*$")
# Days outside are slips of the pen; the first and the last that there are cannot be read back in every time zone.
_YEARS: Final = range(1900, 2200)
LONGEST_TAG: Final = 40
LONGEST_NUMBER: Final = 120


class Found(NamedTuple):
    """Something wrong with a value of a row; with `is_note` the row is taken without it."""

    reason: ImportReason
    column: str = ""
    value: str = ""
    is_note: bool = False


class Reading(NamedTuple):
    """How the cells of a file are read: the fields of its columns, and what they cannot say themselves.

    `region` is the country of phone numbers without one, such as “DE”; `own_kinds` are the organization's own kinds of contact.
    """

    fields: Mapping[str, ImportField]
    columns: Sequence[str]
    mapping: Sequence[str]
    region: str | None
    zone: ZoneInfo
    now: datetime
    is_month_first: bool = False
    consent_source: str = ""
    tag: str = ""
    own_kinds: Sequence[str] = ()


@dataclass(slots=True)
class Row:
    """A row of a file with the values that its cells mean, by the names of fields; empty ones are not there."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)

    @property
    def is_left_out(self) -> bool:
        """Whether it cannot be taken over."""
        return any(not problem.is_note for problem in self.found)


class Unreadable(Exception):
    """A cell that means nothing of what it should; `reason` says why."""

    def __init__(self, reason: ImportReason) -> None:
        self.reason = reason


def texts_of(cells: Sequence[str], reading: Reading) -> dict[str, list[tuple[str, str]]]:
    """Return for each field the filled cells of its columns, each with the name of the column."""
    found: dict[str, list[tuple[str, str]]] = {}
    for column, name, text in zip(reading.columns, reading.mapping, cells, strict=False):
        if name and text:
            found.setdefault(name, []).append((column, text))
    return found


def read_customer(number: int, cells: Sequence[str], reading: Reading) -> Row:
    """Return what a row says of a customer, with what is wrong with it."""
    row, texts = Row(number), texts_of(cells, reading)
    _names(row, texts)
    read_value(row, texts, "email", email_of)
    read_value(row, texts, "phone", lambda text: phone_of(text, reading.region))
    read_value(row, texts, "language", language_of, is_note=True)
    short_text(row, texts, "external_id", LONGEST_NUMBER)
    if "note" in texts:
        row.values["note"] = noted(texts["note"])
    tags = [tag for _column, text in texts.get("tags", ()) for tag in tags_of(text)] + tags_of(reading.tag)
    if any(len(tag) > LONGEST_TAG for tag in tags):
        row.found.append(Found(ImportReason.LONG, texts["tags"][0][0] if "tags" in texts else ""))
    elif tags:
        row.values["tags"] = list(dict.fromkeys(tags))
    _consent(row, texts, reading)
    if not row.is_left_out and not row.values.keys() & {"first_name", "last_name", "email", "phone"}:
        row.found.append(Found(ImportReason.EMPTY))
    return row


def read_known_by(number: int, cells: Sequence[str], reading: Reading, names: Collection[str]) -> Row:
    """Return a row with nothing but those of its address (“email”) and its number (“external_id”) that are asked for and filled."""
    row, texts = Row(number), texts_of(cells, reading)
    if "email" in names:
        read_value(row, texts, "email", email_of)
    if "external_id" in names:
        short_text(row, texts, "external_id", LONGEST_NUMBER)
    return row


def _names(row: Row, texts: Mapping[str, list[tuple[str, str]]]) -> None:
    for name in ("first_name", "last_name"):
        parts = [text for _column, text in texts.get(name, ())]
        if parts:
            row.values[name] = " ".join(" ".join(parts).split())
    if "full_name" in texts and not row.values:
        whole = " ".join(texts["full_name"][0][1].split())
        last, comma, first = whole.partition(", ")
        if not comma:
            first, _space, last = whole.rpartition(" ")
        row.values |= {name: text for name, text in (("first_name", first), ("last_name", last)) if text}
    for name in ("first_name", "last_name"):
        if len(row.values.get(name, "")) > 100:
            column = (texts.get(name) or texts["full_name"])[0][0]
            row.found.append(Found(ImportReason.LONG, column))


def read_value(
    row: Row, texts: Mapping[str, list[tuple[str, str]]], name: str, read: Any, *, is_note: bool = False
) -> None:
    """Put what the first filled cell of a field means into the row, or what is wrong with it; `read` raises `Unreadable`."""
    if name not in texts:
        return
    column, text = texts[name][0]
    try:
        row.values[name] = read(text)
    except Unreadable as problem:
        row.found.append(Found(problem.reason, column, text[:200], is_note))


def short_text(row: Row, texts: Mapping[str, list[tuple[str, str]]], name: str, longest: int) -> None:
    """Put the first filled cell of a field into the row as one line, or that it is too long."""
    if name not in texts:
        return
    column, text = texts[name][0]
    text = " ".join(text.split())
    if len(text) > longest:
        row.found.append(Found(ImportReason.LONG, column))
    else:
        row.values[name] = text


def noted(cells: Iterable[tuple[str, str]]) -> str:
    """Return a text from one cell, or from several as lines with the names of their columns."""
    cells = list(cells)
    return cells[0][1] if len(cells) == 1 else "\n".join(f"{column}: {text}" for column, text in cells)


def _consent(row: Row, texts: Mapping[str, list[tuple[str, str]]], reading: Reading) -> None:
    if "newsletter" in texts:
        said = plain_text(texts["newsletter"][0][1])
        if said in _NO:
            return
        if said not in _YES:
            column, text = texts["newsletter"][0]
            row.found.append(Found(ImportReason.CHOICE, column, text[:200], is_note=True))
            return
    elif "newsletter_at" not in texts:
        return
    source = texts["newsletter_source"][0][1] if "newsletter_source" in texts else reading.consent_source
    column, text = texts.get("newsletter_at", [("", "")])[0]
    try:
        given_at = moment_of(text, zone=reading.zone, is_month_first=reading.is_month_first)
    except Unreadable:
        given_at = None
    # An agreement in the future is none.
    if not source or given_at is None or given_at > reading.now:
        row.found.append(Found(ImportReason.CONSENT, column, text[:200], is_note=True))
    else:
        row.values["consent"] = (given_at, source)


def email_of(text: str) -> str:
    """Return an e-mail address; raises for what is none."""
    email = text.removeprefix("mailto:").strip()
    try:
        validate_email(email)
    except ValidationError as error:
        raise Unreadable(ImportReason.EMAIL) from error
    # Every database makes small letters of A to Z alike, not of all others; those stand behind the @ only.
    local, _at, domain = email.rpartition("@")
    email = f"{local}@{domain.lower()}"
    if len(email) > 254:
        raise Unreadable(ImportReason.EMAIL)
    return email


class _Checked(PhoneNumber):
    """A number that is known to be one, so that writing it does not look again, which takes longer than all else."""

    def is_valid(self) -> bool:
        return True


def phone_of(text: str, region: str | None) -> PhoneNumber:
    """Return a phone number; one without a country is read as one of `region`. Raises for what is none."""
    # Google writes several into one cell.
    text = text.split(" ::: ", maxsplit=1)[0]
    text = f"+{text[2:]}" if text.startswith("00") else text
    number = _Checked()
    try:
        phonenumbers.parse(text, region, numobj=number, keep_raw_input=True)
    except phonenumbers.NumberParseException as error:
        is_lost = error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE and region is None
        raise Unreadable(ImportReason.PHONE_COUNTRY if is_lost else ImportReason.PHONE) from error
    if not phonenumbers.is_valid_number(number):
        raise Unreadable(ImportReason.PHONE)
    return number


@cache
def _languages() -> dict[str, str]:
    with override("en"):
        names = {code: plain_text(str(name)) for code, name in settings.LANGUAGES}
    known = {word: code for code, name in names.items() for word in (code, name, name.split(" ")[0])}
    spoken = {"deutsch": "de", "german": "de", "ger": "de", "deu": "de", "englisch": "en", "english": "en", "eng": "en"}
    return known | {word: code for word, code in spoken.items() if code in names}


def language_of(text: str) -> str:
    """Return the code of a language that the product speaks, from its code or name; raises for others."""
    plain = plain_text(text).replace("_", "-")
    code = _languages().get(plain) or _languages().get(plain.split("-")[0])
    if code is None:
        raise Unreadable(ImportReason.LANGUAGE)
    return code


def tags_of(text: str) -> list[str]:
    """Return the words of a cell with tags, as several programs write them: “a, b”, “a;b”, “"a","b"”, “* a ::: * b”."""
    parts = (" ".join(part.strip(" \"'*").split()) for part in re.split(r",|;| ::: |\|", text))
    return [part for part in parts if part and part.lower() != "mycontacts"]


def day_of(text: str, *, is_month_first: bool = False) -> date:
    """Return the day that a cell means: 2026-04-03, 3.4.2026, or 3/4/2026 in the order of the file. Raises for what is none."""
    try:
        found = parse_date(re.split("[ T]", text)[0])
        if found is not None:
            return _believable(found)
        match = _DAY.fullmatch(text)
        if match is None:
            raise Unreadable(ImportReason.DATE)
        first, sign, second, year = int(match[1]), match[2], int(match[3]), int(match[4])
        day, month = (second, first) if sign == "/" and is_month_first else (first, second)
        return _believable(date(year + 2000 if len(match[4]) == 2 else year, month, day))
    except ValueError as error:
        raise Unreadable(ImportReason.DATE) from error


def _believable(day: date) -> date:
    if day.year not in _YEARS:
        raise Unreadable(ImportReason.DATE)
    return day


def clock_of(text: str) -> time:
    """Return the time of day that a cell means: 14:30, 2:30 pm, 14.30 Uhr. Raises for what is none."""
    match = _CLOCK.fullmatch(text.strip())
    try:
        if match is None:
            raise Unreadable(ImportReason.DATE)
        half = (match[3] or "").lower()
        hour = int(match[1]) % 12 + 12 * (half == "pm") if half in ("am", "pm") else int(match[1])
        return time(hour, int(match[2]))
    except ValueError as error:
        raise Unreadable(ImportReason.DATE) from error


def moment_of(text: str, *, zone: ZoneInfo, is_month_first: bool = False) -> datetime:
    """Return the instant that a cell means; without a zone it is one of `zone`, without a time midnight. Raises for what is none."""
    try:
        found = parse_datetime(text.replace(" UTC", "Z"))
    except ValueError as error:
        raise Unreadable(ImportReason.DATE) from error
    if found is None:
        day = day_of(text, is_month_first=is_month_first)
        clock = _CLOCK_AT_END.search(text)
        found = datetime.combine(day, clock_of(clock[0]) if clock is not None else time())
    _believable(found)
    return found if found.tzinfo is not None else found.replace(tzinfo=zone)
