from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.viewsets.model import ModelViewSet

from commerce import queries
from commerce.forms import TaxRateForm
from commerce.models import TaxRate
from tenancy.lists import IndexView
from tenancy.money import format_basis_points


def percentages_in_words(rate):
    steps = sorted(rate.percentages.all(), key=lambda step: (step.first_day is not None, step.first_day))
    said = []
    for step in steps:
        words = format_basis_points(step.basis_points)
        if step.first_day:
            words = _("%(percentage)s from %(day)s") % {
                "percentage": words,
                "day": date_format(step.first_day, "SHORT_DATE_FORMAT"),
            }
        said.append(words)
    return ", ".join(said)


def tours_in_words(rate):
    names = [str(own.tour) for own in rate.tours.all()]
    return ", ".join([*names, _("all without taxes of their own")] if rate.for_all else names)


class TaxRateIndexView(IndexView):
    introduction = gettext_lazy(
        "Taxes that your prices contain, or that are added to them. Guests see them with the price."
    )
    default_ordering = "name"

    def get_base_queryset(self):
        return queries.staff_taxes()

    @cached_property
    def columns(self):
        return [
            self._get_title_column_class(TitleColumn)(
                "name", label=_("Name"), get_url=self.get_edit_url, sort_key="name"
            ),
            Column("percentages", label=_("Percentage"), accessor=percentages_in_words),
            Column(
                "is_inclusive",
                label=_("Prices"),
                accessor=lambda rate: _("contain it") if rate.is_inclusive else _("it is added to them"),
            ),
            Column("tours", label=_("Tours"), accessor=tours_in_words),
        ]


class TaxRateViewSet(ModelViewSet):
    model = TaxRate
    url_prefix = "taxes"
    url_namespace = "taxes"
    menu_label = gettext_lazy("Taxes")
    icon = "decimal"
    menu_order = 53
    add_to_settings_menu = True
    add_to_reference_index = False
    copy_view_enabled = False
    search_fields = None
    index_view_class = TaxRateIndexView
    without = ("usage",)

    def get_form_class(self, for_update=False):
        return TaxRateForm

    def get_common_view_kwargs(self, **kwargs):
        return {**super().get_common_view_kwargs(**kwargs), **{f"{name}_url_name": None for name in self.without}}

    def get_urlpatterns(self):
        return [pattern for pattern in super().get_urlpatterns() if pattern.name not in self.without]
