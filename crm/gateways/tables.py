"""Rows of the files that people export elsewhere: CSV in any encoding and separator, Excel workbooks, and contacts (vCard)."""

import codecs
import csv
import io
import re
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any, Final, NamedTuple
from zipfile import BadZipFile

import vobject
from charset_normalizer import from_bytes
from openpyxl import load_workbook

# What one file may hold.
MOST_ROWS: Final = 100_000
MOST_COLUMNS: Final = 200
SEPARATORS: Final = (",", ";", "\t", "|")
# What a file is written in that is not UTF-8, in the order in which a tie is decided.
ENCODINGS: Final = ("utf-8-sig", "cp1252", "cp1250", "cp1251", "utf-16", "utf-16-le", "utf-16-be", "mac_roman")
# The longest cell, in letters. A longer one is a problem of its row, not of the file.
MOST_LETTERS: Final = 131_072
# How much of a file is looked at to guess what it is, in bytes and rows.
_SAMPLE: Final = 200_000
_SAMPLE_ROWS: Final = 50
# By how much of its scale charset-normalizer's answers may differ and still be as good as each other.
_TIE: Final = 0.02
# No cell is longer than its file; Python's own limit would end the reading.
csv.field_size_limit(2**31 - 1)
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]")
_PROTECTED: Final = re.compile(r"'[=+\-@]")
_BEGIN_OF_CARD: Final = re.compile(r"^BEGIN:VCARD[ \t]*(?=\r?$)", re.MULTILINE | re.IGNORECASE)
_END_OF_CARD: Final = re.compile(r"^END:VCARD[ \t]*\r?$", re.MULTILINE | re.IGNORECASE)
# What openpyxl, zipfile and the readers of XML raise for a workbook that is broken in one place or another.
_BROKEN_WORKBOOK: Final = (
    BadZipFile, zlib.error, EOFError, OSError, KeyError, ValueError, IndexError, TypeError, AttributeError, SyntaxError,
    NotImplementedError, RuntimeError,
)  # fmt: skip
# The columns of contacts; addresses and pictures are left out.
CONTACT_COLUMNS: Final = (
    "UID", "First name", "Last name", "Full name", "E-mail", "E-mail 2", "Phone", "Phone 2", "Organization", "Note",
    "Categories",
)  # fmt: skip


