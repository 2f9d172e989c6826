from typing import ClassVar

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import FormView, TemplateView, View
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn
from wagtail.admin.views.generic import CreateView, DeleteView, EditView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.widgets.button import Button, HeaderButton

from tenancy.fields import translated
from tenancy.lists import IndexView
from tenancy.queries import current_organization
from tours import documents, operations, queries
from tours.forms import CalendarUploadForm, PlanForm, language_name
from tours.models import AvailabilityPattern, TourVariant
from tours.rules import horizon_of, pattern_in_words

# So many departures are listed; of the rest the number is told.
LISTED = 40


def variant_name(variant):
    return f"{translated(variant.tour, 'name')}: {translated(variant, 'name')}"


def listed(values):
    return ", ".join(str(value) for value in values)


def weekdays_in_words(values):
    return ", ".join(str(WEEKDAYS_ABBR[day]) for day in sorted(values))


class PatternIndexView(IndexView):
    custom_field_preprocess: ClassVar = {
        "weekdays": dict.fromkeys(("csv", "xlsx"), weekdays_in_words),
        **{name: dict.fromkeys(("csv", "xlsx"), listed) for name in ("start_times", "dates", "excluded_dates")},
    }
    default_ordering = ("variant__tour__name", "variant__sort_order", "variant", "valid_from", "pk")
    add_item_label = gettext_lazy("New pattern")
    page_title = gettext_lazy("Patterns of departures")

    def get_base_queryset(self):
        return AvailabilityPattern.objects.select_related("variant__tour")

    @cached_property
    def header_more_buttons(self):
        buttons = list(super().header_more_buttons)
        if self.user_has_permission("add"):
            url = reverse("patterns:import_calendar")
            buttons.append(Button(_("Import calendar file"), url=url, icon_name="upload", priority=30))
        return buttons

    @cached_property
    def header_buttons(self):
        departures = HeaderButton(_("Departures"), url=reverse("schedules:index"), icon_name="calendar-alt")
        return [*super().header_buttons, departures]

    @cached_property
    def columns(self):
        return [
            self._get_title_column_class(TitleColumn)(
                "variant",
                label=_("Tour and variant"),
                accessor=lambda pattern: variant_name(pattern.variant),
                get_url=self.get_edit_url,
                sort_key="variant__tour__name",
            ),
            Column("when", label=_("When"), accessor=pattern_in_words),
            Column(
                "language",
                label=_("Language"),
                classname="wide-only",
                accessor=lambda pattern: language_name(pattern.language) if pattern.language else "",
            ),
            Column(
                "valid_from",
                label=_("From"),
                classname="wide-only",
                accessor=lambda pattern: date_format(pattern.valid_from, "SHORT_DATE_FORMAT"),
                sort_key="valid_from",
            ),
            Column(
                "valid_until",
                label=_("Until"),
                classname="wide-only",
                accessor=lambda pattern: (
                    date_format(pattern.valid_until, "SHORT_DATE_FORMAT") if pattern.valid_until else ""
                ),
                sort_key="valid_until",
            ),
            StatusTagColumn(
                "is_active",
                label=_("Status"),
                accessor=lambda pattern: _("Active") if pattern.is_active else _("Off"),
                primary=lambda pattern: pattern.is_active,
                sort_key="is_active",
            ),
        ]


def plan_context(pattern, plan):
    today = timezone.localdate(timezone=current_organization().zone)
    return {
        "pattern": pattern,
        "variant_name": variant_name(pattern.variant),
        "when": pattern_in_words(pattern),
        "language": language_name(pattern.language) if pattern.language else "",
        "plan": plan,
        "plan_form": PlanForm(plan=plan),
        "horizon": horizon_of(pattern, today=today),
        "added": plan.added[:LISTED],
        "more_added": max(0, len(plan.added) - LISTED),
    }


def report_of(request, plan):
    """Tell what a run did."""
    count = len(plan.added)
    if count:
        text = ngettext("%(count)d departure was created.", "%(count)d departures were created.", count)
        messages.success(request, text % {"count": count})
    if plan.moved:
        text = ngettext(
            "The clocks go forward: %(count)d departure was moved to a time that exists.",
            "The clocks go forward: %(count)d departures were moved to a time that exists.",
            len(plan.moved),
        )
        messages.warning(request, text % {"count": len(plan.moved)})


