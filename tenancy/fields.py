"""Model fields shared by all apps."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from html import unescape
from typing import Any, Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models
from django.db.models.functions import Concat, Lower, Replace
from django.utils.html import strip_tags
from django.utils.text import capfirst
from django.utils.translation import get_language


@cache
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt_text(text: str) -> str:
    """Return `text` encrypted by the first of `FIELD_ENCRYPTION_KEYS`."""
    return _fernet(tuple(settings.FIELD_ENCRYPTION_KEYS)).encrypt(text.encode()).decode()


def decrypt_text(encrypted: str) -> str:
    """Return what `encrypt_text` was given; raises `InvalidToken` for a text that no key of `FIELD_ENCRYPTION_KEYS` can read."""
    return _fernet(tuple(settings.FIELD_ENCRYPTION_KEYS)).decrypt(encrypted.encode()).decode()


_LINE_ENDS: Final = re.compile(r"</(?:p|h\d|li|ul|ol)>|<(?:br|hr)\s*/?>")
_LIST_ITEM: Final = re.compile(r"<li\b[^>]*>")


def without_markup(html: str) -> str:
    """Return what a rich text says, one line for each paragraph, step and line break; steps begin with a dot."""
    text = strip_tags(_LINE_ENDS.sub("\n", _LIST_ITEM.sub("• ", html)))
    return "\n".join(line for line in map(str.strip, unescape(text).splitlines()) if line)


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """Text that is encrypted in the database, by the keys of `FIELD_ENCRYPTION_KEYS`: the first encrypts, all decrypt.

    It cannot be searched. A value that no key can read is an error, not an empty text.
    """

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        if not text:
            return text
        return encrypt_text(str(text))

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        if not value:
            return value
        try:
            return decrypt_text(value)
        except InvalidToken as error:
            raise ValueError(f"{self} cannot be read with the keys in FIELD_ENCRYPTION_KEYS.") from error


class TranslationsField(models.JSONField):
    """The texts of the field `name` in further languages, in a field `name_translations`: `{"de": "Hafenrundgang"}`.

    None is longer than that field may be, which is where snapshots keep them.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", dict)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs: Any) -> Any:
        from tenancy.forms import TranslationsFormField  # forms need the app registry, which models are loaded before

        neighbour: Any = self.model._meta.get_field(self.name.removesuffix("_translations"))
        return TranslationsFormField(
            label=kwargs.get("label", capfirst(self.verbose_name)),
            help_text=self.help_text,
            required=False,
            max_length=neighbour.max_length,
        )


class MinorUnitsField(models.BigIntegerField):  # type: ignore[type-arg]
    """An amount in the minor unit of the organization's currency, which people see and type in the major unit."""

    def formfield(self, **kwargs: Any) -> Any:
        from tenancy.forms import MinorUnitsFormField  # as above

        return MinorUnitsFormField(
            label=kwargs.get("label", capfirst(self.verbose_name)), help_text=self.help_text, required=not self.blank
        )


class BasisPointsField(models.PositiveIntegerField):  # type: ignore[type-arg]
    """A share in hundredths of a percent, which people see and type as a percentage: 1250 is “12.5”. At most 100 %."""

    def formfield(self, **kwargs: Any) -> Any:
        from tenancy.forms import BasisPointsFormField  # as above

        return BasisPointsFormField(
            label=kwargs.get("label", capfirst(self.verbose_name)), help_text=self.help_text, required=not self.blank
        )


def plain_text(text: str) -> str:
    """Return a text in small letters without accents: “Müller-Weiß” → “muller-weiss”."""
    if text.isascii():
        return text.lower()
    letters = unicodedata.normalize("NFKD", text.lower().translate(_SPELLED_OUT))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


_SPELLED_OUT: Final = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "ı": "i"})
# Small letters of Latin-1 and Latin Extended-A and the plain letter each stands for, for PostgreSQL's `translate`.
_PLAIN_LETTERS: Final = {
    letter: plain_text(letter)
    for letter in map(chr, range(0xDF, 0x180))
    if letter.islower() and letter != plain_text(letter) and len(plain_text(letter)) == 1
}


def searchable(*fields: str | Any) -> models.GeneratedField:
    """Return a column that the database keeps: the words of some text fields as `plain_text` writes them, to be searched in.

    Fields are names, or expressions such as `words_of_markup`.

    A column, so that an index which starts with the organization can carry it, and a search reads that index instead of the rows.
    """
    parts: list[Any] = [
        part for field in fields for part in (models.F(field) if isinstance(field, str) else field, models.Value(" "))
    ]
    text: Any = Lower(Concat(*parts, output_field=models.TextField()))
    for letter in "ßæœ":
        spelled = models.Value(plain_text(letter))
        text = Replace(text, models.Value(letter), spelled, output_field=models.TextField())
    letters = (models.Value("".join(_PLAIN_LETTERS)), models.Value("".join(_PLAIN_LETTERS.values())))
    expression = models.Func(text, *letters, function="translate", output_field=models.TextField())
    return models.GeneratedField(expression=expression, output_field=models.TextField(), db_persist=True)


def words_of_markup(field: str) -> Any:
    """Return what a rich text in a field says, as an expression for the database."""

    def replaced(text: Any, pattern: str, with_: str) -> models.Func:
        values = (models.Value(pattern), models.Value(with_), models.Value("g"))
        return models.Func(text, *values, function="regexp_replace", output_field=models.TextField())

    # Words that are bold in the middle stay one.
    text: Any = replaced(replaced(models.F(field), "</?[bi]>", ""), "<[^>]*>", " ")
    for entity, letter in (("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", " "), ("&amp;", "&")):
        text = Replace(text, models.Value(entity), models.Value(letter), output_field=models.TextField())
    return text


def translated(instance: object, field: str, language: str | None = None) -> str:
    """Return the text of `field` in `language` (default: the active one), else in the organization's own language.

    The further languages stand in the field `<field>_translations`.
    """
    texts: Mapping[str, str] = getattr(instance, f"{field}_translations")
    code = language or get_language() or ""
    return texts.get(code) or texts.get(code.split("-")[0]) or str(getattr(instance, field))
