from django.http import Http404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn, TitleColumn
from wagtail.admin.views.generic import InspectView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton

from commerce import queries
from commerce.enums import OrderStatus
from commerce.filters import OrderFilterSet
from commerce.gateways import stripe
from commerce.models import Order
from commerce.viewsets.bookings import ChooseDepartureView, NewBookingView
from commerce.viewsets.cancellations import CancelPlacesView
from commerce.viewsets.changes import ChangeBookingView
from commerce.viewsets.payment_verbs import (
    ApproveView,
    ChargeView,
    DeclineView,
    RecordView,
    RequestView,
    TakeView,
    WithdrawLinkView,
    WriteOffView,
)
from commerce.viewsets.verbs import (
    AskView,
    CancelView,
    ConfirmView,
    LinkView,
    RefundSettleView,
    RefundView,
    RefundWithdrawView,
    RejectView,
    SeenView,
)
from tenancy import audit
from tenancy.lists import IndexView
from tenancy.money import format_money
from tenancy.panels import page_finder, record_panels

# What staff can do with an order, each on a page of its own; `queries.staff_verbs` says which of them an order allows.
VERBS = {
    view.verb: view
    for view in (
        ConfirmView,
        RejectView,
        TakeView,
        ApproveView,
        DeclineView,
        AskView,
        RecordView,
        RequestView,
        ChargeView,
        WriteOffView,
        CancelPlacesView,
        CancelView,
        RefundView,
        SeenView,
        LinkView,
    )
}
GOOD = (OrderStatus.CONFIRMED, OrderStatus.PAID, OrderStatus.COMPLETED)


def departures(order):
    """The departures of an order by their start, each once."""
    found = {line.booking.schedule_id: line.booking.schedule for line in order.lines.all()}
    return sorted(found.values(), key=lambda schedule: schedule.starts_at)


def lines_by_booking(order):
    """The lines of each booking, by the start of its departure; after a change two bookings may be on one."""
    found = {}
    for line in order.lines.all():
        found.setdefault(line.booking_id, []).append(line)
    return sorted(found.values(), key=lambda lines: lines[0].booking.schedule.starts_at)


def departures_in_words(order):
    starts = departures(order)
    if not starts:
        return ""
    first = date_format(starts[0].local_start, _("D j M Y, H:i"))
    return first if len(starts) == 1 else _("%(first)s and %(more)d more") % {"first": first, "more": len(starts) - 1}


def payment_in_words(order):
    payments = sorted(order.payments.all(), key=lambda payment: payment.pk)
    if not payments:
        return ""
    return f"{payments[-1].get_method_display()}: {payments[-1].get_status_display()}"


class OrderIndexView(IndexView):
    default_ordering = "-placed_at"
    is_searchable = True

    def get_base_queryset(self):
        return queries.staff_orders()

    @cached_property
    def header_buttons(self):
        if not self.request.user.has_perm("commerce.change_order"):
            return super().header_buttons
        new = HeaderButton(_("New booking"), url=reverse("orders:new"), icon_name="plus")
        return [new, *super().header_buttons]

    def search_queryset(self, queryset):
        return queries.search_orders(queryset, self.search_query) if self.is_searching else queryset

    @cached_property
    def columns(self):
        title = self._get_title_column_class(TitleColumn)
        return [
            title("number", label=_("Order"), width="12%", get_url=self.get_inspect_url, sort_key="number"),
            Column("full_name", label=_("Guest"), sort_key="last_name"),
            Column("departure", label=_("Departure"), accessor=departures_in_words),
            Column(
                "total",
                label=_("Total"),
                accessor=lambda order: format_money(order.total_minor, order.currency),
                sort_key="total_minor",
            ),
            StatusTagColumn(
                "status",
                label=_("Status"),
                accessor="get_status_display",
                primary=lambda order: order.status in GOOD,
                sort_key="status",
            ),
            Column("payment", label=_("Payment"), classname="wide-only", accessor=payment_in_words),
            Column("attention", label=_("Needs attention"), accessor=lambda order: _said(order.needs_attention)),
            DateColumn("placed_at", label=_("Placed"), classname="wide-only", sort_key="placed_at"),
        ]


def _said(text):
    return _(text) if text else ""


