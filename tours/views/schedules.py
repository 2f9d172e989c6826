from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.ui.menus import MenuItem
from wagtail.admin.ui.tables import BulkActionsCheckboxColumn, Column, StatusTagColumn, TitleColumn
from wagtail.admin.views.generic import EditView, InspectView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.widgets.button import Button
from wagtail.permissions import policy_registry

from tenancy.fields import translated
from tenancy.lists import IndexView
from tenancy.panels import record_panels
from tenancy.queries import current_organization
from tours import operations, queries
from tours.enums import AssignmentStatus, ScheduleStatus
from tours.forms import language_name
from tours.models import Schedule
from tours.rules import Minimum, staff_verbs

VERB_LABELS = {
    "open": gettext_lazy("Open for booking"),
    "close": gettext_lazy("Close for booking"),
    "cancel": gettext_lazy("Cancel departure"),
}
VERB_ICONS = {"open": "lock-open", "close": "lock", "cancel": "circle-xmark"}


def schedules_shown(user, action="view"):
    """The departures with which a person may do `action`: all of them, or those a guide leads."""
    return policy_registry.get_by_type(Schedule).instances_user_has_permission_for(user, action)


def schedules_title(user):
    return _("Schedules") if user.has_perm("tours.view_schedule") else _("My departures")


def departure(schedule):
    return date_format(schedule.local_start, _("D j M Y, H:i"))


def departure_with_zone(schedule, home=None):
    """The start in words; with its zone when that is not the organization's, `home` where it is known already."""
    home = home or current_organization().time_zone
    zone = "" if schedule.time_zone == home else f" ({schedule.time_zone})"
    return f"{departure(schedule)}{zone}"


def verb_buttons(button, schedule, *, may_change):
    if not may_change:
        return []
    return [
        button(
            VERB_LABELS[verb],
            url=reverse(f"schedules:{verb}", args=[schedule.pk]),
            icon_name=VERB_ICONS[verb],
            priority=50 + place,
        )
        for place, verb in enumerate(staff_verbs(schedule.status))
    ]


def move_buttons(schedule, *, may_change):
    if not may_change or not staff_verbs(schedule.status):
        return []
    url = reverse("schedules:move", args=[schedule.pk])
    return [Button(_("Move to another time"), url=url, icon_name="calendar-alt", priority=45)]


def guide_buttons(user, schedule, *, may_change):
    """What leads to who leads a departure, and lets its guide hand it over."""
    buttons = []
    if may_change:
        url = reverse("schedules:guides", args=[schedule.pk])
        buttons.append(Button(_("Guides"), url=url, icon_name="user", priority=30))
    is_to_come = staff_verbs(schedule.status) and schedule.starts_at > timezone.now()
    if is_to_come and user.has_perm("tours.lead_schedule") and queries.confirmed_assignment(schedule, user) is not None:
        url = reverse("swaps:offer", args=[schedule.pk])
        buttons.append(Button(_("Hand over"), url=url, icon_name="order", priority=35))
    return buttons


def guides_in_words(schedule):
    return ", ".join(sorted(assignment.guide.name for assignment in schedule.leading))


class FullnessColumn(Column):
    cell_template_name = "tours/fullness_cell.html"


