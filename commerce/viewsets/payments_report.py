from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView, View
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet

from commerce import operations, queries
from commerce.enums import LedgerKind, PaymentMethod
from commerce.forms import AccountNumbersForm, ReportForm
from commerce.rules import DATEV_COLUMNS, account_number, datev_cells, datev_line
from tenancy import audit
from tenancy.money import Money

SEE = "commerce.view_ledgertransaction"


def local_today(request):
    return timezone.now().astimezone(request.organization.zone).date()


class LedgerPageMixin(WagtailAdminTemplateMixin):
    header_icon = "table"
    permission = SEE

    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_perm(self.permission):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class PaymentsReportView(LedgerPageMixin, TemplateView):
    template_name = "commerce/admin/payments_report.html"
    page_title = gettext_lazy("Payments report")

    def get_breadcrumbs_items(self):
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        form = ReportForm(self.request.GET, today=local_today(self.request))
        if not form.is_valid():
            return {**context, "form": form}
        values = form.cleaned_data
        report = queries.payments_report(zone=self.request.organization.zone, **values)
        days = {"first": values["first"].isoformat(), "last": values["last"].isoformat()}
        between = {"first": days["first"], "last": days["last"]}
        labels = dict(PaymentMethod.choices)
        shown = {
            "first": values["first"],
            "last": values["last"],
            "by": "month" if values["by_month"] else "day",
            "method": values["method"],
        }
        return {
            **context,
            "form": ReportForm(initial=shown, today=local_today(self.request)),
            "report": report,
            "values": values,
            "method_label": labels.get(values["method"], ""),
            "methods": [
                (labels.get(name, _("Without a payment")), figures) for name, figures in report.methods.items()
            ],
            "ledger_url": f"{reverse('ledger:index')}?{urlencode(between)}",
            "csv_url": f"{reverse('ledger:index')}?{urlencode({**between, 'export': 'csv'})}",
            "xlsx_url": f"{reverse('ledger:index')}?{urlencode({**between, 'export': 'xlsx'})}",
            "datev_url": f"{reverse('payments_report:datev')}?{urlencode(days)}",
            "differences": queries.open_differences().count(),
        }


class DatevView(View):
    """The movements of some days as bookings for DATEV, made while they are sent."""

    def get(self, request):
        if not request.user.has_perm(SEE):
            raise PermissionDenied
        form = ReportForm(request.GET, today=local_today(request))
        if not form.is_valid():
            messages.error(request, " ".join(form.non_field_errors()) or _("Please choose the days again."))
            return redirect("payments_report:index")
        first, last = form.cleaned_data["first"], form.cleaned_data["last"]
        if first.year != last.year:
            messages.error(request, _("DATEV's days have no year: choose days of one year."))
            return redirect(f"{reverse('payments_report:index')}?first={first.isoformat()}&last={last.isoformat()}")
        audit.record(
            "ledger.exported",
            queries.payment_settings(),
            actor=request.user,
            format="DATEV",
            first=first.isoformat(),
            last=last.isoformat(),
        )
        zone = request.organization.zone
        rows = queries.ledger_between(first=first, last=last, zone=zone)
        name = f"datev-{first.isoformat()}-{last.isoformat()}.csv"
        return StreamingHttpResponse(
            datev_lines(rows, numbers=queries.payment_settings().account_numbers, zone=zone),
            content_type="text/csv; charset=windows-1252",
            headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
        )


def datev_lines(rows, *, numbers, zone):
    yield datev_line(DATEV_COLUMNS)
    for row in rows:
        credit, debit = sorted(row.entries.all(), key=lambda entry: entry.amount_minor)
        number = row.payment.order.number if row.payment else ""
        yield datev_line(
            datev_cells(
                Money(debit.amount_minor, row.currency),
                debit=account_number(debit.account, numbers),
                credit=account_number(credit.account, numbers),
                day=row.occurred_at.astimezone(zone).date(),
                document=number or row.reference,
                reference=row.reference if number else "",
                text=f"{LedgerKind(row.kind).label} {number or row.note}",
            )
        )


class AccountNumbersView(LedgerPageMixin, FormView):
    template_name = "commerce/admin/account_numbers.html"
    page_title = gettext_lazy("Account numbers")
    permission = "commerce.change_paymentsettings"
    form_class = AccountNumbersForm
    header_icon = "cog"

    def get_breadcrumbs_items(self):
        report = {"url": reverse("payments_report:index"), "label": _("Payments report")}
        return [*self.breadcrumbs_items, report, {"url": "", "label": self.page_title}]

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "numbers": queries.payment_settings().account_numbers}

    def form_valid(self, form):
        operations.set_account_numbers(form.cleaned_data, actor=self.request.user)
        messages.success(self.request, _("The account numbers are saved."))
        return redirect("payments_report:index")


class OwedView(LedgerPageMixin, TemplateView):
    template_name = "commerce/admin/owed.html"
    page_title = gettext_lazy("Owed")
    header_icon = "time"

    def get_breadcrumbs_items(self):
        report = {"url": reverse("payments_report:index"), "label": _("Payments report")}
        return [*self.breadcrumbs_items, report, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs):
        rows = queries.owed_orders(zone=self.request.organization.zone)
        return {
            **super().get_context_data(**kwargs),
            "rows": rows,
            "today": local_today(self.request),
            "total_minor": sum(row.amount_minor for row in rows),
            "overdue_minor": sum(
                row.amount_minor for row in rows if row.due_on and row.due_on < local_today(self.request)
            ),
            "currency": queries.payment_settings().organization.currency,
        }


class ReportMenuItem(MenuItem):
    def is_shown(self, request):
        return request.user.has_perm(SEE)


class PaymentsReportViewSet(ViewSet):
    """What came in and went out, for people and for their accountants."""

    url_prefix = "payments-report"
    url_namespace = "payments_report"
    name = "payments_report"
    menu_label = gettext_lazy("Payments report")
    icon = "table"
    menu_hook = "register_reports_menu_item"
    menu_order = 5
    menu_item_class = ReportMenuItem

    @property
    def menu_url(self):
        return reverse("payments_report:index")

    def get_urlpatterns(self):
        return [
            path("", PaymentsReportView.as_view(), name="index"),
            path("owed/", OwedView.as_view(), name="owed"),
            path("datev/", DatevView.as_view(), name="datev"),
            path("numbers/", AccountNumbersView.as_view(), name="numbers"),
        ]