class OrderInspectView(InspectView):
    template_name = "commerce/admin/order.html"
    page_title = gettext_lazy("Order")

    def get_object(self, queryset=None):
        order = queries.staff_order(self.pk)
        if order is None:
            raise Http404
        return order

    def get_fields(self):
        return []

    def get_context_data(self, **kwargs):
        order, user = self.object, self.request.user
        verbs = [VERBS[verb] for verb in queries.staff_verbs(order) if user.has_perm(VERBS[verb].permission)]
        return {
            **super().get_context_data(**kwargs),
            "order": order,
            "attention": _said(order.needs_attention),
            "departures": [(lines[0].booking.schedule, lines) for lines in lines_by_booking(order)],
            "changeable": {
                line.booking_id
                for line in order.lines.all()
                if user.has_perm("commerce.change_order") and queries.may_be_changed(order, line.booking)
            },
            "changes": queries.changes_of(order),
            "disputes": queries.disputes_of(order) if user.has_perm("commerce.view_dispute") else [],
            "refund_block": queries.refund_block(order),
            "cancellations": queries.cancellations_of(order),
            "paid_minor": queries.paid_minor(order),
            "refunding_minor": sum(queries.refunding_minor(payment) for payment in order.payments.all()),
            "owed_minor": queries.owed_minor(order),
            "card_words": queries.card_words(order),
            "adjustments": queries.adjustments_of(order),
            "links": queries.payment_links_of(order),
            "now": timezone.now(),
            "may_change": user.has_perm("commerce.change_order"),
            "payments": sorted(order.payments.all(), key=lambda payment: payment.pk),
            "dashboard_url": stripe.dashboard_url(stripe.keys_of(queries.payment_settings())),
            "verbs": [
                (verb.label, reverse(f"orders:{verb.verb}", args=[order.pk]), verb.icon, verb.is_serious)
                for verb in verbs
            ],
            "may_refund": user.has_perm("commerce.refund_payment"),
            "may_see_customer": user.has_perm("crm.view_customer"),
            "acceptances": order.acceptances.all(),
            "history": [
                (entry, audit.say(entry), audit.note_of(entry), audit.origin_in_words(entry))
                for entry in queries.history_of(order)
            ],
            "events": queries.events_of(order) if user.has_perm("commerce.view_providerevent") else [],
            "record_panels": record_panels(self.request, order),
            "order_url": queries.order_url(order, self.request.organization),
            "zone": self.request.organization.zone,
        }


class OrderViewSet(ModelViewSet):
    model = Order
    url_prefix = "orders"
    url_namespace = "orders"
    menu_label = gettext_lazy("Orders")
    menu_order = 120
    icon = "tag"
    add_to_admin_menu = True
    add_to_reference_index = False
    index_view_class = OrderIndexView
    inspect_view_class = OrderInspectView
    inspect_view_enabled = True
    copy_view_enabled = False
    search_backend_name = None
    filterset_class = OrderFilterSet
    form_fields = ["note"]
    export_filename = "orders"
    list_export = [
        "number",
        "placed_at",
        "status",
        "method",
        "first_name",
        "last_name",
        "email",
        "phone",
        "currency",
        "total",
        "paid_at",
        "source",
        "language",
        "note",
        "needs_attention",
    ]
    export_headings = {"total": gettext_lazy("Total")}
    # Orders begin at the checkout and change by what staff do with them, so there is no form of them.
    shown = ("index", "index_results", "inspect")

    def get_urlpatterns(self):
        verbs = [path(f"<int:pk>/{name}/", view.as_view(), name=name) for name, view in VERBS.items()]
        refunds = [
            path("<int:pk>/refunds/<int:refund_pk>/", RefundSettleView.as_view(), name="settle_refund"),
            path("<int:pk>/refunds/<int:refund_pk>/withdraw/", RefundWithdrawView.as_view(), name="withdraw_refund"),
        ]
        bookings = [
            path("new/", ChooseDepartureView.as_view(), name="new"),
            path("new/<int:schedule_pk>/", NewBookingView.as_view(), name="new_booking"),
            path("<int:pk>/bookings/<int:booking_pk>/", ChangeBookingView.as_view(), name="change_booking"),
        ]
        shown = [pattern for pattern in super().get_urlpatterns() if pattern.name in self.shown]
        links = [path("<int:pk>/links/<int:link_pk>/", WithdrawLinkView.as_view(), name="withdraw_link")]
        return [*bookings, *shown, *verbs, *refunds, *links]

    def get_common_view_kwargs(self, **kwargs):
        without = dict.fromkeys(
            ("add_url_name", "edit_url_name", "delete_url_name", "history_url_name", "usage_url_name")
        )
        return {**super().get_common_view_kwargs(**kwargs), **without}

    @property
    def url_finder_class(self):
        return page_finder(self.get_url_name("inspect"))
