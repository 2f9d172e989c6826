from django.urls import path
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.viewsets.model import ModelViewSet

from tours import views
from tours.filters import BookingFilterSet, ScheduleFilterSet
from tours.forms import GuideForm, ScheduleForm
from tours.models import Booking, Guide, Schedule, Tour
from tours.panels import TOUR_FORM


class _TourViews(ModelViewSet):
    add_to_reference_index = False
    copy_view_enabled = False
    inspect_view_enabled = True
    search_backend_name = None
    # Names of views of Wagtail's that these records do not have.
    without = ("usage",)

    def get_common_view_kwargs(self, **kwargs):
        return {**super().get_common_view_kwargs(**kwargs), **{f"{name}_url_name": None for name in self.without}}

    def get_urlpatterns(self):
        return [pattern for pattern in super().get_urlpatterns() if pattern.name not in self.without]


class TourViewSet(_TourViews):
    model = Tour
    url_prefix = "tours"
    url_namespace = "tours"
    icon = "glasses"
    menu_label = _("Tours")
    menu_order = 140
    add_to_admin_menu = True
    index_view_class = views.TourIndexView
    edit_view_class = views.TourEditView
    delete_view_class = views.TourDeleteView
    inspect_view_class = views.TourInspectView
    inspect_view_fields = [
        "name",
        "status",
        "category",
        "duration_minutes",
        "capacity",
        "difficulty",
        "wheelchair_accessible",
        "accessibility_note",
        "meeting_point",
        "end_point",
    ]
    edit_handler = TOUR_FORM
    list_filter = ["status", "category"]
    search_fields = ["name", "slug"]
    list_export = ["name", "slug", "category", "status", "duration_minutes", "capacity", "languages", "next_start"]
    export_headings = {"next_start": _("Next departure (UTC)")}
    export_filename = "tours"

    def get_urlpatterns(self):
        upload = views.StopUploadView.as_view()
        mapping = views.StopMappingView.as_view()
        return [
            *super().get_urlpatterns(),
            path("<int:pk>/import/", upload, name="import_stops"),
            path("<int:pk>/import/<str:token>/", mapping, name="map_stops"),
        ]


class GuideViewSet(_TourViews):
    model = Guide
    url_prefix = "guides"
    url_namespace = "guides"
    icon = "user"
    menu_label = _("Guides")
    menu_order = 145
    add_to_admin_menu = True
    inspect_view_enabled = False
    index_view_class = views.GuideIndexView
    delete_view_class = views.GuideDeleteView
    search_fields = ["name", "user__email"]
    list_filter = ["is_active"]
    list_export = ["name", "account", "is_active"]
    export_headings = {"account": _("Account")}
    export_filename = "guides"

    def get_form_class(self, for_update=False):
        return GuideForm


class ScheduleViewSet(_TourViews):
    model = Schedule
    url_prefix = "schedules"
    url_namespace = "schedules"
    icon = "calendar-alt"
    menu_label = _("Schedules")
    menu_order = 110
    add_to_admin_menu = True
    without = ("usage", "delete")
    index_view_class = views.ScheduleIndexView
    add_view_class = views.NewSchedulesView
    edit_view_class = views.ScheduleEditView
    inspect_view_class = views.ScheduleInspectView
    filterset_class = ScheduleFilterSet
    search_fields = ["tour__name", "variant__name", "guest_note", "internal_note"]
    list_export = [
        "date",
        "start_time",
        "time_zone",
        "tour.name",
        "variant.name",
        "language",
        "booked_count",
        "capacity",
        "status",
        "guest_note",
        "internal_note",
    ]
    export_headings = {"tour.name": _("Tour"), "variant.name": _("Variant")}
    export_filename = "schedules"

    @cached_property
    def menu_item_class(self):
        class ScheduleMenuItem(super().menu_item_class):
            # Guides have departures of their own, others all of them.
            def render_component(self, request):
                component = super().render_component(request)
                component.label = views.schedules_title(request.user)
                return component

        return ScheduleMenuItem

    def get_form_class(self, for_update=False):
        return ScheduleForm

    def get_add_view_kwargs(self, **kwargs):
        return {}

    def get_urlpatterns(self):
        verbs = [
            path(f"<int:pk>/{verb}/", views.ScheduleVerbView.as_view(verb=verb), name=verb)
            for verb in ("open", "close", "cancel")
        ]
        manifest = path("<int:pk>/manifest/", views.ManifestView.as_view(), name="manifest")
        return [*super().get_urlpatterns(), manifest, *verbs]


class BookingViewSet(_TourViews):
    model = Booking
    url_prefix = "bookings"
    url_namespace = "bookings"
    icon = "clipboard-list"
    menu_label = _("Bookings")
    without = ("usage", "delete", "add", "edit", "history", "history_results")
    index_view_class = views.BookingIndexView
    inspect_view_class = views.BookingInspectView
    filterset_class = BookingFilterSet
    form_fields = ["special_needs"]
    search_fields = ["customer__first_name", "customer__last_name", "customer__email"]
    list_export = [
        "customer",
        "schedule.tour.name",
        "schedule.date",
        "schedule.start_time",
        "seats",
        "status",
        "special_needs",
        "created_at",
    ]
    export_headings = {
        "customer": _("Customer"),
        "schedule.tour.name": _("Tour"),
        "schedule.date": _("Date"),
        "schedule.start_time": _("Start"),
    }
    export_filename = "bookings"

    def register_admin_url_finder(self):
        # Bookings are looked at, not edited.
        pass
