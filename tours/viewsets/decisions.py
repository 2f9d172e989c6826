from django.urls import path
from django.utils.translation import gettext_lazy as _

from tours import views
from tours.models import DepartureDecision
from tours.viewsets.base import TourViews


class DecisionViewSet(TourViews):
    model = DepartureDecision
    url_prefix = "departure-decisions"
    url_namespace = "decisions"
    icon = "calendar-alt"
    menu_label = _("Too few participants")
    inspect_view_enabled = False
    without = ("usage", "delete", "add", "edit", "history", "history_results")
    index_view_class = views.DecisionIndexView
    form_fields = ["note"]
    list_filter = ["outcome", "proposal"]
    search_fields = ["schedule__tour__name", "note"]
    list_export = [
        "schedule.tour.name",
        "schedule.date",
        "schedule.start_time",
        "booked",
        "minimum",
        "proposal",
        "outcome",
        "decided_at",
    ]
    export_headings = {
        "schedule.tour.name": _("Tour"),
        "schedule.date": _("Date"),
        "schedule.start_time": _("Start"),
    }
    export_filename = "decisions"

    def register_admin_url_finder(self):
        # They are taken, not edited.
        pass

    def get_urlpatterns(self):
        return [
            *super().get_urlpatterns(),
            path("<int:pk>/decide/", views.DecideView.as_view(), name="decide"),
            path("settings/", views.PlanningView.as_view(), name="settings"),
        ]