class _PlannedMixin:
    """Shows the plan of a pattern that is about to be saved, and saves and follows it once somebody has said so."""

    def form_valid(self, form):
        self.form = form
        if "back" in self.request.POST:
            return self.render_to_response(self.get_context_data(form=form))
        pattern = form.instance
        plan = queries.plan_of(pattern, now=timezone.now())
        if "digest" not in self.request.POST and not plan.changes_nothing:
            return self.show_plan(plan)
        self.digest = self.request.POST.get("digest", plan.digest)
        was_new = pattern.pk is None
        try:
            return super().form_valid(form)
        except operations.PlanOutdated as outdated:
            if was_new:
                pattern.pk, pattern._state.adding = None, True
                self.object = None
            messages.warning(self.request, outdated.message)
            return self.show_plan(outdated.plan)

    def save_instance(self):
        pattern = super().save_instance()
        self.plan = operations.apply_pattern(
            pattern,
            digest=self.digest,
            orphans=PlanForm.fate(self.request.POST),
            now=timezone.now(),
            actor=self.request.user,
        )
        return pattern

    def save_action(self):
        report_of(self.request, self.plan)
        return super().save_action()

    def show_plan(self, plan):
        self.template_name = "tours/pattern_plan.html"
        kept = {name: values for name, values in self.request.POST.lists() if name not in self.not_repeated}
        context = self.get_context_data(form=self.form)
        return self.render_to_response(
            {**context, **plan_context(self.form.instance, plan), "repeated": kept, "is_form": True}
        )

    not_repeated = frozenset({"csrfmiddlewaretoken", "digest", "orphans", "back"})


class PatternCreateView(_PlannedMixin, CreateView):
    page_title = gettext_lazy("New pattern")
    submit_button_label = gettext_lazy("Show the plan")
    submit_button_active_label = gettext_lazy("Planning…")
    success_message = gettext_lazy("The pattern is saved.")

    def get_initial(self):
        tour = self.request.GET.get("tour", "")
        variant = TourVariant.objects.filter(tour=tour, is_active=True).first() if tour.isdecimal() else None
        return {**super().get_initial(), **({"variant": variant.pk} if variant else {})}


class PatternEditView(_PlannedMixin, EditView):
    submit_button_label = gettext_lazy("Show the plan")
    submit_button_active_label = gettext_lazy("Planning…")
    success_message = gettext_lazy("The pattern is saved.")

    def get_queryset(self):
        return AvailabilityPattern.objects.select_related("variant__tour")

    def get_page_subtitle(self):
        return f"{variant_name(self.object.variant)}, {pattern_in_words(self.object)}"

    @cached_property
    def header_more_buttons(self):
        export = reverse("patterns:calendar", args=[self.object.pk])
        return [
            *super().header_more_buttons,
            Button(
                _("Create departures now"),
                url=reverse("patterns:plan", args=[self.object.pk]),
                icon_name="calendar-check",
                priority=5,
            ),
            Button(_("Pattern as calendar file"), url=export, icon_name="download", priority=40),
            Button(
                _("Departures as calendar file"),
                url=reverse("patterns:departures", args=[self.object.variant_id]),
                icon_name="download",
                priority=41,
            ),
        ]


class PatternDeleteView(DeleteView):
    success_message = gettext_lazy("The pattern is deleted. Its departures stay.")

    def get_page_subtitle(self):
        return f"{variant_name(self.object.variant)}, {pattern_in_words(self.object)}"

    @property
    def confirmation_message(self):
        return _(
            "Delete this pattern? Departures that it has made stay as they are, and no new ones are made. To take departures back,"
            " give the pattern a last day instead: the plan then shows which of them can go."
        )


class _PatternPageMixin(PermissionCheckedMixin, WagtailAdminTemplateMixin):
    model = AvailabilityPattern
    header_icon = "calendar-alt"

    def get_breadcrumbs_items(self):
        index = {"url": reverse("patterns:index"), "label": capfirst(AvailabilityPattern._meta.verbose_name_plural)}
        return [*super().get_breadcrumbs_items(), index, *self.crumbs(), {"url": "", "label": self.get_page_title()}]

    def crumbs(self):
        return []


