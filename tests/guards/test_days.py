"""A day is a day of the organization: what a page says and what a list asks for is by its clock, not by that of the server."""

import re
from importlib import import_module

import django_filters
import pytest
from django.apps import apps
from django.db.models import DateTimeField
from wagtail.admin.filters import WagtailFilterSet

from devtools.messages import ROOT, template_paths
from tenancy.filters import DayRangeFilter, FirstDayFilter, LastDayFilter
from tests.guards.test_structure import APPS

MOMENTS = {
    field.name for model in apps.get_models() for field in model._meta.get_fields() if isinstance(field, DateTimeField)
}
ARGUMENT = r"""(?::(?:"[^"]*"|'[^']*'|_\("[^"]*"\)|[\w.]+))?"""
# A value, the filters on it, and the one that prints it; a `datetime` for machines names its zone itself.
PRINTED = re.compile(rf"""([\w.]+)((?:\|\w+{ARGUMENT})*?)\|(?:date|time)\b(?!:"c")""")


def without_zone(template: str) -> list[str]:
    """The moments that a template prints by no clock in particular."""
    return [
        found[0]
        for found in PRINTED.finditer(template)
        if found[1].rpartition(".")[2] in MOMENTS and "|timezone:" not in found[2]
    ]


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ('{{ order.placed_at|date:"DATETIME_FORMAT" }}', ["order.placed_at|date"]),
        ('{% blocktranslate with at=one.sent_at|default:""|time %}', ['one.sent_at|default:""|time']),
        ('{{ order.placed_at|timezone:zone|date:"DATETIME_FORMAT" }}', []),
        ('<time datetime="{{ order.placed_at|date:"c" }}">', []),
        ("{{ payment.due_on|date }}", []),
    ],
)
def test_guard_finds_what_it_should(template, found):
    assert without_zone(template) == found


def test_templates_print_moments_by_a_clock():
    found = {
        str(path.relative_to(ROOT)): moments for path in template_paths() if (moments := without_zone(path.read_text()))
    }
    assert found == {}


def _filter_sets() -> list[type[WagtailFilterSet]]:
    modules = [import_module(f"{app}.filters") for app in APPS if (ROOT / app / "filters.py").exists()]
    return [
        thing
        for module in modules
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, WagtailFilterSet) and thing is not WagtailFilterSet
    ]


def test_lists_are_filtered_by_days_of_the_organization():
    by_server = {
        f"{filter_set.__name__}.{name}"
        for filter_set in _filter_sets()
        for name, one in filter_set.base_filters.items()
        if isinstance(one, (django_filters.DateFilter, django_filters.DateFromToRangeFilter))
        and one.field_name in MOMENTS
        and not isinstance(one, (DayRangeFilter, FirstDayFilter, LastDayFilter))
    }
    assert by_server == set()
    assert len(_filter_sets()) > 10
