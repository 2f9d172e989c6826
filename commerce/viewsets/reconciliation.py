from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.model import ModelViewSet

from commerce import operations, queries
from commerce.enums import DifferenceKind
from commerce.filters import DifferenceFilterSet
from commerce.forms import ReasonForm
from commerce.gateways import stripe
from commerce.models import Difference
from commerce.viewsets.columns import MomentColumn
from tenancy.lists import IndexView
from tenancy.money import format_money

# What each kind of difference asks staff to do.
WHAT_TO_DO = {
    DifferenceKind.AMOUNT: gettext_lazy(
        "Stripe moved another amount than is booked here. Look at the payment in Stripe's dashboard and at the order, put the order"
        " right if it is wrong, and say here what you found. The balance is then corrected by the difference."
    ),
    DifferenceKind.UNKNOWN_HERE: gettext_lazy(
        "Stripe moved money that belongs to nothing here. It may be of another shop that uses the same account; otherwise find out in"
        " Stripe's dashboard whose it is, and pay it back there if it is nobody's. Settling it books it as another movement."
    ),
    DifferenceKind.UNKNOWN_AT_STRIPE: gettext_lazy(
        "This is booked here, and Stripe does not know it. Are the keys in the payment settings those of the account with which it was"
        " paid? If they are, ask Stripe's support."
    ),
    DifferenceKind.OTHER_CURRENCY: gettext_lazy(
        "Stripe settles your account in another currency than yours. Fees and payouts in that currency are not in the ledger: take"
        " them from Stripe's own reports, or let Stripe settle in your currency."
    ),
    DifferenceKind.FAILED: gettext_lazy(
        "Something went wrong here when this was compared. Look it up in Stripe's dashboard and see whether the order says the same. It is"
        " tried again each night, and goes from this list when it works. If it stays, tell whoever runs your installation."
    ),
}


def amount(row, name):
    value = getattr(row, name)
    return "–" if value is None else format_money(value, row.currency)


class DifferenceIndexView(IndexView):
    default_ordering = "-occurred_at"
    template_name = "commerce/admin/reconciliation.html"
    page_title = gettext_lazy("Reconciliation")

    def get_page_title(self):
        return self.page_title

    def get_base_queryset(self):
        return Difference.objects.select_related("payment__order")

    def get_context_data(self, *args, **kwargs):
        return {
            **super().get_context_data(*args, **kwargs),
            "last": queries.last_reconciliation(),
            "may_compare": bool(stripe.keys_of(queries.payment_settings()).secret),
        }

    def get_edit_url(self, instance):
        return reverse("reconciliation:settle", args=[instance.pk])


@require_POST
def compare(request):
    if not request.user.has_perm("commerce.change_difference"):
        raise PermissionDenied
    try:
        operations.start_reconciliation(now=timezone.now(), actor=request.user)
    except operations.ReconciliationRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Your books are being compared with Stripe's. Look here again in a minute."))
    return redirect("reconciliation:index")


class SettleView(WagtailAdminTemplateMixin, FormView):
    """What a difference is, what to do about it, and why it is settled."""

    form_class = ReasonForm
    template_name = "commerce/admin/difference.html"
    page_title = gettext_lazy("Difference")
    header_icon = "warning"

    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_perm("commerce.change_difference"):
            raise PermissionDenied
        self.difference = get_object_or_404(Difference.objects.select_related("payment__order"), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self):
        return self.difference.reference

    def get_breadcrumbs_items(self):
        back = {"url": reverse("reconciliation:index"), "label": _("Reconciliation")}
        return [*self.breadcrumbs_items, back, {"url": "", "label": self.difference.reference}]

    @cached_property
    def dashboard_url(self):
        url = stripe.dashboard_url(stripe.keys_of(queries.payment_settings()))
        return f"{url}{self.difference.reference}" if url and self.difference.reference.startswith("pi_") else ""

    def get_context_data(self, **kwargs):
        row = self.difference
        return {
            **super().get_context_data(**kwargs),
            "difference": row,
            "what_to_do": WHAT_TO_DO[row.kind],
            "found": amount(row, "found_minor"),
            "booked": amount(row, "booked_minor"),
            "reason": _(row.reason) if row.reason else "",
            "dashboard_url": self.dashboard_url,
            "zone": self.request.organization.zone,
        }

    def form_valid(self, form):
        try:
            operations.settle_difference(
                self.difference, reason=form.cleaned_data["note"], now=timezone.now(), actor=self.request.user
            )
        except operations.ReconciliationRefused as refused:
            messages.warning(self.request, str(refused))
        else:
            messages.success(self.request, _("The difference is settled."))
        return redirect("reconciliation:index")


class DifferenceViewSet(ModelViewSet):
    """Where our books and Stripe's differ."""

    model = Difference
    url_prefix = "reconciliation"
    url_namespace = "reconciliation"
    menu_label = gettext_lazy("Reconciliation")
    icon = "warning"
    menu_hook = "register_reports_menu_item"
    menu_order = 7
    add_to_reference_index = False
    index_view_class = DifferenceIndexView
    copy_view_enabled = False
    filterset_class = DifferenceFilterSet
    form_fields = ["reason"]
    list_display = [
        TitleColumn(
            "kind",
            label=gettext_lazy("What"),
            accessor="get_kind_display",
            get_url=lambda row: reverse("reconciliation:settle", args=[row.pk]),
        ),
        Column("reference", label=gettext_lazy("At Stripe"), classname="wide-only"),
        Column(
            "order", label=gettext_lazy("Order"), accessor=lambda row: row.payment.order.number if row.payment else ""
        ),
        Column("found", label=gettext_lazy("Stripe says"), accessor=lambda row: amount(row, "found_minor")),
        Column("booked", label=gettext_lazy("Booked here"), accessor=lambda row: amount(row, "booked_minor")),
        StatusTagColumn(
            "state",
            label=gettext_lazy("State"),
            accessor=lambda row: _("Settled") if row.settled_at else _("Open"),
            primary=lambda row: row.settled_at is None,
        ),
        MomentColumn("occurred_at", label=gettext_lazy("When"), classname="wide-only", sort_key="occurred_at"),
    ]
    shown = ("index", "index_results")

    def get_urlpatterns(self):
        shown = [pattern for pattern in super().get_urlpatterns() if pattern.name in self.shown]
        return [
            *shown,
            path("compare/", compare, name="compare"),
            path("<int:pk>/", SettleView.as_view(), name="settle"),
        ]

    def get_common_view_kwargs(self, **kwargs):
        gone = ("add", "edit", "delete", "copy", "history", "usage", "inspect")
        return {**super().get_common_view_kwargs(**kwargs), **{f"{name}_url_name": None for name in gone}}

    def register_admin_url_finder(self):
        # Differences are settled, not edited.
        pass
