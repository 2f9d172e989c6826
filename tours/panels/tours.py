"""The admin's form of a tour."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from modelcluster.forms import BaseChildFormSet
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    TabbedInterface,
    TitleFieldPanel,
)

from tenancy.forms import TenantForm
from tours.forms import PriceFormSet, StopFormSet, TourForm, VariantFormSet


class FormSetPanel(InlinePanel):
    """An inline panel whose formset is a class of ours, of forms for a tenant's record."""

    def __init__(self, *args: Any, formset: type[BaseChildFormSet], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.formset = formset

    def clone_kwargs(self) -> dict[str, Any]:
        """Return what a copy of the panel is made with."""
        return {**super().clone_kwargs(), "formset": self.formset}

    def get_form_options(self) -> dict[str, Any]:
        """Return Wagtail's options with the classes of formset and form."""
        options: dict[str, Any] = super().get_form_options()
        options["formsets"][self.relation_name].update(form=TenantForm, formset=self.formset)
        return options


ABOUT = ObjectList(
    [
        MultiFieldPanel(
            [
                TitleFieldPanel("name", targets=["slug"], placeholder=_("Name")),
                FieldPanel("name_translations"),
                FieldPanel("slug"),
                FieldPanel("status", help_text=_("Guests see and book active tours only.")),
            ],
            heading=_("Name"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("category"), FieldPanel("difficulty")]),
                FieldPanel("languages"),
                FieldPanel("tags", widget=forms.CheckboxSelectMultiple),
                FieldPanel("accessibility"),
                FieldPanel("accessibility_note", help_text=_("Steps, kerbs, distances, where to sit down.")),
            ],
            heading=_("What guests should know"),
            help_text=_("What the tour is about stands on its page (Pages); here is what can be booked."),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("ask_name"), FieldPanel("ask_age")]),
                FieldRowPanel([FieldPanel("ask_needs"), FieldPanel("ask_diet")]),
                FieldPanel("ask_emergency"),
            ],
            heading=_("What guests tell us of each person"),
            help_text=_(
                "At the checkout, and on the page of their order until the departure. Ask only for what you need."
            ),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel(
                    [
                        FieldPanel("duration_minutes"),
                        FieldPanel("capacity", help_text=_("Most guests on one departure.")),
                    ]
                ),
                FieldRowPanel([FieldPanel("min_participants"), FieldPanel("decision_hours")]),
                FieldPanel("cutoff_minutes"),
            ],
            heading=_("Time and places"),
            help_text=_("New departures take these over. Those that exist stay as they are."),
        ),
        MultiFieldPanel([FieldPanel("meeting_point"), FieldPanel("end_point")], heading=_("Where it begins and ends")),
        FieldPanel("required_certification"),
    ],
    heading=_("Tour"),
)


VARIANTS = ObjectList(
    [
        FormSetPanel(
            "variants",
            panels=[
                FieldPanel("name", help_text=_("Such as Group, Private, Morning.")),
                FieldPanel("name_translations"),
                FieldPanel("kind"),
                FieldRowPanel(
                    [FieldPanel("duration_minutes"), FieldPanel("capacity"), FieldPanel("cutoff_minutes")],
                    help_text=_("Empty: as the tour."),
                ),
                FieldRowPanel(
                    [FieldPanel("min_participants"), FieldPanel("decision_hours")], help_text=_("Empty: as the tour.")
                ),
                FieldPanel("is_active"),
            ],
            heading=_("Variants"),
            label=_("Variant"),
            min_num=1,
            help_text=_(
                "The forms in which the tour takes place. Departures belong to a variant; one is enough to begin with."
            ),
            formset=VariantFormSet,
        )
    ],
    heading=_("Variants"),
)


PRICES = ObjectList(
    [
        FormSetPanel(
            "pricing_tiers",
            panels=[
                FieldRowPanel([FieldPanel("name", help_text=_("Such as Adult, Child.")), FieldPanel("price_minor")]),
                FieldPanel("name_translations"),
                FieldRowPanel([FieldPanel("min_age"), FieldPanel("max_age"), FieldPanel("seats")]),
                FieldRowPanel(
                    [FieldPanel("valid_from"), FieldPanel("valid_until")],
                    help_text=_("By the day of the departure. Empty: always."),
                ),
                FieldPanel("variant"),
                FieldPanel("is_default"),
            ],
            heading=_("Prices"),
            label=_("Price"),
            help_text=_(
                "What one person of each kind pays. Orders keep the price of the day they were placed."
                " To give a new variant prices of its own, save the tour first."
            ),
            formset=PriceFormSet,
        )
    ],
    heading=_("Prices"),
)


STOPS = ObjectList(
    [
        FormSetPanel(
            "stops",
            panels=[FieldPanel("title"), FieldPanel("title_translations"), FieldPanel("place")],
            heading=_("Stops"),
            label=_("Stop"),
            help_text=_(
                "In the order of the walk; drag them or use the arrows. What guests read and hear at each stands on the tour's page."
            ),
            formset=StopFormSet,
        )
    ],
    heading=_("Stops"),
)


TOUR_FORM = TabbedInterface([ABOUT, VARIANTS, PRICES, STOPS], base_form_class=TourForm)
