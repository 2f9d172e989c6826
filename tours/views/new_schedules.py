from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from tenancy.queries import current_organization
from tours import operations, queries
from tours.enums import ConflictKind
from tours.forms import NewSchedulesForm
from tours.models import Schedule, TourVariant
from tours.views.schedules import departure, report_moved


class NewSchedulesView(PermissionCheckedMixin, WagtailAdminTemplateMixin, FormView):
    model = Schedule
    permission_required = "add"
    form_class = NewSchedulesForm
    template_name = "tours/new_schedules.html"
    page_title = gettext_lazy("New departures")
    header_icon = "calendar-alt"

    def get_breadcrumbs_items(self):
        index = {"url": reverse("schedules:index"), "label": capfirst(Schedule._meta.verbose_name_plural)}
        return [*super().get_breadcrumbs_items(), index, {"url": "", "label": self.page_title}]

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "today": timezone.localdate(timezone=current_organization().zone)}

    def get_initial(self):
        tour = self.request.GET.get("tour", "")
        variant = TourVariant.objects.filter(tour=tour, is_active=True).first() if tour.isdecimal() else None
        return {"variant": variant.pk} if variant else {}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return {
            **context,
            "action_url": reverse("schedules:add"),
            "submit_button_label": _("Create"),
            "submit_button_active_label": _("Creating…"),
            "media": context["form"].media,
        }

    def form_valid(self, form):
        values = form.cleaned_data
        try:
            made = operations.create_schedules(
                values["variant"],
                dates=values["dates"],
                start_times=values["start_times"],
                capacity=values["capacity"],
                language=values["language"],
                guest_note=values["guest_note"],
                internal_note=values["internal_note"],
                guides=values["guides"],
                actor=self.request.user,
            )
        except (operations.ScheduleRefused, operations.AssignmentRefused) as refused:
            form.add_error(None, str(refused))
            return self.form_invalid(form)
        self._report(made)
        return redirect("schedules:index")

    def _report(self, made):
        count = len(made.created)
        if made.created:
            text = ngettext("%(count)d departure was created.", "%(count)d departures were created.", count)
            messages.success(self.request, text % {"count": count})
        if made.existing:
            count = len(made.existing)
            text = ngettext("%(count)d was there already.", "%(count)d were there already.", count)
            messages.warning(self.request, text % {"count": count})
        for start in made.moved:
            report_moved(self.request, start.date, start.start_time)
        for schedule, guide in made.unled[:10]:
            against = queries.conflicts_of(queries.schedule_to_lead(schedule.pk), [guide])[guide.pk]
            reasons = [one.text for one in against if one.is_hard and one.kind != ConflictKind.OVERLAP]
            text = _("%(guide)s could not be put down for %(when)s: they lead another departure at that time.")
            text %= {"when": departure(schedule), "guide": guide}
            messages.warning(self.request, f"{departure(schedule)}, {guide}: {reasons[0]}." if reasons else text)
        if len(made.unled) > 10:
            text = _("The same goes for %(count)d more.")
            messages.warning(self.request, text % {"count": len(made.unled) - 10})
