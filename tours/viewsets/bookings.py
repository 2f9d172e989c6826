from django.urls import path
from django.utils.translation import gettext_lazy as _

from tenancy.panels import page_finder
from tours import views
from tours.filters import BookingFilterSet
from tours.models import Booking
from tours.viewsets.base import TourViews


class BookingViewSet(TourViews):
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

    def get_urlpatterns(self):
        people = path("<int:pk>/people/", views.BookingPeopleView.as_view(), name="people")
        return [*super().get_urlpatterns(), people]

    @property
    def url_finder_class(self):
        return page_finder(self.get_url_name("inspect"))
