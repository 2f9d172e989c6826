"""When a part of a page is shown: what editors choose, and what follows for the page that is made."""

from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError

from cms import page_cache
from cms.blocks.struct import StructBlock
from cms.rules import Visibility
from tenancy.queries import installed_languages, scope_languages, scope_zone

# Longer than any page is kept.
LOOK_AHEAD: Final = timedelta(hours=2)
WEEKDAY_CHOICES: Final = [(str(number), name) for number, name in WEEKDAYS.items()]


def local_now() -> datetime:
    """Return what the clock of the organization in scope says, without a zone."""
    return timezone.now().astimezone(scope_zone()).replace(tzinfo=None)


def note_local_change(request: HttpRequest | None, moment: datetime | None) -> None:
    """Say that the page made for a request looks different from a moment on the organization's clock on; None says nothing."""
    if request is not None and moment is not None:
        page_cache.note_change(request, moment.replace(tzinfo=scope_zone()))


def language_choices() -> list[tuple[str, str]]:
    """Return the languages of the organization in scope with their names."""
    names = installed_languages()
    return [(code, names.get(code, code)) for code in scope_languages()]


class VisibilityBlock(StructBlock):
    """Days, hours, weekdays and languages; left empty, always shown."""

    first_day = blocks.DateBlock(label=_("From day"), required=False)
    last_day = blocks.DateBlock(label=_("Until day"), required=False, help_text=_("Also on this day."))
    begins = blocks.TimeBlock(label=_("From time"), required=False)
    ends = blocks.TimeBlock(
        label=_("Until time"), required=False, help_text=_("Earlier than “from”: until then on the day after.")
    )
    weekdays = blocks.MultipleChoiceBlock(
        widget=forms.CheckboxSelectMultiple, label=_("On weekdays"), choices=WEEKDAY_CHOICES, required=False
    )
    languages = blocks.MultipleChoiceBlock(
        widget=forms.CheckboxSelectMultiple, label=_("For guests who read"), choices=language_choices, required=False
    )

    def check_fields(self, value: Any) -> None:
        first_day, last_day = value["first_day"], value["last_day"]
        if first_day and last_day and last_day < first_day:
            raise StructBlockValidationError({"last_day": ValidationError(_("This is before the first day."))})
        if value["begins"] and value["begins"] == value["ends"]:
            raise StructBlockValidationError({"ends": ValidationError(_("This is the time at which it begins."))})

    class Meta:
        icon = "view"
        label = _("When to show it")
        required = False


def visibility_of(value: Any) -> Visibility:
    """Return the rules in the value of a `VisibilityBlock`; one from before there were any shows always."""
    if not value:
        return Visibility()
    return Visibility(
        first_day=value.get("first_day"),
        last_day=value.get("last_day"),
        begins=value.get("begins"),
        ends=value.get("ends"),
        weekdays=frozenset(int(day) for day in value.get("weekdays") or ()),
        languages=frozenset(value.get("languages") or ()),
    )


def is_shown(value: Any, *, request: HttpRequest | None) -> bool:
    """Return whether what a `VisibilityBlock` holds is shown now; the page then says when that changes."""
    visibility = visibility_of(value)
    now = local_now()
    note_local_change(request, visibility.next_change(now, within=LOOK_AHEAD))
    return visibility.shows(now, language=get_language() or "")
