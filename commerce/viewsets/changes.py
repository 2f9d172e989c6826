from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from commerce import operations, queries
from commerce.enums import OrderStatus, PaymentMethod
from commerce.forms import ChangeDecisionForm
from commerce.views.changes import chosen_people, day_of, hidden_inputs, is_uuid, query_of
from commerce.viewsets.departure_choice import OFFERED, departure_choices
from tenancy.fields import translated
from tours import queries as tours_queries


class ChangeBookingView(WagtailAdminTemplateMixin, TemplateView):
    """Another departure or other people: chosen first, then shown with what it costs, then done."""

    template_name = "commerce/admin/change.html"
    page_title = gettext_lazy("Change booking")
    header_icon = "edit"

    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_perm("commerce.change_order"):
            raise PermissionDenied
        self.now = timezone.now()
        self.order = queries.staff_order(kwargs["pk"])
        self.booking = queries.booking_of(self.order, pk=kwargs["booking_pk"]) if self.order else None
        if self.booking is None:
            raise Http404
        if not queries.may_be_changed(self.order, self.booking):
            messages.warning(request, _("This booking cannot be changed any more."))
            return self.back()
        data = request.POST if request.method == "POST" else request.GET
        self.today = self.now.astimezone(self.booking.schedule.zone).date()
        self.from_ = day_of(data.get("from", ""), earliest=self.today)
        self.to = self.departure(data.get("to", ""))
        self.form = chosen_people(data, queries.change_rows(self.booking, to=self.to))
        return super().dispatch(request, *args, **kwargs)

    def back(self):
        return redirect("orders:inspect", self.order.pk)

    def departure(self, public_id):
        own = self.booking.schedule
        if not public_id or public_id == str(own.public_id):
            return own
        found = tours_queries.schedules_by_public_id([public_id]).get(public_id) if is_uuid(public_id) else None
        if found is None or found.tour_id != own.tour_id:
            raise Http404
        return found

    @cached_property
    def settings(self):
        return queries.payment_settings()

    @cached_property
    def may_refund(self):
        return self.request.user.has_perm("commerce.refund_payment")

    def previewed(self):
        """What the change would be, and what is in its way."""
        try:
            preview = queries.preview_change(
                self.order,
                self.booking,
                to=self.to,
                quantities=self.form.quantities,
                organization=self.settings.organization,
                now=self.now,
            )
        except queries.NotForSale as error:
            return None, str(error)
        problem = operations.change_problem(self.order, preview, self.settings, by_guest=False)
        return (None, problem.message) if problem else (preview, "")

    def decision(self, preview, data=None):
        form = ChangeDecisionForm(data, initial={"expected": preview.difference_minor})
        is_paid = self.order.status not in (OrderStatus.PENDING, OrderStatus.CONFIRMED)
        form.ask_only(
            due=is_paid and preview.difference_minor > 0,
            refund=is_paid and preview.difference_minor < 0 and self.may_refund,
        )
        return form

    def get(self, request, *args, **kwargs):
        preview, notice = self.previewed() if self.form.is_bound and self.form.is_valid() else (None, "")
        is_again = "again" in request.GET
        return self.show(None if is_again else preview, notice="" if is_again else notice)

    def post(self, request, *args, **kwargs):
        if not self.form.is_bound or not self.form.is_valid():
            return self.show(None, status=422)
        preview, notice = self.previewed()
        if preview is None:
            return self.show(None, notice=notice, status=409)
        decision = self.decision(preview, request.POST)
        if not decision.is_valid():
            return self.show(preview, decision=decision, status=422)
        try:
            self.do(decision.cleaned_data)
        except operations.ChangeRefused as refused:
            # Prices of now are looked at anew; without room the choice is made anew.
            again = refused.preview or (preview if refused.code == "refund" else None)
            return self.show(again, notice=refused.message, status=409)
        told = _("The booking is changed; the guest is told by e-mail.")
        messages.success(request, told if self.order.email else _("The booking is changed."))
        return self.back()

    def do(self, values):
        limit = None if self.request.user.has_perm("commerce.refund_any_amount") else self.settings.refund_limit_minor
        operations.change_booking(
            self.order,
            self.booking,
            to=self.to,
            quantities=self.form.quantities,
            expected_difference_minor=values["expected"],
            gives_back=values.get("gives_back", False),
            limit_minor=limit,
            due_method=PaymentMethod(values.get("due_method") or PaymentMethod.ON_ARRIVAL),
            note=values["note"],
            now=self.now,
            actor=self.request.user,
        )

    def show(self, preview, *, decision=None, notice="", status=200):
        chosen = hidden_inputs(self.form, self.to)
        offered = tours_queries.schedules_to_choose(
            self.booking.schedule.tour, from_=self.from_, now=self.now, limit=OFFERED, for_staff=True
        )
        context = self.get_context_data(
            preview=preview,
            decision=(decision or self.decision(preview)) if preview else None,
            notice=notice,
            chosen=chosen,
            again_url=f"?{query_of(chosen)}&again=1",
            days=departure_choices([*offered, self.to, self.booking.schedule]),
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
        schedule = self.booking.schedule
        return {
            **super().get_context_data(**kwargs),
            "order": self.order,
            "booking": self.booking,
            "what": f"{translated(schedule.tour, 'name')} · {translated(schedule.variant, 'name')}",
            "when": date_format(schedule.local_start, _("D j M Y, H:i")),
            "form": self.form,
            "to": self.to,
            "from": self.from_,
            "has_other_prices": not self.form.is_bound and self.to.pk != schedule.pk,
            "owes_refund": not self.may_refund,
            "back_url": reverse("orders:inspect", args=[self.order.pk]),
        }
