from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn, TitleColumn
from wagtail.admin.views.generic import IndexView, InspectView

from tours.enums import BookingStatus
from tours.models import Booking
from tours.views.schedules import departure, departure_with_zone


class BookingIndexView(IndexView):
    default_ordering = "-created_at"

    def get_base_queryset(self):
        return super().get_base_queryset().select_related("customer", "schedule__tour")

    @cached_property
    def columns(self):
        return [
            self._get_title_column_class(TitleColumn)(
                "customer", label=_("Customer"), get_url=self.get_inspect_url, sort_key="customer__last_name"
            ),
            Column("tour", label=_("Tour"), accessor="schedule.tour"),
            Column(
                "departure",
                label=_("Departure"),
                accessor=lambda booking: departure(booking.schedule),
                sort_key="schedule__starts_at",
            ),
            Column("seats", label=_("Seats"), sort_key="seats"),
            StatusTagColumn(
                "status",
                label=_("Status"),
                accessor="get_status_display",
                primary=lambda booking: booking.status == BookingStatus.CONFIRMED,
                sort_key="status",
            ),
            DateColumn("created_at", label=_("Booked"), sort_key="created_at"),
        ]


class BookingInspectView(InspectView):
    template_name = "tours/booking_inspect.html"

    def get_object(self, queryset=None):
        bookings = Booking.objects.select_related("customer", "schedule__tour", "schedule__variant")
        return get_object_or_404(bookings.prefetch_related("participants"), pk=self.pk)

    def get_page_subtitle(self):
        return f"{self.object.customer}, {departure(self.object.schedule)}"

    def get_context_data(self, **kwargs):
        return {
            **super().get_context_data(**kwargs),
            "booking": self.object,
            "when": departure_with_zone(self.object.schedule),
            "participants": self.object.participants.all(),
        }
