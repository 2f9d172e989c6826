from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from commerce import operations, queries
from commerce.enums import CancellationTerms, RefundReason
from commerce.forms import CancelReasonForm, StaffCancelForm


class CancelPlacesView(WagtailAdminTemplateMixin, TemplateView):
    """Some people of an order, or all, do not come: chosen first, then shown with what comes back, then done."""

    verb = "cancel_places"
    permission = "commerce.change_order"
    label = gettext_lazy("Cancel places")
    icon = "minus"
    is_serious = True
    template_name = "commerce/admin/cancel_places.html"
    page_title = gettext_lazy("Cancel places")
    header_icon = "minus"

    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_perm(self.permission):
            raise PermissionDenied
        self.now = timezone.now()
        self.order = queries.staff_order(kwargs["pk"])
        if self.order is None:
            raise Http404
        self.standing = queries.standing_bookings(self.order)
        if not self.standing:
            messages.warning(request, _("This is not possible any more: the order has changed."))
            return self.back()
        data = request.POST if request.method == "POST" else request.GET
        is_sent = request.method == "POST" or "terms" in data
        self.form = StaffCancelForm(data if is_sent else None, bookings=self.standing)
        return super().dispatch(request, *args, **kwargs)

    def back(self):
        return redirect("orders:inspect", self.order.pk)

    def terms(self):
        values = self.form.cleaned_data
        return {"terms": CancellationTerms(values["terms"]), "amount_minor": values["amount_minor"] or 0}

    def previewed(self):
        """What would come back, and what is in the way."""
        if not self.form.is_bound or not self.form.is_valid():
            return None, ""
        try:
            preview = queries.preview_cancellation(
                self.order,
                self.form.cleaned_data["people"],
                **self.terms(),
                organization=self.request.organization,
                now=self.now,
            )
        except queries.NotCancellable as problem:
            return None, str(problem)
        limit = queries.refund_limit_of(self.request.user)
        problem = queries.refund_problem(self.order, preview.given_up_minor, limit_minor=limit)
        return (None, problem) if problem else (preview, "")

    def decision(self, preview, data=None):
        return CancelReasonForm(
            data,
            initial={"expected": preview.shown},
            needs_note=self.terms()["terms"] != CancellationTerms.POLICY,
        )

    def get(self, request, *args, **kwargs):
        preview, notice = self.previewed()
        return self.show(None if "again" in request.GET else preview, notice=notice)

    def post(self, request, *args, **kwargs):
        preview, notice = self.previewed()
        if preview is None:
            return self.show(None, notice=notice, status=409)
        decision = self.decision(preview, request.POST)
        if not decision.is_valid():
            return self.show(preview, decision=decision, status=422)
        values = decision.cleaned_data
        try:
            operations.cancel_places(
                self.order,
                self.form.cleaned_data["people"],
                expected=values["expected"],
                **self.terms(),
                reason=RefundReason(values["reason"]),
                note=values["note"],
                limit_minor=queries.refund_limit_of(request.user),
                now=self.now,
                actor=request.user,
            )
        except operations.CancellationRefused as refused:
            return self.show(refused.preview, notice=refused.message, status=409)
        told = _("The places are cancelled; the guest is told by e-mail.")
        messages.success(request, told if self.order.email else _("The places are cancelled."))
        return self.back()

    def show(self, preview, *, decision=None, notice="", status=200):
        sent = self.form.data
        context = self.get_context_data(
            preview=preview,
            by_policy=preview is not None and self.terms()["terms"] == CancellationTerms.POLICY,
            decision=(decision or self.decision(preview)) if preview else None,
            notice=notice,
            chosen=[
                *(("people", pk) for pk in (self.form.cleaned_data.get("people", ()) if preview else ())),
                ("terms", sent.get("terms", "")),
                ("amount_minor", sent.get("amount_minor", "")),
            ],
        )
        return self.render_to_response(context, status=status)

    def get_page_subtitle(self):
        return self.order.number

    def get_breadcrumbs_items(self):
        return [
            *self.breadcrumbs_items,
            {"url": reverse("orders:index"), "label": _("Orders")},
            {"url": reverse("orders:inspect", args=[self.order.pk]), "label": self.order.number},
            {"url": "", "label": self.page_title},
        ]

    def get_context_data(self, **kwargs):
        return {
            **super().get_context_data(**kwargs),
            "order": self.order,
            "form": self.form,
            "offered": self.form.offered(chosen=self.request.GET.get("booking", "")),
            "back_url": reverse("orders:inspect", args=[self.order.pk]),
        }
