from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin import messages

from tours import operations, queries
from tours.forms import TourReportForm
from tours.models import TourReport
from tours.views.manifests import DepartureMixin


class TourReportView(DepartureMixin, FormView):
    """What somebody who led a departure says of it afterwards."""

    permission_required = "check_in"
    form_class = TourReportForm
    template_name = "tours/tour_report.html"
    page_title = gettext_lazy("Note after the tour")
    header_icon = "edit"

    def dispatch(self, request, *args, **kwargs):
        self.now = timezone.now()
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self):
        found = [report for report in queries.reports_of(self.schedule) if report.author_id == self.request.user.pk]
        return {
            **super().get_form_kwargs(),
            "instance": found[0] if found else TourReport(schedule=self.schedule, author=self.request.user),
        }

    def get_context_data(self, **kwargs):
        here, _absent, expected = queries.attendance_of([self.schedule]).get(self.schedule.pk, (0, 0, 0))
        return {
            **super().get_context_data(**kwargs),
            "schedule": self.schedule,
            "here": here,
            "expected": expected,
            "has_begun": self.schedule.starts_at <= self.now,
        }

    def form_valid(self, form):
        if self.schedule.starts_at > self.now:
            form.add_error(None, _("The tour has not begun yet."))
            return self.form_invalid(form)
        values = form.cleaned_data
        operations.write_tour_report(
            self.schedule,
            text=values["text"],
            had_incident=values["had_incident"],
            actual_count=values["actual_count"],
            actor=self.request.user,
        )
        messages.success(self.request, _("Thank you, your note is saved."))
        return redirect("schedules:inspect", self.schedule.pk)
