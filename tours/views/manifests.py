from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from tours import operations
from tours.forms import language_name
from tours.models import Schedule
from tours.views.schedules import departure_with_zone, schedules_shown, schedules_title


class ManifestView(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """Who comes on a departure, to print or to hold in the hand."""

    model = Schedule
    permission_required = "view_manifest"
    template_name = "tours/manifest.html"
    page_title = gettext_lazy("Manifest")
    header_icon = "clipboard-list"

    def get_page_subtitle(self):
        return f"{self.schedule.tour}, {departure_with_zone(self.schedule)}"

    def get_breadcrumbs_items(self):
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse("schedules:index"), "label": schedules_title(self.request.user)},
            {"url": reverse("schedules:inspect", args=[self.schedule.pk]), "label": self.get_page_subtitle()},
            {"url": "", "label": self.page_title},
        ]

    def get_context_data(self, **kwargs):
        shown = schedules_shown(self.request.user, "view_manifest").select_related("tour", "variant")
        self.schedule = get_object_or_404(shown, pk=self.kwargs["pk"])
        return {
            **super().get_context_data(**kwargs),
            "manifest": operations.open_manifest(self.schedule, actor=self.request.user),
            "schedule": self.schedule,
            "when": departure_with_zone(self.schedule),
            "language": language_name(self.schedule.language) if self.schedule.language else "",
        }
