from django.urls import path, reverse_lazy
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.permissions import policy_registry

from tenancy.panels import page_finder
from tours import views
from tours.filters import ScheduleFilterSet
from tours.forms import ScheduleForm
from tours.models import Schedule
from tours.viewsets.base import TourViews


class ScheduleViewSet(TourViews):
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
        "blocked_count",
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
            # Guides have a page of their own departures, which leads to this list.
            def is_shown(self, request):
                return super().is_shown(request) and request.user.has_perm("tours.view_schedule")

        return ScheduleMenuItem

    @property
    def url_finder_class(self):
        return page_finder(self.get_url_name("inspect"))

    def get_form_class(self, for_update=False):
        return ScheduleForm

    def get_add_view_kwargs(self, **kwargs):
        return {}

    def get_urlpatterns(self):
        verbs = [
            path(f"<int:pk>/{verb}/", views.ScheduleVerbView.as_view(verb=verb), name=verb)
            for verb in ("open", "close")
        ]
        manifest = path("<int:pk>/manifest/", views.ManifestView.as_view(), name="manifest")
        blocks = path("<int:pk>/blocks/", views.BlockedSeatsView.as_view(), name="blocks")
        guides = path("<int:pk>/guides/", views.AssignGuidesView.as_view(), name="guides")
        calendar = path("calendar/", views.CalendarView.as_view(), name="calendar")
        move = path("<int:pk>/move/", views.MoveScheduleView.as_view(), name="move")
        bulk = [
            path(f"bulk/{action.action_type}/", action.as_view(), name=f"bulk_{action.action_type}")
            for action in views.BULK_ACTIONS
        ]
        # Cancelling, and moving with guests, concern orders too, which stand above this app.
        others = [pattern for urls in hooks.get_hooks("schedule_urls") for pattern in urls()]
        of_one = [
            path(
                f"<int:pk>/manifest/{name}/",
                views.ManifestFileView.as_view(file_format=name),
                name=f"manifest_{name}",
            )
            for name in ("pdf", "csv")
        ]
        of_a_day = [
            path("manifests/", views.DayManifestView.as_view(), name="day_manifest"),
            *(
                path(
                    f"manifests/{name}/",
                    views.DayManifestFileView.as_view(file_format=name),
                    name=f"day_manifest_{name}",
                )
                for name in ("pdf", "csv")
            ),
        ]
        check_in = path("<int:pk>/check-in/", views.CheckInView.as_view(), name="check_in")
        report = path("<int:pk>/report/", views.TourReportView.as_view(), name="report")
        return [
            *super().get_urlpatterns(),
            guides,
            *bulk,
            calendar,
            move,
            manifest,
            *of_one,
            *of_a_day,
            check_in,
            report,
            blocks,
            *verbs,
            *others,
        ]


class CalendarMenuItem(MenuItem):
    """The calendar, for those who see departures: all of them, or those they lead."""

    def __init__(self):
        super().__init__(
            _("Calendar"), reverse_lazy("schedules:calendar"), name="calendar", icon_name="calendar", order=105
        )

    def is_shown(self, request):
        return policy_registry.get_by_type(Schedule).user_has_permission(request.user, "view")
