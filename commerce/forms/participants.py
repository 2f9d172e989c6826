"""The people of an order, as guests write them down."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from tours.models import Participant, Tour
from tours.operations import ParticipantDetails

# What a tour asks for, and the fields in which it is told.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "name": ("name",),
    "age": ("age",),
    "needs": ("needs",),
    "diet": ("diet",),
    "emergency": ("emergency_name", "emergency_phone"),
}


class GuestParticipantForm(forms.Form):
    """What a guest tells of one person: what the tour asks for. One emergency contact is enough for a party (`is_first`)."""

    name = forms.CharField(label=_("Name"), max_length=200)
    age = forms.IntegerField(
        label=_("Age on the day"),
        min_value=0,
        max_value=120,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "pattern": "[0-9]*", "maxlength": "3"}),
    )
    needs = forms.CharField(
        label=_("Special needs"),
        max_length=300,
        help_text=_("What the guide should know: a wheelchair, bad eyesight, a pregnancy …"),
    )
    diet = forms.CharField(label=_("Diet and allergies"), max_length=200)
    emergency_name = forms.CharField(label=_("Whom to call in an emergency"), max_length=200)

    def __init__(
        self,
        person: Participant,
        data: Mapping[str, Any] | None,
        *,
        tour: Tour,
        is_first: bool,
        prefix: str,
        region: str | None,
    ) -> None:
        plain = ("name", "age", "needs", "diet", "emergency_name")
        super().__init__(data, prefix=prefix, initial={name: getattr(person, name) for name in plain})
        self.person = person
        phone = PhoneNumberField(
            label=_("Their phone number"),
            region=region,
            initial=person.emergency_phone,
            error_messages={
                "invalid": _("This is not a phone number. Give it with its country code, such as +49 40 123456.")
            },
        )
        phone.widget.attrs["inputmode"] = "tel"
        self.fields["emergency_phone"] = phone
        asked = tour.details_asked
        for what, names in FIELDS.items():
            for name in names:
                if what not in asked:
                    del self.fields[name]
                    continue
                self.fields[name].required = asked[what] and (is_first or what != "emergency")
                # It is about several people, of whom a browser knows one at most.
                self.fields[name].widget.attrs["autocomplete"] = "off"
        if not is_first and "needs" in self.fields:
            # Said once, that is enough.
            self.fields["needs"].help_text = ""

    @property
    def own_fields(self) -> list[forms.BoundField]:
        """The fields about the person alone."""
        return [field for field in self.visible_fields() if field.name not in FIELDS["emergency"]]

    @property
    def contact_fields(self) -> list[forms.BoundField]:
        """The fields of the emergency contact."""
        return [field for field in self.visible_fields() if field.name in FIELDS["emergency"]]

    @property
    def has_own_contact(self) -> bool:
        """Whether something stands, or stood, in the fields of the emergency contact."""
        return any(field.value() or field.errors for field in self.contact_fields)

    @property
    def visible_errors(self) -> list[tuple[Any, str]]:
        """The first thing wrong with each field, in the order of the page."""
        return [(field, field.errors[0]) for field in self.visible_fields() if field.errors]

    @property
    def details(self) -> ParticipantDetails:
        """What was told, once the form is valid; what is not asked for stays as it is known."""
        known = ("name", "needs", "diet", "emergency_name", "emergency_phone")
        told = {
            name: str((self.cleaned_data[name] if name in self.fields else getattr(self.person, name)) or "")
            for name in known
        }
        return ParticipantDetails(**told, age=self.cleaned_data["age"] if "age" in self.fields else self.person.age)


def guest_participant_forms(
    people: Iterable[tuple[Participant, Tour]], data: Mapping[str, Any] | None = None, *, region: str | None = None
) -> list[GuestParticipantForm]:
    """Return a form for each person with their tour; of `data`, if given, only for those whom it tells of.

    `region` is as in `home_region`.
    """
    found: list[GuestParticipantForm] = []
    for person, tour in people:
        form = GuestParticipantForm(
            person,
            data,
            tour=tour,
            is_first=all(other.person.booking_id != person.booking_id for other in found),
            prefix=f"person-{person.pk}",
            region=region,
        )
        found.append(form)
    return [form for form in found if data is None or any(form.add_prefix(name) in data for name in form.fields)]


def party_forms(
    places: Iterable[tuple[int, str]],
    tour: Tour,
    data: Mapping[str, Any] | None = None,
    *,
    key: str,
    region: str | None = None,
    known: Iterable[tuple[int | None, Participant]] = (),
) -> list[GuestParticipantForm]:
    """Return a form for each person who is to be booked on a tour, by their prices; none where it asks for nothing.

    A price is its primary key and its name in the active language. `key` tells the departures of an order apart. What was told before
    of people who are `known`, each with the key of their price, stands in the forms.
    """
    if not tour.details_asked:
        return []
    left = list(known)

    def person(tier_id: int, tier_name: str) -> Participant:
        found = next((one for one in left if one[0] == tier_id), None)
        if found is None:
            return Participant(tier_name=tier_name)
        left.remove(found)
        found[1].tier_name = tier_name
        return found[1]

    return [
        GuestParticipantForm(
            person(tier_id, name),
            data,
            tour=tour,
            is_first=not position,
            prefix=f"who-{key}-{position}",
            region=region,
        )
        for position, (tier_id, name) in enumerate(places)
    ]
