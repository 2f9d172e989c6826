"""The field in which people choose what something is about."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.db.models import Model
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from crm import queries


class RecordsWidget(forms.CheckboxSelectMultiple):
    """Boxes to tick, and a search that adds more of them."""

    template_name = "crm/records_widget.html"

    class Media:
        js = ("js/records.js",)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        return {**super().get_context(name, value, attrs), "search_url": reverse_lazy("records:find")}


class RecordsField(forms.MultipleChoiceField):
    """Any records of the organization that a person may see; the value is the list of records themselves.

    A form that has it calls `prepare` when it is made.
    """

    widget = RecordsWidget
    default_error_messages = {
        "gone": _("One of the records is not there any more, or you may not see it. Please choose again."),
    }

    def __init__(self, **kwargs: Any) -> None:
        self.user: Any = None
        self._offered: dict[str, Model] = {}
        super().__init__(**{"label": _("About"), "required": False, **kwargs})

    def _offer(self, records: Iterable[Model]) -> None:
        self._offered.update({queries.record_key(record): record for record in records})
        self.choices = [(key, queries.record_name(record)) for key, record in self._offered.items()]

    def prepare(self, *, user: Any, offered: Sequence[Model], chosen: Iterable[str]) -> None:
        """Say who chooses, what is offered, and what was chosen before the page came back; unknown names are left out."""
        self.user = user
        # Each form has a copy of the field, but Django copies no deeper.
        self._offered = {}
        self._offer(offered)
        for key in chosen:
            if key not in self._offered:
                try:
                    self._offer(queries.records_by_key([key], user=user))
                except queries.RecordUnknown:
                    continue

    def clean(self, value: Any) -> list[Model]:
        """Return the records; raises `ValidationError` for one that is not there or that the person may not see."""
        keys = list(value or [])
        if self.required and not keys:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        try:
            unknown = queries.records_by_key([key for key in keys if key not in self._offered], user=self.user)
        except queries.RecordUnknown as error:
            raise forms.ValidationError(self.error_messages["gone"], code="gone") from error
        found = {**self._offered, **{queries.record_key(record): record for record in unknown}}
        return [found[key] for key in dict.fromkeys(keys)]