class ScheduleIndexView(IndexView):
    template_name = "tours/schedule_index.html"
    default_ordering = "starts_at"
    add_item_label = gettext_lazy("New departures")

    def get_base_queryset(self):
        return queries.with_guides(schedules_shown(self.request.user)).select_related("tour", "variant")

    def get_page_title(self):
        return schedules_title(self.request.user)

    def get_breadcrumbs_items(self):
        items = super().get_breadcrumbs_items()
        return [*items[:-1], {**items[-1], "label": self.get_page_title()}]

    @cached_property
    def header_more_buttons(self):
        buttons = list(super().header_more_buttons)
        if self.request.user.has_perm("tours.view_availabilitypattern"):
            url = reverse("patterns:index")
            buttons.append(Button(_("Patterns of departures"), url=url, icon_name="calendar-check", priority=20))
        if self.request.user.has_perm("tours.change_schedule"):
            url = reverse("decisions:index")
            buttons.append(Button(_("Too few participants"), url=url, icon_name="group", priority=30))
        day_url = reverse("schedules:day_manifest")
        buttons.append(Button(_("Manifests of today"), url=day_url, icon_name="clipboard-list", priority=60))
        if self.request.user.has_perm("tours.lead_schedule"):
            own_url = reverse("my_departures:index")
            buttons.append(Button(_("My departures"), url=own_url, icon_name="user", priority=70))
        return buttons

    @cached_property
    def columns(self):
        title = self._get_title_column_class(TitleColumn)
        zone = current_organization().time_zone
        chosen = [BulkActionsCheckboxColumn("bulk_actions", obj_type="schedule")]
        return [
            *(chosen if self.user_has_permission("change") else []),
            title(
                "when",
                label=_("Departure"),
                accessor=lambda schedule: (
                    departure(schedule)
                    if schedule.time_zone == zone
                    else f"{departure(schedule)} ({schedule.time_zone})"
                ),
                get_url=self.get_inspect_url,
                sort_key="starts_at",
            ),
            Column("tour", label=_("Tour"), accessor=lambda s: translated(s.tour, "name"), sort_key="tour__name"),
            Column(
                "variant", label=_("Variant"), classname="wide-only", accessor=lambda s: translated(s.variant, "name")
            ),
            Column(
                "language",
                label=_("Language"),
                classname="wide-only",
                accessor=lambda s: language_name(s.language) if s.language else "",
            ),
            Column("guides", label=_("Guides"), classname="wide-only", accessor=guides_in_words),
            FullnessColumn("fullness", label=_("Booked"), accessor="booked_count", sort_key="booked_count"),
            StatusTagColumn(
                "status",
                label=_("Status"),
                accessor="get_status_display",
                primary=lambda schedule: schedule.status == ScheduleStatus.OPEN,
                sort_key="status",
            ),
        ]

    def get_edit_url(self, instance):
        return super().get_edit_url(instance) if staff_verbs(instance.status) else None

    def get_list_more_buttons(self, instance):
        manifest = MenuItem(
            _("Manifest"),
            url=reverse("schedules:manifest", args=[instance.pk]),
            icon_name="clipboard-list",
            priority=40,
        )
        guides = MenuItem(
            _("Guides"), url=reverse("schedules:guides", args=[instance.pk]), icon_name="user", priority=45
        )
        may_change = self.user_has_permission("change")
        return [
            *super().get_list_more_buttons(instance),
            *([guides] if may_change else []),
            *([manifest] if self._may_see_manifest(instance) else []),
            *verb_buttons(MenuItem, instance, may_change=self.user_has_permission("change")),
        ]

    def _may_see_manifest(self, schedule):
        # As the policy says, without a query for each row.
        user = self.request.user
        if user.has_perm("tours.view_manifest"):
            return True
        return any(row.guide.user_id == user.pk for row in schedule.leading if row.status == AssignmentStatus.CONFIRMED)


def report_moved(request, day, start_time):
    text = _("On %(day)s the clocks go forward, so this time does not exist; the departure is at %(time)s.")
    messages.warning(request, text % {"day": date_format(day), "time": date_format(start_time, "H:i")})


class ScheduleEditView(EditView):
    def get(self, request, *args, **kwargs):
        self.object = self.get_object()
        if not staff_verbs(self.object.status):
            return redirect("schedules:inspect", self.object.pk)
        return super().get(request, *args, **kwargs)

    def get_page_subtitle(self):
        return f"{self.object.tour}, {departure_with_zone(self.object)}"

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items()[:-1], {"url": "", "label": self.get_page_subtitle()}]

    @cached_property
    def header_more_buttons(self):
        return [*super().header_more_buttons, *verb_buttons(Button, self.object, may_change=True)]

    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except operations.ScheduleRefused as refused:
            form.add_error(None, str(refused))
            self.object = self.get_object()
            if isinstance(refused, operations.ScheduleChanged):
                self._show_change(form, refused.now)
            self.produced_error_message = self.get_error_message()
            return self.form_invalid(form)

    def _show_change(self, form, now):
        for label, value in form.words_of(now):
            form.add_error(None, _("%(field)s: now “%(value)s”") % {"field": capfirst(label), "value": value})
        form.add_error(None, _("What you typed is still here. Save again to replace their version with yours."))
        form.see(self.object)

    def save_instance(self):
        values = self.form.cleaned_data
        schedule = operations.edit_schedule(
            self.object,
            seen=values["seen"] if isinstance(values["seen"], dict) else None,
            minimum=Minimum(values["min_participants"], values["decision_hours"]),
            date=values["date"],
            start_time=values["start_time"],
            duration_minutes=values["duration_minutes"],
            cutoff_minutes=values["cutoff_minutes"],
            capacity=values["capacity"],
            language=values["language"],
            guest_note=values["guest_note"],
            internal_note=values["internal_note"],
            guides=values["guides"],
            actor=self.request.user,
        )
        if schedule.start_time != values["start_time"]:
            report_moved(self.request, schedule.date, schedule.start_time)
        return schedule


