from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.generic import CreateView, EditView

from tenancy.lists import IndexView
from tenancy.money import format_basis_points, format_money
from tenancy.queries import scope_currency
from tours.enums import SeasonEffect


def price_links(request):
    """Further ways from the pages of price rules, which the apps above offer."""
    return [link for links in hooks.get_hooks("price_links") for link in links(request)]


def _change(rule):
    mark = "+" if getattr(rule, "effect", "") == SeasonEffect.DEARER else "−"
    if rule.basis_points is not None:
        return mark + format_basis_points(rule.basis_points)
    return _("%(amount)s each") % {"amount": mark + format_money(rule.amount_minor, scope_currency())}


def _target(rule):
    if rule.variant_id:
        return str(rule.variant)
    return str(rule.tour) if rule.tour_id else _("All tours")


def _span(rule):
    first, last = (date_format(day, "SHORT_DATE_FORMAT") if day else "" for day in (rule.first_day, rule.last_day))
    if first and last:
        return f"{first} – {last}"
    if first:
        return _("from %(day)s") % {"day": first}
    return _("until %(day)s") % {"day": last} if last else _("Always")


class PriceRuleIndexView(IndexView):
    def get_base_queryset(self):
        return super().get_base_queryset().select_related("tour", "variant__tour")

    @cached_property
    def header_more_buttons(self):
        return [*super().header_more_buttons, *price_links(self.request)]

    @cached_property
    def columns(self):
        return [
            self._get_title_column_class(TitleColumn)(
                "name", label=_("Name"), get_url=self.get_edit_url, sort_key="name"
            ),
            Column("change", label=_("Price"), accessor=_change),
            *self.own_columns(),
            Column("target", label=_("For"), accessor=_target),
        ]


class SeasonIndexView(PriceRuleIndexView):
    introduction = gettext_lazy("Days on which places cost more or less, such as summer or Christmas.")
    default_ordering = "first_day"

    def own_columns(self):
        return [
            Column("first_day", label=_("Departures"), accessor=_span, sort_key="first_day"),
            Column("priority", label=_("Priority"), classname="wide-only", sort_key="priority"),
        ]


class EarlyBirdIndexView(PriceRuleIndexView):
    introduction = gettext_lazy("Discounts for guests who book long before the departure, or at the last minute.")
    default_ordering = "-days"

    def own_columns(self):
        return [
            Column("time", label=_("When to book"), accessor=self._when, sort_key="days"),
            Column("first_day", label=_("Can be booked"), classname="wide-only", accessor=_span),
        ]

    @staticmethod
    def _when(rule):
        if rule.time == "early":
            return _("At least %(days)d days before") % {"days": rule.days}
        return _("At most %(days)d days before") % {"days": rule.days}


class GroupIndexView(PriceRuleIndexView):
    introduction = gettext_lazy("Discounts for guests who take many places on one departure together.")
    default_ordering = "people"

    def own_columns(self):
        return [Column("people", label=_("From so many people"), sort_key="people")]


class LinkedPriceRule:
    @cached_property
    def header_more_buttons(self):
        return [*super().header_more_buttons, *price_links(self.request)]


class PriceRuleCreateView(LinkedPriceRule, CreateView):
    pass


class PriceRuleEditView(LinkedPriceRule, EditView):
    pass
