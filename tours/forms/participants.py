"""The people of a booking, as staff write them down."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tenancy.forms import TenantForm
from tours.models import Participant
from tours.operations import ParticipantDetails


class ParticipantForm(TenantForm):
    """What is known of one person."""

    class Meta:
        model = Participant
        fields = ["name", "age", "needs", "diet", "emergency_name", "emergency_phone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Phones offer a keypad, and nothing of whoever types: it is about somebody else.
        self.fields["emergency_phone"].widget.input_type = "tel"
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"

    @property
    def details(self) -> ParticipantDetails:
        """What was said of the person, once the form is valid."""
        values = {name: str(self.cleaned_data.get(name) or "") for name in self.Meta.fields if name != "age"}
        return ParticipantDetails(**values, age=self.cleaned_data.get("age"))


def participant_forms(people: Iterable[Participant], data: Mapping[str, Any] | None = None) -> list[ParticipantForm]:
    """Return a form for each person; of `data`, if given, only for those whom it tells of.

    Who came to the booking while somebody was typing is left alone, and so is who left it.
    """
    found = [ParticipantForm(data, instance=person, prefix=f"person-{person.pk}") for person in people]
    return [form for form in found if data is None or form.add_prefix("name") in data]


class PartyForm(forms.Form):
    """What is known of the whole party."""

    special_needs = forms.CharField(
        label=_("Special needs of the whole party"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
