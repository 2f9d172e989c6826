"""Forms of the guide's own page."""

import re
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tenancy.forms import TenantForm
from tours.enums import AttendanceMarkKind
from tours.models import TourReport

_MARK: Final = re.compile(rf"({'|'.join(AttendanceMarkKind.values)})\.(person|booking)\.([0-9]{{1,18}})")


class MarkForm(forms.Form):
    """One tap: what is marked, of whom, and on which showing of the page.

    `cleaned_data` has `kind`, `target` (`person` or `booking`), `pk` and `key`, which is the same when the same tap is sent again.
    """

    mark = forms.CharField(max_length=60)
    # Made by the page, later by the device itself.
    page = forms.UUIDField()

    def clean(self) -> dict[str, Any]:
        """Take the mark apart. Raises `ValidationError` when it is none."""
        values = super().clean() or {}
        match = _MARK.fullmatch(values.get("mark", ""))
        if match is None or "page" not in values:
            raise ValidationError(_("This page was out of date. Here is the latest version."))
        return {
            "kind": AttendanceMarkKind(match[1]),
            "target": match[2],
            "pk": int(match[3]),
            "key": f"{values['page']}.{values['mark']}",
        }


class TourReportForm(TenantForm):
    """What a guide says of a tour afterwards."""

    class Meta:
        model = TourReport
        fields = ["text", "actual_count", "had_incident"]
        widgets = {"text": forms.Textarea(attrs={"rows": 5})}
        help_texts = {"text": _("Your team reads it with the departure. Guests never do.")}

    def clean(self) -> dict[str, Any]:
        """Raise `ValidationError` when nothing was said, or not what happened."""
        values = super().clean() or {}
        if values.get("had_incident") and not values.get("text"):
            self.add_error("text", _("Please say what happened."))
        elif not values.get("text") and values.get("actual_count") is None:
            self.add_error("text", _("Write a few words, or how many people came."))
        return values


class DeclineForm(forms.Form):
    """Why a guide does not lead a departure."""

    reason = forms.CharField(
        label=_("Why not?"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Your team reads it."),
    )
