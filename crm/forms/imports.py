"""The steps of an import: a file, and what its columns are."""

from pathlib import PurePath
from typing import Any, Final

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from crm.enums import ImportKind, ImportMode
from crm.gateways.tables import MOST_COLUMNS, MOST_ROWS, TableError
from crm.models import Import
from crm.rules import FIELDS
from tenancy.forms import TenantForm
from tenancy.validators import DOCUMENT_KINDS

ENDINGS: Final = ("csv", "tsv", "txt", "xlsx", "vcf")
_TABLE_ERRORS: Final = {
    "empty": _("There is nothing in this file."),
    "damaged": _("This is no CSV file, Excel workbook or vCard, or it is damaged."),
    "encoding": _("The letters of this file cannot be read so. Choose another kind of letters."),
    "columns": _("A file can have %(columns)s columns, this one has more."),
    "rows": _("A file can have %(rows)s rows. Please split it."),
}
_ENCODINGS: Final = [
    ("utf-8-sig", "UTF-8"),
    ("cp1252", _("Western European (Windows, Latin-1)")),
    ("cp1250", _("Central European (Windows)")),
    ("cp1251", _("Cyrillic (Windows)")),
    ("utf-16", "UTF-16"),
    ("utf-16-le", _("UTF-16, without a mark")),
    ("utf-16-be", _("UTF-16, the other way round")),
    ("mac_roman", _("Western European (old Mac)")),
]
_SEPARATORS: Final = [
    (",", _("comma")),
    (";", _("semicolon")),
    ("\t", _("tab")),
    ("|", _("vertical line")),
]


def table_error(error: TableError) -> str:
    """Return what is wrong with a file, for people."""
    return str(_TABLE_ERRORS[error.code]) % {"columns": MOST_COLUMNS, "rows": MOST_ROWS}


def check_table(file: Any) -> None:
    """Raise `ValidationError` for a file that is too big to import, packed or unpacked, or has another ending."""
    if file.size > settings.IMPORT_MAX_BYTES:
        raise forms.ValidationError(
            _("This file is too big (%(size)s). The largest allowed is %(limit)s."),
            params={"size": filesizeformat(file.size), "limit": filesizeformat(settings.IMPORT_MAX_BYTES)},
        )
    ending = PurePath(file.name or "").suffix.lower().removeprefix(".")
    if ending not in ENDINGS:
        raise forms.ValidationError(_("Choose a file that ends in .csv, .xlsx or .vcf."))
    file.seek(0)
    # Whatever it is called, a workbook is looked at before it is unpacked.
    if ending == "xlsx" or file.read(4) == b"PK\x03\x04":
        file.seek(0)
        if not DOCUMENT_KINDS["xlsx"](file):
            raise forms.ValidationError(_TABLE_ERRORS["damaged"])


class ImportUploadForm(TenantForm):
    """A file, and what its rows are."""

    file = forms.FileField(
        label=_("File"),
        validators=[check_table],
        widget=forms.FileInput(attrs={"accept": ",".join(f".{ending}" for ending in ENDINGS)}),
    )

    class Meta:
        model = Import
        fields = ["kind", "file"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _(
            "CSV, Excel (.xlsx) or contacts (.vcf), up to %(limit)s and %(rows)s rows. The first row names the columns."
        ) % {"limit": filesizeformat(settings.IMPORT_MAX_BYTES), "rows": MOST_ROWS}


class ImportColumnsForm(forms.Form):
    """Which field each column fills, and what becomes of those who are there already.

    `letters` are for a CSV file only: which it is read in, and what stands between its columns.
    """

    mode = forms.ChoiceField(label=_("Who is there already"), choices=ImportMode.choices, widget=forms.RadioSelect)
    tag = forms.CharField(
        label=_("Tag for all of them"),
        required=False,
        max_length=40,
        help_text=_("Optional; by it you find them again."),
    )
    origin = forms.CharField(
        label=_("The other system"),
        required=False,
        max_length=60,
        help_text=_("Where the numbers are from, such as HubSpot; a number of another system is another one."),
    )
    consent_source = forms.CharField(
        label=_("Where they agreed to news"),
        required=False,
        max_length=200,
        help_text=_("Such as: newsletter form of our old site. Without it no consent is taken over."),
    )
    is_month_first = forms.TypedChoiceField(
        label=_("Dates like 03/04/2026"),
        choices=[("", _("3 April: the day first")), ("month", _("4 March: the month first"))],
        required=False,
        coerce=bool,
        empty_value=False,
    )
    encoding = forms.ChoiceField(label=_("Letters"), choices=_ENCODINGS, required=False)
    separator = forms.ChoiceField(label=_("Between the columns"), choices=_SEPARATORS, required=False)

    def __init__(self, *args: Any, parent: Import, **kwargs: Any) -> None:
        names = ("mode", "tag", "origin", "consent_source", "encoding", "separator")
        initial = {name: getattr(parent, name) for name in names}
        super().__init__(
            *args, initial={**initial, "is_month_first": "month" if parent.is_month_first else ""}, **kwargs
        )
        self.parent = parent
        if not parent.separator:
            del self.fields["encoding"], self.fields["separator"]
        if parent.kind != ImportKind.CUSTOMERS:
            del self.fields["mode"], self.fields["tag"], self.fields["consent_source"]
        choices = [("", _("– leave out –")), *((field.name, field.label) for field in FIELDS[parent.kind])]
        for at, column in enumerate(parent.columns):
            field = forms.ChoiceField(
                label=column or _("Column %(at)s") % {"at": at + 1}, choices=choices, required=False
            )
            self.fields[f"column_{at}"] = field
            self.initial[f"column_{at}"] = parent.mapping[at] if at < len(parent.mapping) else ""

    def columns(self) -> list[Any]:
        """Return the fields of the columns, in their order."""
        return [self[f"column_{at}"] for at in range(len(self.parent.columns))]

    def mapping(self) -> list[str]:
        """Return the name of a field or nothing for each column."""
        return [self.cleaned_data.get(f"column_{at}", "") for at in range(len(self.parent.columns))]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        chosen = set(self.mapping())
        for needed, text in _NEEDED[self.parent.kind]:
            if not chosen & needed:
                raise forms.ValidationError(text)
        if (
            {"newsletter", "newsletter_at"} & chosen
            and not values.get("consent_source")
            and "newsletter_source" not in chosen
        ):
            self.add_error(
                "consent_source",
                _("Say where they agreed, or leave the columns with their agreement to news out."),
            )
        return values


_PERSON: Final = (
    frozenset({"email", "customer_number"}),
    _("Choose the column with the e-mail address or the number of the customer."),
)
_NEEDED: Final = {
    ImportKind.CUSTOMERS: [
        (
            frozenset({"first_name", "last_name", "full_name", "email", "phone"}),
            _("Choose at least one column with a name, an e-mail address or a phone number."),
        )
    ],
    ImportKind.PROTOCOLS: [
        _PERSON,
        (frozenset({"subject"}), _("Choose the column with the subject.")),
        (frozenset({"happened_at"}), _("Choose the column that says when it was.")),
    ],
    ImportKind.TASKS: [(frozenset({"title"}), _("Choose the column that says what is to be done."))],
}
