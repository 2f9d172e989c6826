from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column
from wagtail.admin.viewsets.model import ModelViewSet

from commerce.forms import DepositRuleForm
from commerce.models import DepositRule
from tenancy.money import format_money
from tenancy.queries import scope_currency


def deposit_in_words(rule):
    if rule.percent is None:
        return format_money(rule.amount_minor, scope_currency())
    return f"{rule.percent} %" if rule.percent else _("No deposit")


def rest_in_words(rule):
    return _("%(days)d days before") % {"days": rule.rest_days}


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
    list_display = [
        "__str__",
        Column("deposit", label=gettext_lazy("Deposit"), accessor=deposit_in_words),
        Column("rest", label=gettext_lazy("Rest due"), accessor=rest_in_words),
    ]
    without = ("usage",)

    def get_form_class(self, for_update=False):
        return DepositRuleForm

    def get_common_view_kwargs(self, **kwargs):
        return {**super().get_common_view_kwargs(**kwargs), **{f"{name}_url_name": None for name in self.without}}

    def get_urlpatterns(self):
        return [pattern for pattern in super().get_urlpatterns() if pattern.name not in self.without]