class TableError(Exception):
    """A file that is none, or not what it says; `code` is `empty`, `damaged`, `encoding`, `columns` or `rows`."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Layout(NamedTuple):
    """How a file is read: `format` is `csv`, `xlsx` or `vcf`; the other two are for CSV and empty otherwise."""

    format: str
    encoding: str = ""
    separator: str = ""


class Line(NamedTuple):
    """A row as spreadsheet programs number it, the heading is 1; contacts begin with 1. `cells` is None where it cannot be read."""

    number: int
    cells: list[str] | None


class Table(NamedTuple):
    """The heading of a file and the rows below it that are not empty, each as long as the heading."""

    columns: list[str]
    rows: Iterator[Line]


def guess_layout(content: bytes, ending: str) -> Layout:
    """Return how a file is read, from its content and the ending of its name. Raises `TableError`."""
    if content.startswith(b"PK\x03\x04"):
        return Layout("xlsx")
    encoding = _guess_encoding(content)
    text = _decoded(content, encoding)
    if text.lstrip("\ufeff \r\n").upper().startswith("BEGIN:VCARD"):
        return Layout("vcf", encoding)
    if ending in ("xlsx", "vcf"):
        raise TableError("damaged")
    return Layout("csv", encoding, _guess_separator(text))


def open_table(content: bytes, layout: Layout) -> Table:
    """Return the rows of a file, read one by one. Raises `TableError`, also while rows are read."""
    match layout.format:
        case "xlsx":
            rows = _workbook_rows(content)
        case "vcf":
            contacts = _contacts(_decoded(content, layout.encoding))
            return Table(list(CONTACT_COLUMNS), _at_most(Line(*line) for line in enumerate(contacts, start=1)))
        case _:
            if layout.separator not in SEPARATORS:
                raise TableError("encoding")
            rows = _csv_rows(_decoded(content, layout.encoding), layout.separator)
    numbered = enumerate(rows, start=1)
    heading = next((row for _number, row in numbered if any(row)), None)
    if heading is None:
        raise TableError("empty")
    while heading and not heading[-1]:
        heading.pop()
    if len(heading) > MOST_COLUMNS:
        raise TableError("columns")
    width = len(heading)
    filled = (Line(number, (row + [""] * (width - len(row)))[:width]) for number, row in numbered if any(row))
    return Table([text[:200] for text in heading], _at_most(filled))


def _at_most(lines: Iterator[Line]) -> Iterator[Line]:
    for count, line in enumerate(lines):
        if count == MOST_ROWS:
            raise TableError("rows")
        yield line


def _clean(text: str) -> str:
    return _CONTROLS.sub("", text).strip()


def _guess_encoding(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    else:
        # Letters of two bytes without a mark at the start: the first halves of them are small numbers.
        small = [sum(byte < 9 for byte in content[at:_SAMPLE:2]) for at in (0, 1)]
        if sum(small) > len(content[:_SAMPLE]) // 8:
            return "utf-16-le" if small[1] > small[0] else "utf-16-be"
        return "utf-8-sig"
    isolated = ["cp1252", "cp1250", "cp1251", "mac_roman", "utf_16_le", "utf_16_be"]
    matches = list(from_bytes(content[:_SAMPLE], cp_isolation=isolated))
    if not matches:
        return "cp1252"
    # In a short text several fit as well; those most often met come first.
    least = min(match.chaos for match in matches)
    names = {name for match in matches if match.chaos <= least + _TIE for name in match.could_be_from_charset}
    fitting = {name.replace("utf_16_", "utf-16-") for name in names}
    return next((name for name in ENCODINGS if name in fitting), "cp1252")


def _decoded(content: bytes, encoding: str) -> str:
    if encoding not in ENCODINGS:
        raise TableError("encoding")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        # A few bytes of the Windows pages have no letter; what else can be read is not given up for them.
        if not encoding.startswith("cp"):
            raise TableError("encoding") from error
        text = content.decode(encoding, errors="replace")
    if "\0" in text[:_SAMPLE]:
        raise TableError("damaged")
    return text


def _guess_separator(text: str) -> str:
    def fitness(separator: str) -> tuple[float, int]:
        rows = []
        try:
            for row in csv.reader(io.StringIO(text[:_SAMPLE], newline=""), delimiter=separator):
                if row:
                    rows.append(len(row))
                if len(rows) == _SAMPLE_ROWS:
                    break
        except csv.Error:
            return 0, 0
        if not rows or rows[0] < 2:
            return 0, 0
        return sum(length == rows[0] for length in rows) / len(rows), rows[0]

    best = max(SEPARATORS, key=fitness)
    return best if fitness(best)[1] else ","


def _csv_rows(text: str, separator: str) -> Iterator[list[str]]:
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            # An apostrophe before what looks like a formula was put there by an export, such as ours.
            yield [cell[1:] if _PROTECTED.match(cell) else cell for cell in map(_clean, row)]
    except csv.Error as error:
        raise TableError("damaged") from error


def _workbook_rows(content: bytes) -> Iterator[list[str]]:
    try:
        # Of a formula its result is read, as the program that saved the file computed it.
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = workbook.worksheets[0]
        # Some programs write a size that is wrong.
        sheet.reset_dimensions()
        for row in sheet.iter_rows(values_only=True):
            yield [_cell(value) for value in row]
    except _BROKEN_WORKBOOK as error:
        raise TableError("damaged") from error


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            return _clean(str(value))


def _contacts(text: str) -> Iterator[list[str] | None]:
    # Each on its own, so that a broken one does not take the others with it.
    for content in _BEGIN_OF_CARD.split(text)[1:]:
        card, *end = _END_OF_CARD.split(content, maxsplit=1)
        if not end:
            yield None
            continue
        try:
            yield _contact(vobject.readOne(f"BEGIN:VCARD{card}END:VCARD", ignoreUnreadable=True))
        except (vobject.base.VObjectError, ValueError, KeyError, AttributeError, IndexError, UnicodeError):
            yield None


def _contact(card: Any) -> list[str]:
    def texts(name: str) -> list[str]:
        found = [line.value for line in card.contents.get(name, [])]
        return [_clean(", ".join(value) if isinstance(value, list) else str(value)) for value in found]

    def one(name: str, number: int = 0) -> str:
        return dict(enumerate(filter(None, texts(name)))).get(number, "")

    name = card.contents["n"][0].value if "n" in card.contents else None
    first = f"{_name_part(name, 'given')} {_name_part(name, 'additional')}".strip()
    phones = [phone.removeprefix("tel:") for phone in filter(None, texts("tel"))] + ["", ""]
    return [
        one("uid"), first, _name_part(name, "family"), one("fn"), one("email"), one("email", 1), phones[0], phones[1], one("org"),
        one("note"), one("categories"),
    ]  # fmt: skip


def _name_part(name: Any, which: str) -> str:
    value = getattr(name, which, "")
    return _clean(" ".join(value) if isinstance(value, list) else str(value))
