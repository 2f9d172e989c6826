"""Forms of the import of stops."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tours.rules import MAX_FILE_BYTES, FileRefused, Mapping, StopFile, read_stop_file


class StopUploadForm(forms.Form):
    """A file of points."""

    file = forms.FileField(
        label=_("GeoJSON file"),
        max_length=255,
        help_text=_(
            "Points in WGS 84 (longitude and latitude), as map services and city portals export them; up to 5 MB."
        ),
    )

    def clean_file(self) -> Any:
        """Return the upload. Raises `ValidationError` when it cannot be read as GeoJSON."""
        upload = self.cleaned_data["file"]
        # One byte more than may be: enough to see that it is too big.
        self.raw = upload.read(MAX_FILE_BYTES + 1)
        try:
            read_stop_file(self.raw)
        except FileRefused as error:
            raise ValidationError(str(error)) from error
        return upload


class StopMappingForm(forms.Form):
    """What the fields of a file mean."""

    name_field = forms.ChoiceField(label=_("Name"), help_text=_("Features without a name are left out."))
    name_prefix = forms.CharField(
        label=_("Before each name"),
        required=False,
        max_length=60,
        strip=False,
        help_text=_("For names that are only numbers, such as “Sign ”."),
    )
    title_case = forms.BooleanField(label=_("Write names in CAPITALS as titles"), required=False)
    order_field = forms.ChoiceField(
        label=pgettext_lazy("of stops", "Order"), required=False, help_text=_("Without one, the order of the file.")
    )
    id_field = forms.ChoiceField(
        label=_("Id"), required=False, help_text=_("By it, a repeated import finds the places of the last one.")
    )
    text_field = forms.ChoiceField(label=_("How to find it"), required=False)
    tags_field = forms.ChoiceField(
        label=_("Tags"), required=False, help_text=_("Words with commas between them; added to those a place has.")
    )
    source = forms.CharField(
        label=_("Source"),
        max_length=60,
        help_text=_("Sets the ids of this file apart from those of others. Keep it for a repeat."),
    )
    filter_field = forms.ChoiceField(label=_("Only where"), required=False)
    filter_value = forms.CharField(label=_("has the value"), required=False, max_length=200)
    replace = forms.BooleanField(
        label=_("Remove stops that are not in the file"),
        required=False,
        help_text=_("What guests read at these stops is removed with them; their places stay."),
    )

    def __init__(self, *args: Any, file: StopFile, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = list(self._choices(file))
        self.fields["name_field"].choices = choices
        for name in ("order_field", "id_field", "text_field", "tags_field", "filter_field"):
            self.fields[name].choices = [("", "–"), *choices]

    @staticmethod
    def _choices(file: StopFile) -> Iterator[tuple[str, str]]:
        for name in file.fields:
            example = file.example(name)
            yield name, f"{name} ({example})" if example else name

    @property
    def mapping(self) -> Mapping:
        """What was chosen."""
        values = self.cleaned_data
        filters = ((values["filter_field"], values["filter_value"].strip()),) if values["filter_field"] else ()
        return Mapping(
            source=values["source"],
            name_field=values["name_field"],
            name_prefix=values["name_prefix"],
            order_field=values["order_field"],
            id_field=values["id_field"],
            text_field=values["text_field"],
            tags_field=values["tags_field"],
            title_case=values["title_case"],
            filters=filters,
        )
