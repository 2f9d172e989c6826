"""What uploads may be: checked by their content, whatever they are called. Limits of size stand in the settings."""

import codecs
import zipfile
from collections.abc import Callable
from pathlib import PurePath
from typing import Any, Final

import filetype
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

# How much of a file says what it is, in bytes.
HEAD_BYTES: Final = 8192
# An office document is a folder in a ZIP file; one with more entries than any real one is none.
MOST_ENTRIES: Final = 10_000
# What a browser that guesses takes for a page, at the start of a text.
PAGE_STARTS: Final = (b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<svg", b"<iframe")


def check_document(file: "File[Any]") -> None:
    """Raise `ValidationError` when a document is too big, is not what its name says, or unpacks to more than it may.

    A name whose ending is not in `DOCUMENT_KINDS` is refused too.
    """
    limit = settings.DOCUMENT_MAX_BYTES
    if file.size > limit:
        raise ValidationError(
            _("This file is too big (%(size)s). The largest allowed is %(limit)s."),
            code="too_big",
            params={"size": filesizeformat(file.size), "limit": filesizeformat(limit)},
        )
    ending = PurePath(file.name or "").suffix.lower().removeprefix(".")
    file.seek(0)
    try:
        is_one = ending in DOCUMENT_KINDS and DOCUMENT_KINDS[ending](file)
    finally:
        file.seek(0)
    if not is_one:
        raise ValidationError(
            _("This is not a .%(ending)s file, or it is damaged."), code="not_what_it_says", params={"ending": ending}
        )


def _binary(*mimes: str) -> "Callable[[File[Any]], bool]":
    """Return a check for files that begin as those of one of these media types do."""

    def begins_so(file: "File[Any]") -> bool:
        return filetype.guess_mime(file.read(HEAD_BYTES)) in mimes  # type: ignore[no-untyped-call]

    return begins_so


def _office(*entries: str) -> "Callable[[File[Any]], bool]":
    """Return a check for ZIP files with these entries. It raises `ValidationError` for one that unpacks to too much."""

    def holds_entries(file: "File[Any]") -> bool:
        try:
            with zipfile.ZipFile(file) as folder:
                inside = folder.infolist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            return False
        limit = settings.DOCUMENT_MAX_UNPACKED_BYTES
        if len(inside) > MOST_ENTRIES or sum(entry.file_size for entry in inside) > limit:
            raise ValidationError(
                _("This file would unpack to more than %(limit)s. Please make it smaller."),
                code="unpacks_to_too_much",
                params={"limit": filesizeformat(limit)},
            )
        names = {entry.filename for entry in inside}
        # Macros run on the computer of whoever opens the file.
        return names.issuperset(entries) and not any(name.endswith("vbaProject.bin") for name in names)

    return holds_entries


def _text(*, begins_with: bytes = b"", holds: bytes = b"") -> "Callable[[File[Any]], bool]":
    """Return a check for texts: no control characters, no web page; with `begins_with` at the start and `holds` near it."""

    def is_text(file: "File[Any]") -> bool:
        head = file.read(HEAD_BYTES)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            head = head[: len(head) // 2 * 2].decode("utf-16", errors="replace").encode()
        start = head.removeprefix(codecs.BOM_UTF8).lstrip()
        return (
            not start.lower().startswith(PAGE_STARTS)
            and not any(byte < 32 and byte not in b"\t\n\f\r" for byte in start)
            and start.startswith(begins_with)
            and holds in start
        )

    return is_text


# What may be uploaded as a document, by the ending of its name. `WAGTAILDOCS_EXTENSIONS` lists the same endings.
DOCUMENT_KINDS: Final[dict[str, Callable[[Any], bool]]] = {
    "csv": _text(),
    "docx": _office("[Content_Types].xml", "word/document.xml"),
    "gpx": _text(holds=b"<gpx"),
    "ics": _text(begins_with=b"BEGIN:VCALENDAR"),
    "jpeg": _binary("image/jpeg"),
    "jpg": _binary("image/jpeg"),
    "m4a": _binary("audio/mp4", "video/mp4"),
    "mp3": _binary("audio/mpeg"),
    "mp4": _binary("video/mp4"),
    "odp": _office("mimetype", "content.xml"),
    "ods": _office("mimetype", "content.xml"),
    "odt": _office("mimetype", "content.xml"),
    "ogg": _binary("audio/ogg"),
    "pdf": _binary("application/pdf"),
    "png": _binary("image/png"),
    "pptx": _office("[Content_Types].xml", "ppt/presentation.xml"),
    "rtf": _text(begins_with=b"{\\rtf"),
    "txt": _text(),
    "wav": _binary("audio/x-wav"),
    "webm": _binary("video/webm"),
    "xlsx": _office("[Content_Types].xml", "xl/workbook.xml"),
}
