"""The admin's form of a resource."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    MultiFieldPanel,
    ObjectList,
)

from tours.forms import NeedFormSet, ResourceForm
from tours.panels.tours import FormSetPanel

RESOURCE_FORM = ObjectList(
    [
        MultiFieldPanel(
            [
                FieldPanel("name", help_text=_("Such as Minibus, Kayak, Headset.")),
                FieldRowPanel(
                    [
                        FieldPanel("stock", help_text=_("All of them together.")),
                        FieldPanel(
                            "turnaround_minutes",
                            help_text=_(
                                "After a departure, until the next one can use it: to come back, to clean, to charge."
                            ),
                        ),
                    ]
                ),
                FieldPanel(
                    "is_active",
                    help_text=_(
                        "Untick it while none can be used: departures that need it cannot be booked any further."
                    ),
                ),
            ],
            heading=_("Resource"),
        ),
        FormSetPanel(
            "needs",
            panels=[
                FieldPanel("variant"),
                FieldRowPanel([FieldPanel("quantity"), FieldPanel("basis")]),
            ],
            heading=_("What needs it"),
            label=_("Tour"),
            help_text=_(
                "A departure uses it from the first place that is booked or blocked. When none is free at that time,"
                " guests find no place left."
            ),
            formset=NeedFormSet,
        ),
    ],
    base_form_class=ResourceForm,
)
