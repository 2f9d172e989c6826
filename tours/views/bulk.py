from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy
from wagtail.admin.views.bulk_action import BulkAction
from wagtail.permissions import policy_registry

from tours import operations
from tours.forms import CancelSchedulesForm, ChangeSchedulesForm
from tours.models import Schedule
from tours.views.schedules import departure_with_zone


class ScheduleBulkAction(BulkAction):
    """Something that is done to the departures chosen in the list, with a report that says what became of each."""

    models = [Schedule]
    template_name = "tours/bulk_action.html"
    report_template_name = "tours/bulk_report.html"
    explanation = ""
    is_serious = False

    @classmethod
    def as_view(cls):
        # At an address of its own: Wagtail's for bulk actions is closed to those who keep no pages.
        def view(request):
            return cls(request, Schedule).dispatch(request)

        return view

    @cached_property
    def permission_policy(self):
        return policy_registry.get_by_type(Schedule)

    def dispatch(self, request, *args, **kwargs):
        if not self.permission_policy.user_has_permission(request.user, "change"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def check_perm(self, obj):
        return self.permission_policy.user_has_permission_for_instance(self.request.user, "change", obj)

    @classmethod
    def get_queryset(cls, model, object_ids):
        keys = [int(key) for key in map(str, object_ids) if key.isdecimal() and len(key) < 19]
        found = Schedule.objects.filter(pk__in=keys).select_related("tour", "variant").order_by("starts_at", "pk")
        if not found:
            raise Http404
        return found

    def get_all_objects_in_listing_query(self, parent_id):
        # Only what somebody has looked at is chosen.
        return []

    def object_context(self, schedule):
        return {"item": schedule, "when": departure_with_zone(schedule)}

    def get_context_data(self, **kwargs):
        return {
            **super().get_context_data(**kwargs),
            "title": self.display_name,
            "explanation": self.explanation,
            "is_serious": self.is_serious,
        }

    def execute(self, schedules, form):
        """Do it; return the `BulkReport`."""
        raise NotImplementedError

    def form_valid(self, form):
        # Not Wagtail's, which does everything in one transaction: each departure is done or left alone by itself.
        schedules, _without_access = self.get_actionable_objects()
        report = self.execute(schedules, form)
        context = {
            "title": self.display_name,
            "next": self.next_url,
            "done": [(schedule, departure_with_zone(schedule)) for schedule in report.done],
            "left_alone": [(schedule, departure_with_zone(schedule), reason) for schedule, reason in report.left_alone],
        }
        self.template_name = self.report_template_name
        return self.render_to_response(context)


class ChangeSchedules(ScheduleBulkAction):
    display_name = gettext_lazy("Change")
    aria_label = gettext_lazy("Change the selected departures")
    action_type = "change"
    form_class = ChangeSchedulesForm
    explanation = gettext_lazy("What you leave empty stays as it is.")

    def execute(self, schedules, form):
        return operations.change_schedules(schedules, values=form.cleaned_data["values"], actor=self.request.user)


class OpenSchedules(ScheduleBulkAction):
    display_name = gettext_lazy("Open for booking")
    aria_label = gettext_lazy("Open the selected departures for booking")
    action_type = "open"
    explanation = gettext_lazy(
        "Guests can book them again, as long as there is room and the time for booking has not passed."
    )

    def execute(self, schedules, form):
        return operations.open_schedules(schedules, actor=self.request.user)


class CloseSchedules(ScheduleBulkAction):
    display_name = gettext_lazy("Close for booking")
    aria_label = gettext_lazy("Close the selected departures for booking")
    action_type = "close"
    explanation = gettext_lazy("Nobody can book them any more; bookings that exist stay as they are.")

    def execute(self, schedules, form):
        return operations.close_schedules(schedules, actor=self.request.user)


class CancelSchedules(ScheduleBulkAction):
    display_name = gettext_lazy("Cancel departures")
    aria_label = gettext_lazy("Cancel the selected departures")
    action_type = "cancel"
    classes = {"serious"}
    is_serious = True
    form_class = CancelSchedulesForm
    explanation = gettext_lazy(
        "All their bookings are cancelled, what was paid is refunded, and the guests are told. This cannot be undone."
    )

    def execute(self, schedules, form):
        return operations.cancel_schedules(
            schedules, reason=form.cleaned_data["reason"], now=timezone.now(), actor=self.request.user
        )


BULK_ACTIONS = (ChangeSchedules, OpenSchedules, CloseSchedules, CancelSchedules)
