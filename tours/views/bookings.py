from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn, TitleColumn
from wagtail.admin.views.generic import InspectView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from tenancy.lists import IndexView
from tenancy.panels import record_panels
from tours import operations, queries
from tours.enums import BookingStatus
from tours.forms import PartyForm, participant_forms
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
    page_title = gettext_lazy("Booking")

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
            "participants": sorted(self.object.participants.all(), key=lambda person: person.pk),
            "people_url": reverse("bookings:people", args=[self.object.pk])
            if self.request.user.has_perm("tours.change_booking")
            else "",
            "record_panels": record_panels(self.request, self.object),
        }


class BookingPeopleView(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """Names, needs, diets and emergency contacts of the people of a booking, as staff write them down."""

    permission_required = "tours.change_booking"
    template_name = "tours/booking_people.html"
    page_title = gettext_lazy("People of a booking")
    header_icon = "group"

    def user_has_permission(self, permission):
        return self.request.user.has_perm(permission)

    def dispatch(self, request, *args, **kwargs):
        self.booking = queries.booking_with_people(kwargs["pk"])
        if self.booking is None and self.user_has_permission(self.permission_required):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self):
        return f"{self.booking.customer}, {departure(self.booking.schedule)}"

    def get_breadcrumbs_items(self):
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse("bookings:index"), "label": _("Bookings")},
            {"url": reverse("bookings:inspect", args=[self.booking.pk]), "label": self.get_page_subtitle()},
            {"url": "", "label": self.page_title},
        ]

    def _forms(self, data=None):
        people = queries.people_of_booking(self.booking.pk)
        return (
            participant_forms(people, data),
            PartyForm(data, initial={"special_needs": self.booking.special_needs}),
        )

    def get_context_data(self, **kwargs):
        if "people" not in kwargs:
            kwargs["people"], kwargs["party"] = self._forms()
        return {**super().get_context_data(**kwargs), "booking": self.booking}

    def post(self, request, *args, **kwargs):
        people, party = self._forms(request.POST)
        if not all(form.is_valid() for form in [*people, party]):
            messages.error(request, _("Some of this could not be saved yet. Please look at the marked fields."))
            return self.render_to_response(self.get_context_data(people=people, party=party))
        operations.describe_participants(
            self.booking,
            {form.instance.pk: form.details for form in people},
            special_needs=party.cleaned_data["special_needs"],
            actor=request.user,
        )
        messages.success(request, _("Saved."))
        return redirect("bookings:inspect", self.booking.pk)
