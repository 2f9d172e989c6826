"""The admin's forms of price rules."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList

from tours.forms import PriceRuleForm, SeasonForm


def _name() -> MultiFieldPanel:
    return MultiFieldPanel(
        [
            FieldPanel("name", help_text=_("Guests read it beside the price, such as “Summer” or “Early bird”.")),
            FieldPanel("name_translations"),
        ],
        heading=_("Name"),
    )


def _target() -> MultiFieldPanel:
    return MultiFieldPanel([FieldRowPanel([FieldPanel("tour"), FieldPanel("variant")])], heading=_("For which tours"))


def _discount() -> MultiFieldPanel:
    return MultiFieldPanel(
        [FieldRowPanel([FieldPanel("basis_points"), FieldPanel("amount_minor")])],
        heading=_("How much is taken off"),
        help_text=_("Fill in one of the two. More than the price makes it free, never less."),
    )


SEASON_FORM = ObjectList(
    [
        _name(),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("first_day"), FieldPanel("last_day")]), FieldPanel("priority")],
            heading=_("On departures"),
            help_text=_("By the local day of the departure, not by the day of booking."),
        ),
        MultiFieldPanel(
            [
                FieldPanel("effect"),
                FieldRowPanel(
                    [FieldPanel("basis_points"), FieldPanel("amount_minor")], help_text=_("Fill in one of the two.")
                ),
            ],
            heading=_("What it does to prices"),
        ),
        _target(),
    ],
    base_form_class=SeasonForm,
)
EARLY_BIRD_FORM = ObjectList(
    [
        _name(),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("time"), FieldPanel("days")]),
                FieldRowPanel(
                    [FieldPanel("first_day"), FieldPanel("last_day")],
                    help_text=_("The days of booking, not of the departure. Empty: always."),
                ),
            ],
            heading=_("Who gets it"),
            help_text=_("Of several that apply, only the one that takes most off counts."),
        ),
        _discount(),
        _target(),
    ],
    base_form_class=PriceRuleForm,
)
GROUP_FORM = ObjectList(
    [
        _name(),
        MultiFieldPanel(
            [FieldPanel("people")],
            heading=_("Who gets it"),
            help_text=_(
                "Counted are all who take a seat on the same departure in one booking."
                " Of several discounts only that for the most people counts."
            ),
        ),
        _discount(),
        _target(),
    ],
    base_form_class=PriceRuleForm,
)
