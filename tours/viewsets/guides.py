from django.urls import path
from django.utils.translation import gettext_lazy as _
from modelcluster.forms import BaseChildFormSet
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel, ObjectList, TabbedInterface
from wagtail.admin.viewsets.base import ViewSet

from tenancy.forms import TenantForm
from tours import views
from tours.forms import AvailabilityFormSet, FeedFormSet, GuideForm, QualificationFormSet
from tours.models import Certification, Guide, GuideSettings
from tours.panels import FormSetPanel
from tours.viewsets.base import TourViews


class FeedStatePanel(HelpPanel):
    """How the reading of a guide's own calendars goes."""

    class BoundPanel(HelpPanel.BoundPanel):
        def get_context_data(self, parent_context=None):
            feeds = self.instance.feeds.all() if self.instance.pk else []
            return {**super().get_context_data(parent_context), "feeds": feeds}


GUIDE_FORM = TabbedInterface(
    [
        ObjectList(
            [
                FieldPanel("name"),
                FieldRowPanel([FieldPanel("email"), FieldPanel("phone")]),
                FieldPanel("languages"),
                FieldPanel("user"),
                FieldPanel("is_active"),
                FieldPanel("note", help_text=_("For your team only.")),
            ],
            heading=_("Guide"),
        ),
        ObjectList(
            [
                FormSetPanel(
                    "qualifications",
                    panels=[FieldPanel("tour")],
                    heading=_("Tours"),
                    label=_("Tour"),
                    help_text=_(
                        "Tours that this guide knows. A tour that is on no guide's list may be led by everybody."
                    ),
                    formset=QualificationFormSet,
                ),
                FormSetPanel(
                    "certifications",
                    panels=[
                        FieldPanel("certification"),
                        FieldPanel("number"),
                        FieldRowPanel([FieldPanel("issued_on"), FieldPanel("expires_on")]),
                    ],
                    heading=_("Certificates"),
                    label=_("Certificate"),
                    help_text=_(
                        "You are warned 60, 30 and 7 days before one ends. Which a tour needs stands at the tour."
                    ),
                    formset=BaseChildFormSet,
                ),
            ],
            heading=_("What they lead"),
        ),
        ObjectList(
            [
                FormSetPanel(
                    "availabilities",
                    panels=[
                        FieldPanel("weekday"),
                        FieldRowPanel([FieldPanel("start_time"), FieldPanel("end_time")]),
                    ],
                    heading=_("Weekly hours"),
                    label=_("Hours"),
                    help_text=_("When they are usually free. None: always."),
                    formset=AvailabilityFormSet,
                ),
                FormSetPanel(
                    "times_off",
                    panels=[FieldRowPanel([FieldPanel("first_day"), FieldPanel("last_day")]), FieldPanel("reason")],
                    heading=_("Time off"),
                    label=_("Time off"),
                    help_text=_("They cannot be put down for departures on these days."),
                    formset=BaseChildFormSet,
                ),
                MultiFieldPanel(
                    [FieldRowPanel([FieldPanel("max_hours_per_day"), FieldPanel("max_hours_per_week")])],
                    heading=_("Limits"),
                    help_text=_("You are warned before they lead more. Empty: no limit."),
                ),
            ],
            heading=_("When they can"),
        ),
        ObjectList(
            [
                FeedStatePanel(template="tours/guide_feeds.html"),
                FormSetPanel(
                    "feeds",
                    panels=[FieldPanel("url")],
                    heading=_("Own calendar"),
                    label=_("Calendar"),
                    max_num=3,
                    help_text=_(
                        "The secret address of a calendar in iCal format, such as Google, Apple and Outlook give. It is read every hour;"
                        " only the times are kept, not what they are for."
                    ),
                    formset=FeedFormSet,
                ),
            ],
            heading=_("Own calendar"),
        ),
    ],
    base_form_class=GuideForm,
)


class GuideViewSet(TourViews):
    model = Guide
    url_prefix = "guides"
    url_namespace = "guides"
    icon = "user"
    menu_label = _("Guides")
    menu_order = 145
    add_to_admin_menu = True
    inspect_view_enabled = False
    index_view_class = views.GuideIndexView
    add_view_class = views.GuideCreateView
    edit_view_class = views.GuideEditView
    delete_view_class = views.GuideDeleteView
    search_fields = ["name", "user__email", "email"]
    list_filter = ["is_active"]
    list_export = ["name", "account", "email", "phone", "languages", "is_active"]
    export_headings = {"account": _("Account")}
    export_filename = "guides"
    edit_handler = GUIDE_FORM

    def get_urlpatterns(self):
        return [*super().get_urlpatterns(), path("week/", views.GuideWeekView.as_view(), name="week")]


class CertificationViewSet(TourViews):
    """The kinds of certificates, which guides hold and tours require."""

    model = Certification
    url_prefix = "certifications"
    url_namespace = "certifications"
    icon = "check"
    menu_label = _("Certificates")
    inspect_view_enabled = False
    delete_view_class = views.CertificationDeleteView
    search_fields = ["name"]
    list_display = ["name"]
    edit_handler = ObjectList([FieldPanel("name", help_text=_("Such as First aid."))], base_form_class=TenantForm)


class GuideSettingsViewSet(TourViews):
    """One page for the one row an organization has, once something was changed."""

    model = GuideSettings
    url_prefix = "guide-settings"
    url_namespace = "guide_settings"
    icon = "cog"
    inspect_view_enabled = False
    edit_view_class = views.GuideSettingsEditView
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [FieldPanel("ask_first"), FieldPanel("reminder_hours"), FieldPanel("swap_needs_consent")],
                heading=_("Asking"),
            ),
            MultiFieldPanel(
                [FieldRowPanel([FieldPanel("travel_minutes"), FieldPanel("travel_kmh")]), FieldPanel("rest_hours")],
                heading=_("Warnings"),
                help_text=_("You are also warned about each guide’s weekly hours, limits, languages and tours."),
            ),
        ],
        base_form_class=TenantForm,
    )

    def get_urlpatterns(self):
        return [path("", self.edit_view, name="index")]

    def get_common_view_kwargs(self, **kwargs):
        without = ("index", "index_results", "add", "delete", "history", "usage", "inspect")
        return {
            **super().get_common_view_kwargs(**kwargs),
            **{f"{name}_url_name": None for name in without},
            "edit_url_name": self.get_url_name("index"),
        }

    def register_admin_url_finder(self):
        # There is one; the list of guides leads to it.
        pass


class SwapViewSet(ViewSet):
    """Departures that guides hand over: offered, taken, agreed."""

    url_prefix = "swaps"
    url_namespace = "swaps"

    def get_urlpatterns(self):
        verb = views.SwapVerbView.as_view
        return [
            path("", views.SwapsView.as_view(), name="index"),
            path("offer/<int:schedule_pk>/", views.OfferSwapView.as_view(), name="offer"),
            *(path(f"<int:pk>/{name}/", verb(verb=name), name=name) for name in views.SWAP_VERBS),
        ]
