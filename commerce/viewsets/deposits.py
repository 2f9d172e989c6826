from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.viewsets.model import ModelViewSet

from commerce.forms import DepositRuleForm
from commerce.models import DepositRule
from tenancy.lists import IndexView
from tenancy.money import format_basis_points, format_money
from tenancy.queries import scope_currency


def deposit_in_words(rule):
    if rule.percent is None:
        return format_money(rule.amount_minor, scope_currency())
    return format_basis_points(rule.percent * 100) if rule.percent else _("No deposit")


def rest_in_words(rule):
    return "" if rule.percent == 0 else _("%(days)d days before") % {"days": rule.rest_days}


class DepositRuleIndexView(IndexView):
    introduction = gettext_lazy(
        "What guests pay at once, and when the rest is due. Without a deposit they pay the whole price at once."
    )

    def get_base_queryset(self):
        return super().get_base_queryset().select_related("tour")

    @cached_property
    def columns(self):
        return [
            self._get_title_column_class(TitleColumn)("tour", label=_("Tour"), accessor=str, get_url=self.get_edit_url),
            Column("deposit", label=_("Deposit"), accessor=deposit_in_words),
            Column("rest", label=_("Rest due"), accessor=rest_in_words),
        ]


class DepositRuleViewSet(ModelViewSet):
    model = DepositRule
    url_prefix = "deposits"
    url_namespace = "deposits"
    menu_label = gettext_lazy("Deposits")
    icon = "calendar-check"
    menu_order = 52
    add_to_settings_menu = True
    add_to_reference_index = False
    copy_view_enabled = False
    search_backend_name = None
    index_view_class = DepositRuleIndexView
    without = ("usage",)

    def get_form_class(self, for_update=False):
        return DepositRuleForm

    def get_common_view_kwargs(self, **kwargs):
        return {**super().get_common_view_kwargs(**kwargs), **{f"{name}_url_name": None for name in self.without}}

    def get_urlpatterns(self):
        return [pattern for pattern in super().get_urlpatterns() if pattern.name not in self.without]
