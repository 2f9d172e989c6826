from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from places.rules import directions_url
from tours import operations, queries
from tours.forms import DeclineForm
from tours.rules import language_name
from tours.views.schedules import departure_with_zone


class OfGuideMixin(PermissionCheckedMixin):
    """What belongs to the guide who is signed in; for those whose role lets them lead tours."""

    permission_policy = None
    permission_required = "tours.lead_schedule"

    def user_has_permission(self, permission):
        return self.request.user.has_perm(permission)


class MyDeparturesView(OfGuideMixin, WagtailAdminTemplateMixin, TemplateView):
    """What a guide leads: requests, today, what comes next, and what was."""

    template_name = "tours/my_departures.html"
    page_title = gettext_lazy("My departures")
    header_icon = "calendar-alt"

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        guide = queries.guide_of(self.request.user)
        today = timezone.localdate(timezone=self.request.organization.zone)
        if guide is None:
            return {**context, "guide": None, "today": today}
        days = queries.assignments_of_guide(guide, today=today)
        attendance = queries.attendance_of(one.schedule for one in (*days.today, *days.past))
        return {
            **context,
            "guide": guide,
            "today": today,
            "asked": [self._card(one, attendance) for one in days.asked],
            "sections": [
                (_("Today"), [self._card(one, attendance) for one in days.today], _("You lead nothing today.")),
                (_("Next"), [self._card(one, attendance) for one in days.coming], _("Nothing is planned yet.")),
                (_("Past"), [self._card(one, attendance) for one in days.past], ""),
            ],
            "decline_form": DeclineForm(),
            "may_manage": self.request.user.has_perm("tours.view_schedule"),
        }

    def _card(self, assignment, attendance):
        schedule = assignment.schedule
        place = schedule.tour.meeting_point
        here, _absent, expected = attendance.get(schedule.pk, (0, 0, 0))
        return {
            "assignment": assignment,
            "schedule": schedule,
            "when": departure_with_zone(schedule, self.request.organization.time_zone),
            "language": language_name(schedule.language) if schedule.language else "",
            "place": place,
            "directions_url": directions_url(place) if place else "",
            "here": here,
            "expected": expected,
            "check_in_url": reverse("schedules:check_in", args=[schedule.pk]),
        }


class AnswerRequestView(OfGuideMixin, View):
    """A guide says yes or no to a departure; a repeat changes nothing."""

    http_method_names = ["post"]
    accepts = False

    def post(self, request, *args, **kwargs):
        guide = queries.guide_of(request.user)
        assignment = queries.assignment_of_guide(guide, kwargs["pk"]) if guide else None
        if assignment is None:
            raise Http404
        try:
            self._answer(assignment)
        except operations.AssignmentRefused as refused:
            messages.error(request, str(refused))
        return redirect("my_departures:index")

    def _answer(self, assignment):
        actor = self.request.user
        if self.accepts:
            operations.confirm_assignment(assignment, actor=actor)
            messages.success(self.request, _("You lead this departure. Thank you!"))
            return
        form = DeclineForm(self.request.POST)
        if not form.is_valid():
            messages.error(self.request, form.errors["reason"][0])
            return
        operations.decline_assignment(assignment, reason=form.cleaned_data["reason"], actor=actor)
        messages.success(self.request, _("You do not lead this departure. Your team sees it."))