class ScheduleInspectView(InspectView):
    template_name = "tours/schedule_inspect.html"
    page_title = gettext_lazy("Departure")

    def get_object(self, queryset=None):
        return get_object_or_404(schedules_shown(self.request.user).select_related("tour", "variant"), pk=self.pk)

    def get_page_subtitle(self):
        return f"{self.object.tour}, {departure_with_zone(self.object)}"

    def get_breadcrumbs_items(self):
        first, *rest = super().get_breadcrumbs_items()[len(self.breadcrumbs_items) :]
        return [*self.breadcrumbs_items, {**first, "label": schedules_title(self.request.user)}, *rest]

    def get_edit_url(self):
        return super().get_edit_url() if staff_verbs(self.object.status) else None

    @cached_property
    def header_more_buttons(self):
        return [
            *super().header_more_buttons,
            # Apps above offer what they do with a departure, such as to book on it.
            *(button for offer in hooks.get_hooks("schedule_buttons") for button in offer(self.request, self.object)),
            *move_buttons(self.object, may_change=self.user_has_permission("change")),
            *guide_buttons(self.request.user, self.object, may_change=self.user_has_permission("change")),
            *verb_buttons(Button, self.object, may_change=self.user_has_permission("change")),
        ]

    def get_context_data(self, **kwargs):
        may_see = self.request.user.has_perm("tours.view_booking")
        may_see_manifest = self.user_has_permission_for_instance("view_manifest", self.object)
        return {
            **super().get_context_data(**kwargs),
            "schedule": self.object,
            # It may tell of guests, who are nothing to somebody who was only asked to lead.
            "internal_note": self.object.internal_note
            if may_see_manifest or self.request.user.has_perm("tours.view_schedule")
            else "",
            "manifest_url": reverse("schedules:manifest", args=[self.object.pk]) if may_see_manifest else None,
            "blocks_url": reverse("schedules:blocks", args=[self.object.pk])
            if self.user_has_permission("change")
            else None,
            "check_in_url": reverse("schedules:check_in", args=[self.object.pk])
            if self.object.status != ScheduleStatus.CANCELLED
            and self.user_has_permission_for_instance("check_in", self.object)
            else None,
            "reports": queries.reports_of(self.object) if may_see_manifest else [],
            "when": departure_with_zone(self.object),
            "language": language_name(self.object.language) if self.object.language else "",
            "links": [link for links in hooks.get_hooks("schedule_links") for link in links(self.request, self.object)],
            "record_panels": record_panels(self.request, self.object),
            "guides": queries.guides_of(self.object),
            "bookings": queries.bookings_of(self.object) if may_see else None,
            "history_url": reverse("schedules:history", args=[self.object.pk])
            if self.user_has_permission("change")
            else None,
        }


class ScheduleVerbView(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    model = Schedule
    permission_required = "change"
    template_name = "tours/schedule_verb.html"
    verb = ""
    header_icon = "calendar-alt"

    def dispatch(self, request, *args, **kwargs):
        self.schedule = get_object_or_404(Schedule.objects.select_related("tour", "variant"), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, *args, **kwargs):
        if self.verb not in staff_verbs(self.schedule.status):
            messages.warning(
                request, _("This departure is %(status)s.") % {"status": self.schedule.get_status_display()}
            )
            return redirect("schedules:inspect", self.schedule.pk)
        return super().get(request, *args, **kwargs)

    def get_page_title(self):
        return VERB_LABELS[self.verb]

    def get_page_subtitle(self):
        return f"{self.schedule.tour}, {departure_with_zone(self.schedule)}"

    def get_breadcrumbs_items(self):
        return []

    def get_context_data(self, **kwargs):
        return {
            **super().get_context_data(**kwargs),
            "schedule": self.schedule,
            "verb": self.verb,
            "label": VERB_LABELS[self.verb],
            "back_url": reverse("schedules:inspect", args=[self.schedule.pk]),
        }

    def post(self, request, *args, **kwargs):
        try:
            self._do()
        except operations.ScheduleRefused as refused:
            messages.error(request, str(refused))
        return redirect("schedules:inspect", self.schedule.pk)

    def _do(self):
        actor = self.request.user
        if self.verb == "close":
            operations.close_schedule(self.schedule, actor=actor)
            messages.success(self.request, _("The departure is closed for booking."))
        else:
            operations.open_schedule(self.schedule, actor=actor)
            messages.success(self.request, _("The departure is open for booking."))
