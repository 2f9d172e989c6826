"""The form in which two customers become one."""

from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import rules
from crm.models import Customer
from crm.operations import CHOSEN

KEPT: Final = "kept"
GONE: Final = "gone"
BOTH: Final = "both"


class MergeForm(forms.Form):
    """Which value of two customers counts, for each field in which they differ; the better one is offered."""

    def __init__(self, *args: Any, kept: Customer, gone: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept, self.gone = kept, gone
        self.same: list[tuple[str, str]] = []
        gone_is_newer = gone.updated_at > kept.updated_at
        for name in CHOSEN:
            mine, theirs = getattr(kept, name), getattr(gone, name)
            label = capfirst(Customer._meta.get_field(name).verbose_name)
            if mine == theirs:
                if mine:
                    self.same.append((label, shown(name, mine)))
                continue
            choices = [(KEPT, shown(name, mine)), (GONE, shown(name, theirs))]
            initial = rules.better(mine, theirs, gone_is_newer=gone_is_newer)
            if name == "note" and mine and theirs:
                choices.append((BOTH, gettext_lazy("Both, one below the other")))
                initial = BOTH
            elif name == "pays_by_invoice":
                # The stricter one.
                initial = GONE if mine else KEPT
            self.fields[name] = forms.ChoiceField(
                label=label, choices=choices, initial=initial, widget=forms.RadioSelect
            )

    def values(self) -> dict[str, Any]:
        """Return the values of the fields that were chosen; of a valid form."""
        return {name: self._value(name, choice) for name, choice in self.cleaned_data.items()}

    def _value(self, name: str, choice: str) -> Any:
        mine, theirs = getattr(self.kept, name), getattr(self.gone, name)
        return {KEPT: mine, GONE: theirs, BOTH: f"{mine}\n\n{theirs}"}[choice]


def shown(name: str, value: Any) -> str:
    """Return a value of a customer's field as people read it."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if not value:
        return _("(nothing)")
    if name == "language":
        return str(dict(settings.LANGUAGES).get(value, value))
    return str(value.as_international) if name == "phone" else str(value)
