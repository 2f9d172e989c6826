"""The admin's form of a pattern."""

import json

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    HelpPanel,
    MultiFieldPanel,
    ObjectList,
)

from tours.enums import PatternKind
from tours.forms import PatternForm


def _of_kinds(*kinds: PatternKind) -> dict[str, str]:
    """What makes Wagtail's script show a panel for these kinds of pattern only."""
    return {"data-w-rules-target": "show", "data-w-rules": json.dumps({"kind": list(kinds)})}


PATTERN_FORM = ObjectList(
    [
        MultiFieldPanel(
            [
                FieldPanel("variant"),
                FieldPanel("kind"),
                HelpPanel(
                    _(
                        "Guests read on the tour's page that you offer more on request, with your e-mail address and phone number."
                    ),
                    attrs=_of_kinds(PatternKind.ON_REQUEST),
                ),
            ],
            heading=_("What leaves"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("weekdays"),
                FieldPanel(
                    "every_weeks",
                    help_text=_("1: every week. 2: every second week, beginning with that of the first day."),
                ),
                FieldPanel(
                    "rule",
                    help_text=_(
                        "Instead of weekdays, in the words of calendars: FREQ=MONTHLY;BYDAY=1SA is the first Saturday of each month."
                    ),
                ),
            ],
            heading=_("Weekdays"),
            attrs=_of_kinds(PatternKind.RECURRING),
        ),
        MultiFieldPanel(
            [FieldPanel("start_times")],
            heading=_("Times of day"),
            attrs=_of_kinds(PatternKind.RECURRING, PatternKind.DATES),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel(
                    [FieldPanel("valid_from"), FieldPanel("valid_until", help_text=_("Empty: until further notice."))]
                )
            ],
            heading=_("From when until when"),
            attrs=_of_kinds(PatternKind.RECURRING, PatternKind.ON_REQUEST),
        ),
        MultiFieldPanel(
            [
                FieldPanel(
                    "dates",
                    help_text=_(
                        "One on each line. With weekdays, these days come besides. A span: 2031-07-01 – 2031-07-14."
                    ),
                ),
                FieldPanel(
                    "excluded_dates",
                    help_text=_("Holidays and so on, one per line. A range: 2031-12-24 – 2032-01-01."),
                    attrs=_of_kinds(PatternKind.RECURRING),
                ),
            ],
            heading=_("Single days"),
            attrs=_of_kinds(PatternKind.RECURRING, PatternKind.DATES),
        ),
        MultiFieldPanel(
            [
                FieldPanel("language"),
                FieldPanel("capacity", help_text=_("Empty: those of the variant.")),
                FieldPanel(
                    "months_ahead",
                    help_text=_("How far ahead departures are made. Each night the next day is added."),
                ),
            ],
            heading=_("The departures"),
            attrs=_of_kinds(PatternKind.RECURRING, PatternKind.DATES),
        ),
        MultiFieldPanel(
            [FieldPanel("is_active", help_text=_("Untick it to make no new departures. Those that exist stay."))],
            heading=_("Status"),
        ),
    ],
    base_form_class=PatternForm,
    attrs={"data-controller": "w-rules", "data-action": "change->w-rules#resolve"},
)
