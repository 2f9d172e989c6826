"""The people of an order, as guests write them down."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from tours.models import Participant
from tours.operations import ParticipantDetails


class GuestParticipantForm(forms.Form):
    """What a guest tells of one person; nothing has to be told."""

    name = forms.CharField(label=_("Name"), required=False, max_length=200)
    needs = forms.CharField(
        label=_("Special needs"),
        required=False,
        max_length=300,
        help_text=_("What the guide should know: a wheelchair, bad eyesight, a pregnancy …"),
    )
    diet = forms.CharField(label=_("Diet and allergies"), required=False, max_length=200)
    emergency_name = forms.CharField(label=_("Whom to call in an emergency"), required=False, max_length=200)

    def __init__(self, person: Participant, data: Mapping[str, Any] | None, *, region: str | None) -> None:
        super().__init__(
            data,
            prefix=f"person-{person.pk}",
            initial={name: getattr(person, name) for name in ("name", "needs", "diet", "emergency_name")},
        )
        self.person = person
        phone = PhoneNumberField(
            label=_("Their phone number"),
            required=False,
            region=region,
            initial=person.emergency_phone,
            error_messages={
                "invalid": _("This is not a phone number. Give it with its country code, such as +49 40 123456.")
            },
        )
        phone.widget.attrs["inputmode"] = "tel"
        self.fields["emergency_phone"] = phone
        for field in self.fields.values():
            # It is about several people, of whom a browser knows one at most.
            field.widget.attrs["autocomplete"] = "off"

    @property
    def has_own_contact(self) -> bool:
        """Whether something stands, or stood, in the fields of the emergency contact."""
        return any(self[name].value() or self[name].errors for name in ("emergency_name", "emergency_phone"))

    @property
    def details(self) -> ParticipantDetails:
        """What was told, once the form is valid."""
        return ParticipantDetails(**{name: str(self.cleaned_data.get(name) or "") for name in self.fields})


def guest_participant_forms(
    people: Iterable[Participant], data: Mapping[str, Any] | None = None, *, region: str | None = None
) -> list[GuestParticipantForm]:
    """Return a form for each person; of `data`, if given, only for those whom it tells of. `region` is as in `home_region`."""
    found = [GuestParticipantForm(person, data, region=region) for person in people]
    for form in found[1:]:
        # Said once, that is enough.
        form.fields["needs"].help_text = ""
    return [form for form in found if data is None or form.add_prefix("name") in data]
