import datetime as dt
from dataclasses import replace

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View
from wagtail import hooks
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from tours import documents, operations, queries
from tours.models import Schedule
from tours.rules import language_name
from tours.views.schedules import departure_with_zone, schedules_shown, schedules_title

CONTENT_TYPES = {"pdf": "application/pdf", "csv": "text/csv; charset=utf-8"}


def with_owed(manifests):
    """Manifests with what is still to be paid, by whoever knows of money."""
    bookings = [entry.booking for manifest in manifests for entry in manifest.entries]
    owed = {key: text for tell in hooks.get_hooks("manifest_owed") for key, text in tell(bookings).items()}
    return [
        replace(
            manifest,
            entries=[replace(entry, owed=owed.get(entry.booking.pk, "")) for entry in manifest.entries],
        )
        for manifest in manifests
    ]


def opened(request, schedules, file_format=""):
    """The manifests of departures, for somebody who looks at them; it is written down who did."""
    return with_owed(operations.open_manifests(schedules, actor=request.user, file_format=file_format))


def shown_manifest(manifest, home):
    """What the templates show of a manifest."""
    schedule = manifest.schedule
    return {
        "manifest": manifest,
        "schedule": schedule,
        "when": departure_with_zone(schedule, home),
        "language": language_name(schedule.language) if schedule.language else "",
    }


def as_file(manifests, *, file_format, name, title):
    is_pdf = file_format == "pdf"
    content = documents.manifest_pdf(manifests, title=title) if is_pdf else documents.manifest_csv(manifests)
    disposition = "inline" if is_pdf else "attachment"
    return HttpResponse(
        content,
        content_type=CONTENT_TYPES[file_format],
        headers={"Content-Disposition": f'{disposition}; filename="{name}.{file_format}"'},
    )


class ManifestMixin(PermissionCheckedMixin):
    """One departure of which a person may see who comes."""

    model = Schedule
    permission_required = "view_manifest"

    def dispatch(self, request, *args, **kwargs):
        if not self.user_has_permission(self.permission_required):
            return super().dispatch(request, *args, **kwargs)
        shown = schedules_shown(request.user, self.permission_required)
        self.schedule = get_object_or_404(shown.select_related("tour__meeting_point", "variant"), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)


class DepartureMixin(ManifestMixin, WagtailAdminTemplateMixin):
    """A page about one departure, below the list of departures."""

    @property
    def home(self):
        return self.request.organization.time_zone

    def get_page_subtitle(self):
        return f"{self.schedule.tour}, {departure_with_zone(self.schedule, self.home)}"

    def get_breadcrumbs_items(self):
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse("schedules:index"), "label": schedules_title(self.request.user)},
            {"url": reverse("schedules:inspect", args=[self.schedule.pk]), "label": self.get_page_subtitle()},
            {"url": "", "label": self.page_title},
        ]


class ManifestView(DepartureMixin, TemplateView):
    """Who comes on a departure, to print or to hold in the hand."""

    template_name = "tours/manifest.html"
    page_title = gettext_lazy("Manifest")
    header_icon = "clipboard-list"

    def get_context_data(self, **kwargs):
        (manifest,) = opened(self.request, [self.schedule])
        return {
            **super().get_context_data(**kwargs),
            "shown": [shown_manifest(manifest, self.home)],
            "pdf_url": reverse("schedules:manifest_pdf", args=[self.schedule.pk]),
            "csv_url": reverse("schedules:manifest_csv", args=[self.schedule.pk]),
            "day_url": f"{reverse('schedules:day_manifest')}?date={self.schedule.date.isoformat()}",
        }


class ManifestFileView(ManifestMixin, View):
    """The manifest of a departure as a file."""

    file_format = ""

    def get(self, request, *args, **kwargs):
        manifests = opened(request, [self.schedule], self.file_format)
        start = f"{self.schedule.date.isoformat()}-{self.schedule.start_time:%H%M}"
        title = f"{self.schedule.tour}, {departure_with_zone(self.schedule, request.organization.time_zone)}"
        return as_file(manifests, file_format=self.file_format, name=f"manifest-{start}", title=title)


class DayMixin(PermissionCheckedMixin):
    """The departures of a day, today unless another is asked for."""

    model = Schedule
    permission_required = "view_manifest"

    @cached_property
    def day(self):
        try:
            return dt.date.fromisoformat(self.request.GET.get("date", ""))
        except ValueError:
            return timezone.localdate(timezone=self.request.organization.zone)

    @cached_property
    def schedules(self):
        return list(queries.departures_on(schedules_shown(self.request.user, self.permission_required), self.day))


class DayManifestView(DayMixin, WagtailAdminTemplateMixin, TemplateView):
    """Who comes on all departures of a day."""

    template_name = "tours/day_manifest.html"
    page_title = gettext_lazy("Manifests of a day")
    header_icon = "clipboard-list"

    def get_page_subtitle(self):
        return date_format(self.day)

    def get_breadcrumbs_items(self):
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse("schedules:index"), "label": schedules_title(self.request.user)},
            {"url": "", "label": self.page_title},
        ]

    def _url(self, name="day_manifest", days=0):
        # Where the calendar ends there is no day before or after.
        try:
            day = self.day + dt.timedelta(days=days)
        except OverflowError:
            day = self.day
        return f"{reverse(f'schedules:{name}')}?date={day.isoformat()}"

    def get_context_data(self, **kwargs):
        return {
            **super().get_context_data(**kwargs),
            "day": self.day,
            "shown": [
                shown_manifest(manifest, self.request.organization.time_zone)
                for manifest in opened(self.request, self.schedules)
            ],
            "before_url": self._url(days=-1),
            "after_url": self._url(days=1),
            "pdf_url": self._url("day_manifest_pdf"),
            "csv_url": self._url("day_manifest_csv"),
        }


class DayManifestFileView(DayMixin, View):
    """Who comes on all departures of a day, as a file."""

    file_format = ""

    def get(self, request, *args, **kwargs):
        manifests = opened(request, self.schedules, self.file_format)
        name = f"manifests-{self.day.isoformat()}"
        return as_file(manifests, file_format=self.file_format, name=name, title=date_format(self.day))
