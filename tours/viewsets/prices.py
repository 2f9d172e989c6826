from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import Menu, SubmenuMenuItem

from tours import views
from tours.models import EarlyBirdDiscount, GroupDiscount, SeasonalPrice
from tours.panels import EARLY_BIRD_FORM, GROUP_FORM, SEASON_FORM
from tours.viewsets.base import TourViews

# Whatever changes prices has its place here, also that of the apps above.
PRICES_HOOK = "register_price_menu_item"


class PricesMenuItem(SubmenuMenuItem):
    def __init__(self):
        menu = Menu(register_hook_name=PRICES_HOOK, construct_hook_name="construct_price_menu")
        super().__init__(_("Prices"), menu, name="prices", icon_name="tag", order=143)


class PriceRuleViews(TourViews):
    icon = "tag"
    menu_hook = PRICES_HOOK
    inspect_view_enabled = False
    add_view_class = views.PriceRuleCreateView
    edit_view_class = views.PriceRuleEditView
    list_filter = ["tour"]
    search_fields = ["name"]


class SeasonViewSet(PriceRuleViews):
    model = SeasonalPrice
    url_prefix = "seasons"
    url_namespace = "seasons"
    menu_label = _("Seasons")
    menu_order = 10
    index_view_class = views.SeasonIndexView
    edit_handler = SEASON_FORM
    list_export = [
        "name",
        "effect",
        "basis_points",
        "amount_minor",
        "first_day",
        "last_day",
        "priority",
        "tour",
        "variant",
    ]
    export_filename = "seasons"


class EarlyBirdViewSet(PriceRuleViews):
    model = EarlyBirdDiscount
    url_prefix = "early-birds"
    url_namespace = "early_birds"
    menu_label = _("Early bird and last minute")
    menu_order = 20
    index_view_class = views.EarlyBirdIndexView
    edit_handler = EARLY_BIRD_FORM
    list_export = [
        "name",
        "time",
        "days",
        "basis_points",
        "amount_minor",
        "first_day",
        "last_day",
        "tour",
        "variant",
    ]
    export_filename = "early-birds"


class GroupDiscountViewSet(PriceRuleViews):
    model = GroupDiscount
    url_prefix = "group-discounts"
    url_namespace = "group_discounts"
    menu_label = _("Groups")
    menu_order = 30
    index_view_class = views.GroupIndexView
    edit_handler = GROUP_FORM
    list_export = ["name", "people", "basis_points", "amount_minor", "tour", "variant"]
    export_filename = "group-discounts"
