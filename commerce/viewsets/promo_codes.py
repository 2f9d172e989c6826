import csv

from django.core.exceptions import PermissionDenied
from django.db.models import ProtectedError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn
from wagtail.admin.views.generic import DeleteView, InspectView
from wagtail.admin.viewsets.model import ModelViewSet

from commerce import operations, queries
from commerce.filters import PromotionFilterSet
from commerce.forms import AssignForm, PromotionForm
from commerce.models import Promotion
from tenancy.lists import IndexView
from tenancy.money import format_money
from tenancy.rules import plain_cell

# More rows than anybody reads; the file has them all.
SHOWN = 100


def state_in_words(promotion, today):
    if promotion.ended_at:
        return _("Ended")
    if promotion.first_day and today < promotion.first_day:
        return _("To come")
    if promotion.last_day and today > promotion.last_day:
        return _("Over")
    return _("Running")


def days_in_words(first, last):
    first, last = (date_format(day, "SHORT_DATE_FORMAT") if day else "" for day in (first, last))
    if first and last:
        return f"{first} – {last}"
    if first:
        return _("from %(day)s") % {"day": first}
    return _("until %(day)s") % {"day": last} if last else _("Always")


def codes_in_words(promotion):
    if promotion.codes_count == 1:
        return promotion.code
    return _("%(count)d single-use codes") % {"count": promotion.codes_count}


def uses_in_words(promotion):
    limit = promotion.uses_limit if promotion.codes_count == 1 else promotion.codes_count
    return (
        str(promotion.uses) if limit is None else _("%(uses)d of %(limit)d") % {"uses": promotion.uses, "limit": limit}
    )


class PromotionIndexView(IndexView):
    introduction = gettext_lazy(
        "Codes that guests type in to pay less: one for many people, or a batch for one use each."
    )
    page_title = gettext_lazy("Promo codes")
    default_ordering = "-pk"
    is_searchable = True

    def get_base_queryset(self):
        return queries.staff_promotions()

    def search_queryset(self, queryset):
        return queries.search_promotions(queryset, self.search_query) if self.is_searching else queryset

    @cached_property
    def columns(self):
        currency = self.request.organization.currency
        today = timezone.now().astimezone(self.request.organization.zone).date()
        return [
            self._get_title_column_class(TitleColumn)(
                "name", label=_("Name"), get_url=self.get_inspect_url, sort_key="name"
            ),
            Column("codes", label=_("Code"), accessor=codes_in_words),
            Column("off", label=_("Takes off"), accessor=lambda row: queries.takes_off(row, currency)),
            Column("uses", label=_("Used"), accessor=uses_in_words, sort_key="uses"),
            Column(
                "given",
                classname="wide-only",
                label=_("Discount given"),
                accessor=lambda row: format_money(row.off_minor, currency),
                sort_key="off_minor",
            ),
            Column(
                "revenue",
                classname="wide-only",
                label=_("Sold with it"),
                accessor=lambda row: format_money(row.revenue_minor, currency),
                sort_key="revenue_minor",
            ),
            StatusTagColumn(
                "state",
                label=_("Status"),
                accessor=lambda row: state_in_words(row, today),
                primary=lambda row: state_in_words(row, today) == _("Running"),
            ),
        ]


class PromotionInspectView(InspectView):
    template_name = "commerce/admin/promotion.html"
    page_title = gettext_lazy("Promotion")
    assign_form = None

    def get_object(self, queryset=None):
        return get_object_or_404(queries.staff_promotions(), pk=self.pk)

    def get_fields(self):
        return []

    def get_context_data(self, **kwargs):
        promotion, organization = self.object, self.request.organization
        may_change = self.request.user.has_perm("commerce.change_promotion")
        codes = queries.codes_of(promotion)
        used = queries.discounts_of(promotion)
        return {
            **super().get_context_data(**kwargs),
            "promotion": promotion,
            "currency": organization.currency,
            "off": queries.takes_off(promotion, organization.currency),
            "state": state_in_words(promotion, timezone.now().astimezone(organization.zone).date()),
            "days_of_use": days_in_words(promotion.first_day, promotion.last_day),
            "days_of_departure": days_in_words(promotion.first_departure, promotion.last_departure),
            "used_in_words": uses_in_words(promotion),
            "codes": codes[:SHOWN],
            "used": used[:SHOWN],
            "customers": queries.assigned_customers(promotion)[:SHOWN],
            "targets": [str(target) for target in promotion.targets.all()],
            "may_change": may_change,
            "may_see_customer": self.request.user.has_perm("crm.view_customer"),
            "assign_form": self.assign_form or AssignForm(),
            "link": f"{self.request.scheme}://{self.request.get_host()}/?code={promotion.code or ''}",
        }


