from django.contrib import messages
from django.db.models import ProtectedError
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn
from wagtail.admin.views.generic import DeleteView, EditView, InspectView
from wagtail.admin.widgets.button import Button

from tenancy.lists import IndexView
from tenancy.queries import current_organization
from tours import queries
from tours.enums import TourStatus


def tour_buttons(request, tour):
    buttons = []
    if request.user.has_perm("tours.add_schedule"):
        url = f"{reverse('schedules:add')}?tour={tour.pk}"
        buttons.append(Button(_("New departures"), url=url, icon_name="calendar-alt", priority=5))
    if request.user.has_perm("tours.view_availabilitypattern"):
        url = f"{reverse('patterns:index')}?tour={tour.pk}"
        buttons.append(Button(_("Patterns of departures"), url=url, icon_name="calendar-check", priority=6))
    if request.user.has_perms(["tours.change_tour", "places.add_place"]):
        url = reverse("tours:import_stops", args=[tour.pk])
        buttons.append(Button(_("Import stops"), url=url, icon_name="upload", priority=7))
    return buttons


class TourIndexView(IndexView):
    default_ordering = "name"

    @cached_property
    def header_buttons(self):
        buttons = super().header_buttons
        if self.request.user.has_perm("tours.view_tourtag"):
            buttons.append(Button(_("Tags"), url=reverse("tour_tags:index"), icon_name="tag"))
        return buttons

    def get_base_queryset(self):
        return queries.tours_with_next_departure(now=timezone.now())

    @cached_property
    def columns(self):
        zone = current_organization().zone
        return [
            self._get_title_column_class(TitleColumn)(
                "name",
                label=_("Name"),
                get_url=lambda tour: self.get_edit_url(tour) or self.get_inspect_url(tour),
                sort_key="name",
            ),
            Column("category", label=_("Category"), accessor="get_category_display", sort_key="category"),
            Column(
                "next_start",
                label=_("Next departure"),
                accessor=lambda tour: (
                    date_format(tour.next_start.astimezone(zone), _("D j M Y, H:i")) if tour.next_start else ""
                ),
                sort_key="next_start",
            ),
            StatusTagColumn(
                "status",
                label=_("Status"),
                accessor="get_status_display",
                primary=lambda tour: tour.status == TourStatus.ACTIVE,
                sort_key="status",
            ),
        ]

    def get_list_more_buttons(self, instance):
        return [*super().get_list_more_buttons(instance), *tour_buttons(self.request, instance)]


class TourEditView(EditView):
    @cached_property
    def header_more_buttons(self):
        return [*super().header_more_buttons, *tour_buttons(self.request, self.object)]


class TourInspectView(InspectView):
    template_name = "tours/tour_inspect.html"

    def get_accessibility_display_value(self):
        return ", ".join(feature.label for feature in self.object.access_features) or "–"

    def get_tags_display_value(self):
        return ", ".join(str(tag) for tag in self.object.tags.all()) or "–"

    def get_meeting_point_display_value(self):
        return self.object.meeting_point or "–"

    def get_end_point_display_value(self):
        return self.object.end_point or "–"

    def get_context_data(self, **kwargs):
        return {
            **super().get_context_data(**kwargs),
            "variants": self.object.variants.all(),
            "stops": queries.stops_of(self.object),
        }


class TourDeleteView(DeleteView):
    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except ProtectedError:
            text = _("“%(tour)s” has departures or a page and cannot be deleted. Archive it instead.")
            messages.error(self.request, text % {"tour": self.object})
            return redirect("tours:index")
