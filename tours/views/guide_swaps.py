"""Departures that guides hand over."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView, View
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from tours import operations, queries
from tours.enums import SwapStatus
from tours.forms import SwapForm
from tours.views.schedules import departure_with_zone, schedules_shown, schedules_title

# What is done to a swap: by the team, by who takes it, by who offers it.
SWAP_VERBS = ("consent", "refuse", "take", "withdraw")


def may_decide(user):
    return user.has_perm("tours.change_schedule")


def swaps_shown(user):
    return queries.swaps_under_way() if may_decide(user) else queries.swaps_of(user)


class OfGuides:
    """For those who plan departures, and for guides."""

    def dispatch(self, request, *args, **kwargs):
        if not (may_decide(request.user) or request.user.has_perm("tours.lead_schedule")):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class SwapsView(OfGuides, WagtailAdminTemplateMixin, TemplateView):
    """What is offered, what waits for the team; a guide sees what concerns them."""

    template_name = "tours/swaps.html"
    page_title = gettext_lazy("Swaps")
    header_icon = "order"

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs):
        user = self.request.user
        own = queries.guide_of(user)
        rows = []
        for swap in swaps_shown(user):
            is_mine = own is not None and swap.assignment.guide_id == own.pk
            verbs = []
            if may_decide(user) and swap.status == SwapStatus.TAKEN:
                verbs.append(("consent", _("Agree"), ""))
            if may_decide(user):
                verbs.append(("refuse", _("Refuse"), "button-secondary"))
            elif is_mine:
                verbs.append(("withdraw", _("Withdraw"), "button-secondary"))
            elif own is not None and swap.status == SwapStatus.OFFERED:
                verbs.append(("take", _("Take it over"), ""))
            rows.append({"swap": swap, "when": departure_with_zone(swap.assignment.schedule), "verbs": verbs})
        return {**super().get_context_data(**kwargs), "rows": rows}


class SwapVerbView(OfGuides, View):
    """One step of a swap."""

    verb = ""
    http_method_names = ["post"]

    def post(self, request, *args, **kwargs):
        swap = get_object_or_404(swaps_shown(request.user), pk=kwargs["pk"])
        own = queries.guide_of(request.user)
        now, actor = timezone.now(), request.user
        try:
            if self.verb in ("consent", "refuse"):
                if not may_decide(actor):
                    raise PermissionDenied
                act = operations.consent_to_swap if self.verb == "consent" else operations.refuse_swap
                done = act(swap, now=now, actor=actor)
            elif self.verb == "take" and own is not None:
                done = operations.take_swap(swap, guide=own, now=now, actor=actor)
            elif self.verb == "withdraw" and own is not None and own.pk == swap.assignment.guide_id:
                done = operations.withdraw_swap(swap, now=now, actor=actor)
            else:
                raise PermissionDenied
        except operations.AssignmentRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, str(done.get_status_display()))
        return redirect("swaps:index")


class OfferSwapView(OfGuides, WagtailAdminTemplateMixin, FormView):
    """A guide hands a departure over."""

    form_class = SwapForm
    template_name = "tours/offer_swap.html"
    page_title = gettext_lazy("Hand over")
    header_icon = "order"

    def dispatch(self, request, *args, **kwargs):
        shown = schedules_shown(request.user).select_related("tour", "variant")
        self.schedule = get_object_or_404(shown, pk=kwargs["schedule_pk"])
        self.assignment = queries.confirmed_assignment(self.schedule, request.user)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, *args, **kwargs):
        if self.assignment is None:
            messages.warning(request, _("Only somebody who leads this departure can hand it over."))
            return redirect("schedules:inspect", self.schedule.pk)
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        if self.assignment is None:
            return self.get(request, *args, **kwargs)
        return super().post(request, *args, **kwargs)

    def get_page_subtitle(self):
        return f"{self.schedule.tour}, {departure_with_zone(self.schedule)}"

    def get_breadcrumbs_items(self):
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse("schedules:index"), "label": schedules_title(self.request.user)},
            {"url": reverse("schedules:inspect", args=[self.schedule.pk]), "label": self.get_page_subtitle()},
            {"url": "", "label": self.page_title},
        ]

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "guides": queries.who_could_take(self.schedule)}

    def form_valid(self, form):
        try:
            operations.offer_swap(
                self.assignment,
                wanted=form.cleaned_data["wanted"],
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
                actor=self.request.user,
            )
        except operations.AssignmentRefused as refused:
            form.add_error(None, str(refused))
            return self.form_invalid(form)
        messages.success(self.request, _("Your departure is offered. You lead it until somebody takes it over."))
        return redirect("swaps:index")
