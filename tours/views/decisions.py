from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import HeaderButton

from tenancy.fields import translated
from tenancy.lists import IndexView
from tenancy.rules import person_name
from tours import operations, queries
from tours.enums import Decision, WhoDecides
from tours.forms import DecisionForm, PlanningForm
from tours.models import DepartureDecision
from tours.views.schedules import departure, departure_with_zone, schedules_title


def decided_by(decision):
    if decision.decided_at is None:
        return ""
    return person_name(decision.decided_by) if decision.decided_by else _("The system")


class DecisionIndexView(IndexView):
    default_ordering = "schedule__starts_at"
    page_title = gettext_lazy("Too few participants")

    def get_base_queryset(self):
        return DepartureDecision.objects.select_related("schedule__tour", "schedule__variant", "decided_by")

    @cached_property
    def columns(self):
        return [
            self._get_title_column_class(TitleColumn)(
                "schedule",
                label=_("Departure"),
                accessor=lambda decision: departure(decision.schedule),
                get_url=lambda decision: reverse("decisions:decide", args=[decision.pk]),
                sort_key="schedule__starts_at",
            ),
            Column("tour", label=_("Tour"), accessor=lambda decision: translated(decision.schedule.tour, "name")),
            Column(
                "booked",
                label=_("Booked"),
                accessor=lambda decision: (
                    _("%(booked)d of at least %(minimum)d") % {"booked": decision.booked, "minimum": decision.minimum}
                ),
            ),
            Column("proposal", label=_("Proposal"), classname="wide-only", accessor="get_proposal_display"),
            StatusTagColumn(
                "outcome",
                label=_("Decision"),
                accessor=lambda decision: decision.get_outcome_display() or _("Waits for you"),
                primary=lambda decision: decision.decided_at is None,
                sort_key="decided_at",
            ),
            Column("decided_by", label=_("By"), classname="wide-only", accessor=decided_by),
        ]

    @cached_property
    def header_buttons(self):
        if not self.request.user.has_perm("tours.change_planningsettings"):
            return []
        return [HeaderButton(_("Who decides"), url=reverse("decisions:settings"), icon_name="cog")]


class DecideView(WagtailAdminTemplateMixin, FormView):
    """What becomes of a departure with too few participants; once it is decided, what was."""

    form_class = DecisionForm
    template_name = "tours/decide.html"
    page_title = gettext_lazy("Too few participants")
    header_icon = "calendar-alt"

    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_perm("tours.change_schedule"):
            raise PermissionDenied
        found = DepartureDecision.objects.select_related(
            "schedule__tour", "schedule__variant", "decided_by", "merge_into"
        )
        self.decision = get_object_or_404(found, pk=kwargs["pk"])
        self.schedule = self.decision.schedule
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self):
        return f"{self.schedule.tour}, {departure_with_zone(self.schedule)}"

    def get_breadcrumbs_items(self):
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse("schedules:index"), "label": schedules_title(self.request.user)},
            {"url": reverse("decisions:index"), "label": self.page_title},
            {"url": "", "label": self.get_page_subtitle()},
        ]

    @cached_property
    def targets(self):
        return queries.merge_targets(self.schedule, now=timezone.now())

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "targets": self.targets}

    def get_initial(self):
        offered = self.targets or self.decision.proposal != Decision.MERGE
        return {"choice": self.decision.proposal if offered else Decision.RUN, "into": self.decision.merge_into_id}

    def get_context_data(self, **kwargs):
        return {
            **super().get_context_data(**kwargs),
            "decision": self.decision,
            "schedule": self.schedule,
            "when": departure_with_zone(self.schedule),
            "decided_by": decided_by(self.decision),
            "into": departure_with_zone(self.decision.merge_into) if self.decision.merge_into else "",
        }

    def form_valid(self, form):
        try:
            operations.decide_departure(
                self.decision,
                choice=Decision(form.cleaned_data["choice"]),
                into=form.target,
                note=form.cleaned_data["note"],
                now=timezone.now(),
                actor=self.request.user,
            )
        except operations.DecisionRefused as refused:
            form.add_error(None, str(refused))
            return self.form_invalid(form)
        texts = {
            Decision.RUN: _("The departure takes place. Guests see that it is guaranteed."),
            Decision.MERGE: _("The guests are on the other departure now, and each is told once."),
            Decision.CANCEL: _("The departure is cancelled; guests are told and refunded."),
        }
        messages.success(self.request, texts[Decision(form.cleaned_data["choice"])])
        return redirect("decisions:index")


class PlanningView(WagtailAdminTemplateMixin, FormView):
    """Who decides about departures with too few participants."""

    form_class = PlanningForm
    template_name = "tours/planning.html"
    page_title = gettext_lazy("Who decides")
    header_icon = "cog"

    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_perm("tours.change_planningsettings"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self):
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse("decisions:index"), "label": _("Too few participants")},
            {"url": "", "label": self.page_title},
        ]

    def get_initial(self):
        return {"minimum_decided_by": queries.planning_settings().minimum_decided_by}

    def form_valid(self, form):
        chosen = WhoDecides(form.cleaned_data["minimum_decided_by"])
        operations.set_planning(minimum_decided_by=chosen, actor=self.request.user)
        messages.success(self.request, _("Saved."))
        return redirect("decisions:index")
