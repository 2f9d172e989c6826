"""Tables: their words in other languages, and how two versions of one are shown in each other."""

import hashlib
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.compare import BlockComparison, diff_text
from wagtail.contrib.typed_table_block.blocks import TypedTable, TypedTableBlock
from wagtail_localize.segments import StringSegmentValue


def _segment_name(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def _words_of(table: TypedTable) -> Iterator[str]:
    yield from (
        words
        for words in (
            table.caption,
            *(column["heading"] for column in table.columns),
            *(cell for row in table.row_data for cell in row["values"]),
        )
        if isinstance(words, str) and any(letter.isalpha() for letter in words)
    )


Row = tuple[str, ...]


def _rows_of(table: TypedTable | None) -> list[Row]:
    """The headings, where there are any, and what stands in each row."""
    if table is None:
        return []
    headings = tuple(str(column["heading"]) for column in table.columns)
    cells = [tuple("" if cell is None else str(cell) for cell in row["values"]) for row in table.row_data]
    return [headings, *cells] if any(headings) else cells


class TableComparison(BlockComparison):
    """Shows a table with the rows and words that were taken out of it and put in."""

    def has_changed(self) -> bool:
        """Return whether anything in it differs; tables themselves are never equal."""
        before, after = ((table.caption, _rows_of(table)) if table else None for table in (self.val_a, self.val_b))
        return before != after

    def htmlvalue(self, val: TypedTable) -> SafeString:
        """Return one version."""
        return self._table(val.caption, [self._row(zip(row, row, strict=True)) for row in _rows_of(val)])

    def htmldiff(self) -> SafeString:
        """Return both versions in one table: rows that only one of them has are marked as a whole, in others the words that changed.

        A row is known by what stands first in it.
        """
        before, after = _rows_of(self.val_a), _rows_of(self.val_b)
        shown: list[SafeString] = []
        for _kind, a, b, c, d in SequenceMatcher(
            None, [row[:1] for row in before], [row[:1] for row in after], autojunk=False
        ).get_opcodes():
            old, new = before[a:b], after[c:d]
            if len(old) == len(new):
                shown += [self._row(zip_longest(*pair, fillvalue="")) for pair in zip(old, new, strict=True)]
            else:
                shown += [self._row((cell, "") for cell in row) for row in old]
                shown += [self._row(("", cell) for cell in row) for row in new]
        captions = [table.caption if table else "" for table in (self.val_a, self.val_b)]
        return self._table(_changed(*captions), shown)

    @staticmethod
    def _row(cells: Iterable[tuple[str, str]]) -> SafeString:
        return format_html(
            "<tr>{}</tr>", format_html_join("", "<td>{}</td>", ((_changed(old, new),) for old, new in cells))
        )

    @staticmethod
    def _table(caption: str, rows: list[SafeString]) -> SafeString:
        head = format_html("<caption>{}</caption>", caption) if caption else ""
        return format_html("<table>{}{}</table>", head, SafeString("\n".join(rows)))


def _changed(before: str, after: str) -> SafeString:
    shown: SafeString = diff_text(before or "", after or "").to_html()
    return shown


class TableBlock(TypedTableBlock):
    """A table whose first row of headings is said by screen readers.

    For translations its words are segments named after themselves, so that rows may be moved, and each word is translated once.
    """

    def get_translatable_segments(self, value: TypedTable) -> list[StringSegmentValue]:
        """Return the words of the table for wagtail-localize: its caption, headings and cells, without mere numbers."""
        return [StringSegmentValue(_segment_name(words), words) for words in dict.fromkeys(_words_of(value))]

    def restore_translated_segments(self, value: TypedTable, segments: list[StringSegmentValue]) -> TypedTable:
        """Return the table with translated words in it."""
        translated = {segment.path: segment.render_text() for segment in segments}

        def translate(words: Any) -> Any:
            return translated.get(_segment_name(words), words) if isinstance(words, str) else words

        return TypedTable(
            columns=[{**column, "heading": translate(column["heading"])} for column in value.columns],
            row_data=[{"values": [translate(cell) for cell in row["values"]]} for row in value.row_data],
            caption=translate(value.caption),
        )

    def get_comparison_class(self) -> type[TableComparison]:
        """Return what shows two versions of it."""
        return TableComparison

    class Meta:
        icon = "table"
        label = _("Table")
        description = _("Rows and columns, such as prices or times.")
        template = "cms/blocks/table.html"


def table() -> TableBlock:
    """Return a block for tables of words and numbers."""
    return TableBlock(
        [
            ("text", blocks.CharBlock(label=_("Words"), required=False)),
            ("number", blocks.CharBlock(label=_("Numbers"), required=False)),
        ]
    )
