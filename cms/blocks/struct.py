"""Blocks of several fields, and how two versions of one are shown beside each other."""

from typing import Any

from django.utils.formats import localize
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from wagtail import blocks
from wagtail.admin.compare import CharBlockComparison, StructBlockComparison, get_comparison_class_for_block


def says_something(value: Any) -> bool:
    """Return whether anything was written or chosen in the value of a block, however deep."""
    if isinstance(value, blocks.StructValue):
        return any(map(says_something, value.values()))
    return bool(value)


def in_words(block: blocks.Block, value: Any) -> Any:
    """Return the value of a block as editors know it: ticks and choices by their names, numbers and days as they are written."""
    if isinstance(block, blocks.BooleanBlock):
        return _("Yes") if value else _("No")
    if isinstance(block, (blocks.ChoiceBlock, blocks.MultipleChoiceBlock)):
        names = dict(block.field.choices)
        chosen = value if isinstance(value, list) else [value] if value else []
        return ", ".join(str(names.get(one, one)) for one in chosen)
    return localize("" if value is None else value) if is_plain(block) else value


def is_plain(block: blocks.Block) -> bool:
    """Return whether a block is a field with a text, a number, a day or such in it."""
    return isinstance(block, blocks.FieldBlock) and not isinstance(block, (blocks.ChooserBlock, blocks.RichTextBlock))


class FieldsComparison(StructBlockComparison):
    """Shows the fields in which anything stands; Wagtail's own would show “None” and “False” for all the others too."""

    def htmlvalue(self, val: Any) -> SafeString:
        """Return the fields of one version."""
        return self._listed(val, val, is_one=True)

    def htmldiff(self) -> SafeString:
        """Return the fields of both versions, with what was taken out and put in."""
        return self._listed(self.val_a, self.val_b, is_one=False)

    def _listed(self, before: Any, after: Any, *, is_one: bool) -> SafeString:
        rows = []
        for name, block in self.block.child_blocks.items():
            if says_something(before[name]) or says_something(after[name]):
                a, b = in_words(block, before[name]), in_words(block, after[name])
                kind = CharBlockComparison if is_plain(block) else get_comparison_class_for_block(block)
                comparison = kind(block, self.exists_a, self.exists_b, a, b)
                # A list by itself is shown with the names of its fields in the code; beside itself, in words.
                as_it_is = is_one and not isinstance(block, blocks.ListBlock)
                rows.append((block.label, comparison.htmlvalue(b) if as_it_is else comparison.htmldiff()))
        return format_html("<dl>{}</dl>", format_html_join("\n", "<dt>{}</dt><dd>{}</dd>", rows))


class StructBlock(blocks.StructBlock):
    """A block of several fields; versions of it are compared in words.

    `check_fields` says what its fields must be together. Drafts are not checked: who writes has not come to the other field yet.
    A text that is not in what was stored, because its field came later, is empty, as one that nobody wrote: what is not a text at
    all cannot be translated.
    """

    def to_python(self, value: Any) -> blocks.StructValue:
        """Return a stored value as the block's own."""
        return self._with_texts(super().to_python(value))

    def bulk_to_python(self, values: Any) -> list[blocks.StructValue]:
        """Return stored values as the block's own."""
        return [self._with_texts(value) for value in super().bulk_to_python(values)]

    def _with_texts(self, value: blocks.StructValue) -> blocks.StructValue:
        for name, block in self.child_blocks.items():
            if value[name] is None and isinstance(block, (blocks.CharBlock, blocks.TextBlock)):
                value[name] = ""
        return value

    def clean(self, value: Any) -> Any:
        """Return the cleaned value. Raises `ValidationError` for what `check_fields` raises, unless a draft is kept."""
        cleaned = super().clean(value)
        if not self.is_deferred_validation:
            self.check_fields(cleaned)
        return cleaned

    def check_fields(self, value: Any) -> None:
        """Raise `StructBlockValidationError` when the cleaned fields do not go together."""

    def get_comparison_class(self) -> type[FieldsComparison]:
        """Return what shows two versions of it."""
        return FieldsComparison