class PatternPlanView(_PatternPageMixin, TemplateView):
    permission_required = "change"
    template_name = "tours/pattern_plan.html"
    page_title = gettext_lazy("Plan")

    def dispatch(self, request, *args, **kwargs):
        found = AvailabilityPattern.objects.select_related("variant__tour")
        self.pattern = get_object_or_404(found, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self):
        return variant_name(self.pattern.variant)

    def crumbs(self):
        url = reverse("patterns:edit", args=[self.pattern.pk])
        return [{"url": url, "label": f"{self.get_page_subtitle()}, {pattern_in_words(self.pattern)}"}]

    def get_context_data(self, plan=None, **kwargs):
        plan = plan or queries.plan_of(self.pattern, now=timezone.now())
        return {
            **super().get_context_data(**kwargs),
            **plan_context(self.pattern, plan),
            "action_url": self.request.path,
            "back_url": reverse("patterns:edit", args=[self.pattern.pk]),
        }

    def post(self, request, *args, **kwargs):
        try:
            plan = operations.apply_pattern(
                self.pattern,
                digest=request.POST.get("digest", ""),
                orphans=PlanForm.fate(request.POST),
                now=timezone.now(),
                actor=request.user,
            )
        except operations.PlanOutdated as outdated:
            messages.warning(request, outdated.message)
            return self.render_to_response(self.get_context_data(plan=outdated.plan))
        report_of(request, plan)
        messages.success(request, _("The departures are as the pattern says."))
        return redirect("patterns:edit", self.pattern.pk)


class CalendarImportView(_PatternPageMixin, FormView):
    permission_required = "add"
    form_class = CalendarUploadForm
    template_name = "tours/import_calendar.html"
    page_title = gettext_lazy("Import calendar file")
    header_icon = "upload"

    def get_initial(self):
        tour = self.request.GET.get("tour", "")
        variant = TourVariant.objects.filter(tour=tour, is_active=True).first() if tour.isdecimal() else None
        return {"variant": variant.pk} if variant else {}

    def get_context_data(self, **kwargs):
        return {
            **super().get_context_data(**kwargs),
            "action_url": self.request.path,
            "form_is_multipart": True,
            "submit_button_label": _("Import"),
            "submit_button_active_label": _("Importing…"),
        }

    def form_valid(self, form):
        values = form.cleaned_data
        kept = operations.import_patterns(
            values["variant"], patterns=form.read.patterns, language=values["language"], actor=self.request.user
        )
        text = ngettext(
            "%(count)d pattern was imported. It is switched off: open it, look at the plan, and switch it on.",
            "%(count)d patterns were imported. They are switched off: open each, look at the plan, and switch it on.",
            len(kept),
        )
        messages.success(self.request, text % {"count": len(kept)})
        for event in form.read.skipped[:10]:
            messages.warning(
                self.request, _("Left out: %(title)s. %(reason)s") % {"title": event.title, "reason": event.reason}
            )
        if len(form.read.skipped) > 10:
            more = len(form.read.skipped) - 10
            text = ngettext("%(count)d more event was left out.", "%(count)d more events were left out.", more)
            messages.warning(self.request, text % {"count": more})
        return redirect("patterns:index")


class _CalendarFileView(PermissionCheckedMixin, View):
    permission_required = "view"

    def answer(self, content, name):
        response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{slugify(name) or "departures"}.ics"'
        return response


class PatternCalendarView(_CalendarFileView):
    model = AvailabilityPattern

    def get(self, request, *args, **kwargs):
        found = AvailabilityPattern.objects.select_related("variant__tour__meeting_point")
        pattern = get_object_or_404(found, pk=kwargs["pk"])
        return self.answer(documents.pattern_calendar(pattern, now=timezone.now()), variant_name(pattern.variant))


class VariantDeparturesView(_CalendarFileView):
    model = AvailabilityPattern

    def get(self, request, *args, **kwargs):
        variant = get_object_or_404(TourVariant.objects.select_related("tour"), pk=kwargs["pk"])
        schedules = queries.coming_schedules(variant, now=timezone.now())
        return self.answer(documents.departures_calendar(schedules), variant_name(variant))
