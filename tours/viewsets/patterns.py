from django.urls import path

from tours import views
from tours.filters import PatternFilterSet
from tours.models import AvailabilityPattern
from tours.panels import PATTERN_FORM
from tours.viewsets.base import TourViews


class PatternViewSet(TourViews):
    model = AvailabilityPattern
    url_prefix = "patterns"
    url_namespace = "patterns"
    icon = "calendar-alt"
    inspect_view_enabled = False
    index_view_class = views.PatternIndexView
    add_view_class = views.PatternCreateView
    edit_view_class = views.PatternEditView
    delete_view_class = views.PatternDeleteView
    filterset_class = PatternFilterSet
    edit_handler = PATTERN_FORM
    search_fields = ["variant__tour__name", "variant__name"]
    list_export = [
        "variant",
        "kind",
        "weekdays",
        "every_weeks",
        "rule",
        "start_times",
        "valid_from",
        "valid_until",
        "dates",
        "excluded_dates",
        "language",
        "capacity",
        "months_ahead",
        "is_active",
    ]
    export_filename = "patterns"

    def get_urlpatterns(self):
        return [
            *super().get_urlpatterns(),
            path("import/", views.CalendarImportView.as_view(), name="import_calendar"),
            path("<int:pk>/plan/", views.PatternPlanView.as_view(), name="plan"),
            path("<int:pk>/calendar.ics", views.PatternCalendarView.as_view(), name="calendar"),
            path("variants/<int:pk>/departures.ics", views.VariantDeparturesView.as_view(), name="departures"),
        ]
