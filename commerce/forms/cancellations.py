"""Who does not come after all, and what staff decide about it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from commerce.enums import CancellationTerms
from commerce.forms.orders import GiveBackForm
from commerce.queries import StandingBooking
from tenancy.forms import MinorUnitsFormField
from tours.models import Participant


def people_in_words(people: Sequence[Participant]) -> list[tuple[int, str]]:
    """Return each person's key with a name to choose them by: their own, or the kind of place with a number."""
    kinds = Counter(person.tier_name for person in people)
    seen: Counter[str] = Counter()
    found = []
    for person in people:
        seen[person.tier_name] += 1
        number = f" {seen[person.tier_name]}" if kinds[person.tier_name] > 1 else ""
        kind = f"{person.tier_name}{number}"
        found.append((person.pk, f"{person.name} ({kind})" if person.name else kind))
    return found


class PeopleWhoCancelForm(forms.Form):
    """Which people of an order do not come."""

    people = forms.TypedMultipleChoiceField(
        coerce=int,
        error_messages={
            "required": _("Choose who does not come."),
            "invalid_choice": _("This booking has just been changed. Please look at it again."),
        },
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, bookings: Sequence[StandingBooking]) -> None:
        super().__init__(data)
        self.groups = [(booking, people_in_words(booking.people)) for booking in bookings]
        self.fields["people"].choices = [  # type: ignore[attr-defined]
            choice for _booking, choices in self.groups for choice in choices
        ]

    def offered(self, *, chosen: str = "") -> list[tuple[StandingBooking, list[tuple[int, str, bool]]]]:
        """Return the people to choose from, by booking: key, name, and whether they are chosen.

        Nothing sent yet, those of the booking whose public id is `chosen` are, and whoever booked alone.
        """
        sent = {str(value) for value in self["people"].value() or ()}
        is_alone = sum(len(choices) for _booking, choices in self.groups) == 1
        return [
            (
                booking,
                [
                    (
                        pk,
                        name,
                        str(pk) in sent if self.is_bound else is_alone or str(booking.booking.public_id) == chosen,
                    )
                    for pk, name in choices
                ],
            )
            for booking, choices in self.groups
        ]


class StaffCancelForm(PeopleWhoCancelForm):
    """Which people do not come, and by which terms their money comes back."""

    terms = forms.ChoiceField(
        label=_("What comes back"), choices=CancellationTerms.choices, initial=CancellationTerms.POLICY
    )
    amount_minor = MinorUnitsFormField(
        label=_("Amount"), required=False, help_text=_("For all of these places together, if it is another amount.")
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the amount where it is needed."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        is_amount = values.get("terms") == CancellationTerms.AMOUNT
        if is_amount and values.get("amount_minor") is None and "amount_minor" not in self.errors:
            self.add_error("amount_minor", _("Say how much goes back."))
        return values


class CancelReasonForm(GiveBackForm):
    """Why places are given up; what differs from the agreement needs a word of explanation."""

    expected = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, needs_note: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].required = needs_note
        if needs_note:
            self.fields["note"].label = _("Why not as agreed")
