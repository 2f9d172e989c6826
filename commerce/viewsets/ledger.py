from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton

from commerce import queries
from commerce.enums import LedgerAccount
from commerce.filters import LedgerFilterSet
from commerce.models import LedgerTransaction
from commerce.rules import account_number
from commerce.viewsets.columns import MomentColumn
from tenancy.lists import IndexView
from tenancy.money import Money, format_money


def sides(row):
    """The entries of a movement: the one that gave (credit), and the one that gained (debit)."""
    credit, debit = sorted(row.entries.all(), key=lambda entry: entry.amount_minor)
    return credit, debit


def order_number(row):
    return row.payment.order.number if row.payment else ""


def order_url(row):
    return reverse("orders:inspect", args=[row.payment.order_id]) if row.payment else None


class OrderColumn(Column):
    cell_template_name = "commerce/admin/_order_cell.html"

    def get_cell_context_data(self, instance, parent_context):
        return {**super().get_cell_context_data(instance, parent_context), "url": order_url(instance)}


class LedgerIndexView(IndexView):
    page_title = gettext_lazy("Ledger")
    introduction = gettext_lazy(
        "Each movement of money. None can be changed: what was wrong is put right by a further one."
    )
    default_ordering = "-occurred_at"

    def get_base_queryset(self):
        return queries.ledger_movements()

    def order_queryset(self, queryset):
        return super().order_queryset(queryset).order_by(self.ordering, "-pk")

    @cached_property
    def header_buttons(self):
        report = HeaderButton(_("Payments report"), url=reverse("payments_report:index"), icon_name="table")
        return [report, *super().header_buttons]

    def to_row_dict(self, item):
        credit, debit = sides(item)
        numbers = self.numbers
        told = {
            "what": item.get_kind_display(),
            "way": item.get_method_display() if item.method else "",
            "order": order_number(item),
            "amount": Money(debit.amount_minor, item.currency).major,
            "debit": debit.get_account_display(),
            "debit_number": account_number(debit.account, numbers),
            "credit": credit.get_account_display(),
            "credit_number": account_number(credit.account, numbers),
        }
        return {name: told[name] if name in told else getattr(item, name) for name in self.list_export}

    @cached_property
    def numbers(self):
        return queries.payment_settings().account_numbers


class LedgerViewSet(ModelViewSet):
    """Each movement of money; only to be read."""

    model = LedgerTransaction
    url_prefix = "ledger"
    url_namespace = "ledger"
    menu_label = gettext_lazy("Ledger")
    icon = "list-ul"
    menu_hook = "register_reports_menu_item"
    menu_order = 6
    add_to_reference_index = False
    index_view_class = LedgerIndexView
    copy_view_enabled = False
    filterset_class = LedgerFilterSet
    form_fields = ["note"]
    list_display = [
        Column("kind", label=gettext_lazy("What"), accessor="get_kind_display"),
        OrderColumn("order", label=gettext_lazy("Order"), accessor=order_number),
        Column(
            "amount",
            label=gettext_lazy("Amount"),
            accessor=lambda row: format_money(sides(row)[1].amount_minor, row.currency),
        ),
        Column(
            "from_account",
            label=gettext_lazy("From"),
            classname="wide-only",
            accessor=lambda row: LedgerAccount(sides(row)[0].account).label,
        ),
        Column(
            "to_account",
            label=gettext_lazy("To"),
            classname="wide-only",
            accessor=lambda row: LedgerAccount(sides(row)[1].account).label,
        ),
        Column("note", label=gettext_lazy("Note"), classname="wide-only"),
        MomentColumn("occurred_at", label=gettext_lazy("When"), sort_key="occurred_at"),
    ]
    export_filename = "ledger"
    list_export = [
        "occurred_at",
        "what",
        "way",
        "order",
        "amount",
        "currency",
        "debit_number",
        "debit",
        "credit_number",
        "credit",
        "reference",
        "note",
    ]
    export_headings = {
        "occurred_at": gettext_lazy("When"),
        "what": gettext_lazy("What"),
        "way": gettext_lazy("Payment method"),
        "order": gettext_lazy("Order"),
        "amount": gettext_lazy("Amount"),
        "debit_number": gettext_lazy("Debit account"),
        "debit": gettext_lazy("Name of the debit account"),
        "credit_number": gettext_lazy("Credit account"),
        "credit": gettext_lazy("Name of the credit account"),
    }
    shown = ("index", "index_results")

    def get_urlpatterns(self):
        return [pattern for pattern in super().get_urlpatterns() if pattern.name in self.shown]

    def get_common_view_kwargs(self, **kwargs):
        gone = ("add", "edit", "delete", "copy", "history", "usage", "inspect")
        return {**super().get_common_view_kwargs(**kwargs), **{f"{name}_url_name": None for name in gone}}

    def register_admin_url_finder(self):
        # Movements are looked at, not edited.
        pass
