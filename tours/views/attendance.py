import uuid

from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages

from places.rules import directions_url
from tours import operations, queries
from tours.enums import AttendanceMarkKind
from tours.forms import MarkForm
from tours.rules import attendance_problem, check_in_problem, folded
from tours.views.manifests import DepartureMixin, opened, shown_manifest, with_owed

VERBS = {
    AttendanceMarkKind.CHECK_IN: operations.check_in,
    AttendanceMarkKind.UNDO_CHECK_IN: operations.undo_check_in,
    AttendanceMarkKind.NO_SHOW: operations.mark_no_show,
    AttendanceMarkKind.UNDO_NO_SHOW: operations.undo_no_show,
}


def searched(entry):
    """All by which a booking is found on the guide's page."""
    customer = entry.booking.customer
    phone = str(customer.phone or "")
    return folded(" ".join([str(customer), phone, *(person.participant.name for person in entry.persons)]))


class CheckInView(DepartureMixin, TemplateView):
    """The guide's page at the meeting point: who is here. Each tap says what shall be, so a repeat changes nothing."""

    permission_required = "check_in"
    template_name = "tours/check_in.html"
    page_title = gettext_lazy("Check-in")
    header_icon = "check"

    def post(self, request, *args, **kwargs):
        problem = self._mark(MarkForm(request.POST))
        if request.htmx:
            (manifest,) = with_owed([queries.manifest_of(self.schedule)])
            return render(request, "tours/_attendance.html", {**self._list(manifest), "problem": problem})
        if problem:
            messages.error(request, problem)
        return redirect(f"{request.path}#people")

    def _mark(self, form):
        """Do what was tapped; return why it was refused, or an empty text."""
        if not form.is_valid():
            return form.non_field_errors()[0]
        tap = form.cleaned_data
        find = queries.people_on_schedule if tap["target"] == "person" else queries.party_on_schedule
        people = find(self.schedule.pk, tap["pk"])
        try:
            VERBS[tap["kind"]](people, now=timezone.now(), actor=self.request.user, key=tap["key"])
        except operations.AttendanceRefused as refused:
            return str(refused)
        return ""

    def _list(self, manifest):
        schedule, wanted = self.schedule, folded(self.request.GET.get("q", "").strip())
        closed = check_in_problem(
            schedule.status, starts_at=schedule.starts_at, ends_at=schedule.ends_at, now=timezone.now()
        )
        parties = [
            {
                "entry": entry,
                "searched": searched(entry),
                "is_open": not closed and not attendance_problem(entry.booking.status),
            }
            for entry in manifest.entries
        ]
        return {
            "schedule": schedule,
            "manifest": manifest,
            "parties": [party for party in parties if wanted in party["searched"]],
            "closed": str(operations.AttendanceRefused(closed)) if closed else "",
            "page_id": uuid.uuid4(),
            "check_in_url": reverse("schedules:check_in", args=[schedule.pk]),
        }

    def get_context_data(self, **kwargs):
        (manifest,) = opened(self.request, [self.schedule])
        place = self.schedule.tour.meeting_point
        return {
            **super().get_context_data(**kwargs),
            **shown_manifest(manifest, self.home),
            **self._list(manifest),
            "q": self.request.GET.get("q", ""),
            "place": place,
            "directions_url": directions_url(place) if place else "",
        }
