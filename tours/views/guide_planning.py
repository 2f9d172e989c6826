"""Who leads what: the guides of one departure, a week of all of them, and how they are planned."""

from datetime import date, timedelta

from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic import EditView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.widgets.button import Button

from tenancy.queries import current_organization
from tours import operations, queries
from tours.enums import LEADING, AssignmentRole
from tours.forms import PutDownForm
from tours.models import Guide, GuideAssignment, Schedule
from tours.rules import language_name
from tours.views.schedules import departure_with_zone


class AssignGuidesView(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """Who is down for a departure, and everybody who could be, the best first, with the reasons."""

    model = Schedule
    permission_required = "change"
    template_name = "tours/assign_guides.html"
    page_title = gettext_lazy("Guides")
    header_icon = "user"

    def dispatch(self, request, *args, **kwargs):
        self.schedule = get_object_or_404(
            Schedule.objects.select_related(
                "variant", "tour__meeting_point", "tour__end_point", "tour__required_certification"
            ),
            pk=kwargs["pk"],
        )
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self):
        return f"{self.schedule.tour}, {departure_with_zone(self.schedule)}"

    def get_breadcrumbs_items(self):
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse("schedules:index"), "label": _("Schedules")},
            {"url": reverse("schedules:inspect", args=[self.schedule.pk]), "label": self.get_page_subtitle()},
            {"url": "", "label": self.page_title},
        ]

    def get_context_data(self, *, form=None, **kwargs):
        language = language_name(self.schedule.language) if self.schedule.language else ""
        suggestions = queries.suggestions_for(self.schedule, language_name=language)
        rows = queries.assignments_of(self.schedule)
        down = {row.guide_id for row in rows if row.status in LEADING}
        others = [one for one in suggestions if one.guide.pk not in down]
        against = {one.guide.pk: one.opinion.conflicts for one in suggestions}
        return {
            **super().get_context_data(**kwargs),
            "schedule": self.schedule,
            "when": departure_with_zone(self.schedule),
            "language": language,
            "assignments": [(row, against.get(row.guide_id, [])) for row in rows],
            "possible": [one for one in others if not one.opinion.is_refused],
            "impossible": [one for one in others if one.opinion.is_refused],
            "roles": AssignmentRole.choices,
            "ask_first": queries.guide_settings().ask_first,
            "is_over": self.schedule.status in ("cancelled", "completed") or self.schedule.ends_at <= timezone.now(),
            "typed": form.data if form is not None else {},
            "form": form,
        }

    def post(self, request, *args, **kwargs):
        if request.POST.get("verb") in PutDownForm.VERBS:
            return self._put_down(request)
        self._change(request)
        return redirect(request.path)

    def _put_down(self, request):
        form = PutDownForm(request.POST)
        if form.is_valid():
            values = form.cleaned_data
            ask = values["verb"] == "ask"
            act = operations.ask_guide if ask else operations.assign_guide
            try:
                act(
                    self.schedule,
                    guide=values["guide"],
                    role=AssignmentRole(values["role"]),
                    override_reason=values["reason"],
                    now=timezone.now(),
                    actor=request.user,
                )
            except operations.AssignmentRefused as refused:
                messages.error(request, str(refused))
            else:
                text = _("%(guide)s is asked.") if ask else _("%(guide)s leads this departure.")
                messages.success(request, text % {"guide": values["guide"]})
                return redirect(request.path)
        else:
            messages.error(request, _("This guide cannot be chosen any more."))
        return self.render_to_response(self.get_context_data(form=form))

    def _change(self, request):
        key = request.POST.get("assignment", "")
        found = GuideAssignment.objects.filter(schedule=self.schedule, pk=key).first() if key.isdecimal() else None
        if found is None:
            messages.warning(request, _("Somebody has changed this in the meantime."))
            return
        verb, actor = request.POST.get("verb"), request.user
        try:
            if verb == "release":
                operations.release_guide(found, now=timezone.now(), actor=actor)
            elif verb == "confirm":
                operations.confirm_assignment(found, actor=actor)
            elif verb == "decline":
                operations.decline_assignment(found, reason="", actor=actor)
        except operations.AssignmentRefused as refused:
            messages.error(request, str(refused))


class GuideWeekView(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """Who leads what in a week, and what nobody leads."""

    model = Guide
    permission_required = "change"
    template_name = "tours/guide_week.html"
    page_title = gettext_lazy("Week of the guides")
    header_icon = "calendar-alt"

    @cached_property
    def monday(self):
        today = timezone.localdate(timezone=current_organization().zone)
        try:
            day = date.fromisoformat(self.request.GET.get("day", ""))
        except ValueError:
            day = today
        if not 2000 <= day.year <= 2200:
            day = today
        return day - timedelta(days=day.weekday())

    def get_breadcrumbs_items(self):
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse("guides:index"), "label": _("Guides")},
            {"url": "", "label": self.page_title},
        ]

    def get_context_data(self, **kwargs):
        return {
            **super().get_context_data(**kwargs),
            "week": queries.week_of_guides(self.monday),
            "today": timezone.localdate(timezone=current_organization().zone),
            "before": self.monday - timedelta(days=7),
            "after": self.monday + timedelta(days=7),
        }


class GuideSettingsEditView(EditView):
    page_title = gettext_lazy("Planning of guides")
    success_message = gettext_lazy("The planning of guides is saved.")

    def get_object(self, queryset=None):
        return queries.guide_settings()

    def get_page_subtitle(self):
        return ""

    def get_breadcrumbs_items(self):
        return [
            *self.breadcrumbs_items,
            {"url": reverse("guides:index"), "label": _("Guides")},
            {"url": "", "label": self.page_title},
        ]

    def get_edit_url(self):
        return reverse("guide_settings:index")

    def get_success_url(self):
        return reverse("guide_settings:index")

    def get_success_buttons(self):
        return []


def planning_buttons(request):
    """What leads from the list of guides to the other pages about them."""
    if not request.user.has_perm("tours.change_guide"):
        return []
    return [
        Button(_("Week"), url=reverse("guides:week"), icon_name="calendar-alt", priority=10),
        Button(_("Swaps"), url=reverse("swaps:index"), icon_name="order", priority=20),
        Button(_("Certificates"), url=reverse("certifications:index"), icon_name="check", priority=30),
        Button(_("Settings"), url=reverse("guide_settings:index"), icon_name="cog", priority=40),
    ]
