from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from tours import operations
from tours.forms import BlockForm
from tours.models import Schedule, SeatBlock
from tours.rules import staff_verbs
from tours.views.schedules import departure_with_zone, schedules_title


class BlockedSeatsView(PermissionCheckedMixin, WagtailAdminTemplateMixin, FormView):
    """The places of a departure that staff keep back, to add to and to offer again."""

    model = Schedule
    permission_required = "change"
    form_class = BlockForm
    template_name = "tours/blocked_seats.html"
    page_title = gettext_lazy("Blocked places")
    header_icon = "lock"

    def dispatch(self, request, *args, **kwargs):
        self.schedule = get_object_or_404(Schedule.objects.select_related("tour", "variant"), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self):
        return f"{self.schedule.tour}, {departure_with_zone(self.schedule)}"

    def get_breadcrumbs_items(self):
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse("schedules:index"), "label": schedules_title(self.request.user)},
            {"url": reverse("schedules:inspect", args=[self.schedule.pk]), "label": self.get_page_subtitle()},
            {"url": "", "label": self.page_title},
        ]

    def get_success_url(self):
        return reverse("schedules:blocks", args=[self.schedule.pk])

    def get_context_data(self, **kwargs):
        return {
            **super().get_context_data(**kwargs),
            "schedule": self.schedule,
            "blocks": SeatBlock.objects.filter(schedule=self.schedule).order_by("pk"),
            "may_change": bool(staff_verbs(self.schedule.status)),
        }

    def post(self, request, *args, **kwargs):
        if "remove" not in request.POST:
            return super().post(request, *args, **kwargs)
        key = request.POST["remove"]
        block = SeatBlock.objects.filter(schedule=self.schedule, pk=key).first() if key.isdecimal() else None
        if block is None:
            messages.warning(request, _("These places are offered again already."))
            return redirect(self.get_success_url())
        try:
            operations.unblock_seats(block, now=timezone.now(), actor=request.user)
        except operations.ScheduleRefused as refused:
            messages.error(request, str(refused))
        else:
            text = ngettext("%(count)d place is offered again.", "%(count)d places are offered again.", block.seats)
            messages.success(request, text % {"count": block.seats})
        return redirect(self.get_success_url())

    def form_valid(self, form):
        values = form.cleaned_data
        try:
            operations.block_seats(
                self.schedule,
                seats=values["seats"],
                reason=values["reason"],
                now=timezone.now(),
                actor=self.request.user,
            )
        except operations.ScheduleRefused as refused:
            form.add_error("seats", str(refused))
            return self.form_invalid(form)
        text = ngettext("%(count)d place is blocked.", "%(count)d places are blocked.", values["seats"])
        messages.success(self.request, text % {"count": values["seats"]})
        return super().form_valid(form)
