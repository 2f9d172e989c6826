"""Filters of the admin's lists of tours, departures and bookings."""

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.widgets import AdminDateInput
from wagtail.permissions import policy_registry

from tenancy.queries import current_organization
from tours.enums import BookingStatus, PatternKind, ScheduleStatus
from tours.models import AvailabilityPattern, Booking, Schedule, Tour


def _tours(request: HttpRequest) -> QuerySet[Tour]:
    return Tour.objects.order_by("name")


def _tours_of_schedules(request: HttpRequest) -> QuerySet[Tour]:
    shown = policy_registry.get_by_type(Schedule).instances_user_has_permission_for(request.user, "view")
    return Tour.objects.filter(pk__in=shown.values("tour")).order_by("name")


class ScheduleFilterSet(WagtailFilterSet):
    """Departures by day, tour and status; from today on unless a first day is chosen."""

    date_from = django_filters.DateFilter(
        field_name="date", lookup_expr="gte", label=_("From (today when empty)"), widget=AdminDateInput
    )
    date_to = django_filters.DateFilter(
        field_name="date", lookup_expr="lte", label=pgettext_lazy("day", "To"), widget=AdminDateInput
    )
    tour = django_filters.ModelChoiceFilter(queryset=_tours_of_schedules, label=_("Tour"), empty_label=_("All"))
    status = django_filters.MultipleChoiceFilter(
        choices=ScheduleStatus.choices, label=_("Status"), widget=forms.CheckboxSelectMultiple, distinct=False
    )

    class Meta:
        model = Schedule
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Schedule]) -> Any:
        """Return the departures chosen."""
        found = super().filter_queryset(queryset)
        if self.form.cleaned_data.get("date_from") is None:
            found = found.filter(date__gte=timezone.localdate(timezone=current_organization().zone))
        return found


class BookingFilterSet(WagtailFilterSet):
    """Bookings by the day of their departure, by tour and status."""

    date_from = django_filters.DateFilter(
        field_name="schedule__date", lookup_expr="gte", label=_("Departure from"), widget=AdminDateInput
    )
    date_to = django_filters.DateFilter(
        field_name="schedule__date", lookup_expr="lte", label=_("Departure to"), widget=AdminDateInput
    )
    tour = django_filters.ModelChoiceFilter(
        field_name="schedule__tour", queryset=_tours, label=_("Tour"), empty_label=_("All")
    )
    schedule = django_filters.NumberFilter(field_name="schedule", widget=forms.HiddenInput, label="")
    status = django_filters.MultipleChoiceFilter(
        choices=BookingStatus.choices, label=_("Status"), widget=forms.CheckboxSelectMultiple, distinct=False
    )

    class Meta:
        model = Booking
        fields: list[str] = []


class PatternFilterSet(WagtailFilterSet):
    """Patterns by tour, kind and whether they are active."""

    tour = django_filters.ModelChoiceFilter(
        field_name="variant__tour", queryset=_tours, label=_("Tour"), empty_label=_("All")
    )
    kind = django_filters.MultipleChoiceFilter(
        choices=PatternKind.choices, label=_("When"), widget=forms.CheckboxSelectMultiple, distinct=False
    )
    is_active = django_filters.BooleanFilter(label=_("Active"))

    class Meta:
        model = AvailabilityPattern
        fields: list[str] = []