class PromotionVerb(View):
    """What is done with a promotion from its page, and leads back to it."""

    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_perm("commerce.change_promotion"):
            raise PermissionDenied
        self.promotion = get_object_or_404(Promotion, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def back(self):
        return redirect("promotions:inspect", self.promotion.pk)


class EndView(PromotionVerb):
    def post(self, request, pk):
        operations.end_promotion(self.promotion, now=timezone.now(), actor=request.user)
        messages.success(request, _("Nobody can use “%(name)s” any more.") % {"name": self.promotion})
        return self.back()


class AssignView(PromotionVerb):
    def post(self, request, pk):
        form = AssignForm(request.POST)
        if not form.is_valid():
            for errors in form.errors.values():
                messages.error(request, errors[0])
            return self.back()
        customer = form.cleaned_data["email"]
        operations.assign_promotion(self.promotion, customer, uses=form.cleaned_data["uses"], actor=request.user)
        messages.success(request, _("%(name)s can use it now.") % {"name": customer})
        return self.back()


class CodesFileView(PromotionVerb):
    """All codes of a promotion as CSV, each with the orders that used it."""

    def get(self, request, pk):
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = (
            f'attachment; filename="{slugify(self.promotion.name) or "codes"}.csv"'
        )
        orders = {}
        for discount in queries.discounts_of(self.promotion).filter(released_at=None):
            orders.setdefault(discount.promo_code_id, []).append(discount.order)
        rows = csv.writer(response)
        rows.writerow([_("Code"), _("Used"), _("Orders"), _("Guests")])
        for code in queries.codes_of(self.promotion):
            used_by = orders.get(code.pk, [])
            rows.writerow(
                [
                    plain_cell(code.code),
                    code.uses,
                    " ".join(order.number for order in used_by),
                    plain_cell(", ".join(order.full_name for order in used_by)),
                ]
            )
        return response


class PromotionDeleteView(DeleteView):
    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except ProtectedError:
            messages.error(
                self.request, _("“%(name)s” has been used and stays on record. End it instead.") % {"name": self.object}
            )
            return redirect("promotions:inspect", self.object.pk)


class PromotionViewSet(ModelViewSet):
    model = Promotion
    url_prefix = "promotions"
    url_namespace = "promotions"
    menu_label = gettext_lazy("Promo codes")
    icon = "tag"
    menu_order = 125
    add_to_admin_menu = True
    add_to_reference_index = False
    copy_view_enabled = False
    inspect_view_enabled = True
    search_backend_name = None
    index_view_class = PromotionIndexView
    inspect_view_class = PromotionInspectView
    delete_view_class = PromotionDeleteView
    filterset_class = PromotionFilterSet
    list_export = [
        "name",
        "code",
        "codes_count",
        "uses",
        "off_minor",
        "revenue_minor",
        "first_day",
        "last_day",
        "ended_at",
    ]
    export_headings = {
        "code": gettext_lazy("Code"),
        "codes_count": gettext_lazy("Number of codes"),
        "uses": gettext_lazy("Used"),
        "off_minor": gettext_lazy("Discount given (minor units)"),
        "revenue_minor": gettext_lazy("Sold with it (minor units)"),
    }
    export_filename = "promo-codes"
    without = ("usage",)

    def get_form_class(self, for_update=False):
        return PromotionForm

    def get_common_view_kwargs(self, **kwargs):
        return {**super().get_common_view_kwargs(**kwargs), **{f"{name}_url_name": None for name in self.without}}

    def get_urlpatterns(self):
        own = [
            path("<int:pk>/end/", EndView.as_view(), name="end"),
            path("<int:pk>/assign/", AssignView.as_view(), name="assign"),
            path("<int:pk>/codes.csv", CodesFileView.as_view(), name="codes"),
        ]
        return [*(pattern for pattern in super().get_urlpatterns() if pattern.name not in self.without), *own]
