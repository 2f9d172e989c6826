"""Filters of the reports, and those by days that all lists use."""

from datetime import date, datetime, time
from typing import Any

import django_filters
from django.apps import apps
from django.db.models import QuerySet
from django.forms import RadioSelect
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django_filters.fields import DateRangeField
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.widgets import AdminDateInput

from tenancy import audit
from tenancy.models import AuditEntry, Organization, TenantModel, User
from tenancy.origin import ADMIN, COMMAND, JOB, SITE
from tenancy.queries import scope_zone

ORIGINS = ((ADMIN, _("Admin")), (SITE, _("Guest site")), (JOB, _("Automatic job")), (COMMAND, _("Command")))


class _DayRangeField(DateRangeField):  # type: ignore[misc]  # django-filter has no types
    def compress(self, data_list: list[date | None]) -> slice | None:
        with timezone.override(scope_zone()):
            found: slice | None = super().compress(data_list)
        return found


class DayRangeFilter(django_filters.DateFromToRangeFilter):  # type: ignore[misc]  # django-filter has no types
    """Instants from the first to the last of some days of the organization, whatever time zone the person has in the admin."""

    field_class = _DayRangeField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"widget": DateRangePickerWidget, **kwargs})


class _DayFilter(django_filters.DateFilter):  # type: ignore[misc]  # django-filter has no types
    # By instants rather than by `__date`, which no index knows.
    lookup = ""
    clock = time.min

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"lookup_expr": self.lookup, "widget": AdminDateInput, **kwargs})

    def filter(self, queryset: QuerySet[Any], value: date | None) -> QuerySet[Any]:
        instant = datetime.combine(value, self.clock, scope_zone()) if value else None
        found: QuerySet[Any] = super().filter(queryset, instant)
        return found


class FirstDayFilter(_DayFilter):
    """Instants of a day of the organization or later."""

    lookup = "gte"


class LastDayFilter(_DayFilter):
    """Instants of a day of the organization or earlier."""

    lookup = "lte"
    clock = time.max


def areas(request: Any = None) -> list[tuple[str, str]]:
    """Return the parts of the product to choose from."""
    return [(area.name, str(area.label)) for area in audit.areas()]


def actions(request: Any = None) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what can be done, by part of the product."""
    return [
        (
            str(area.label),
            sorted(((name, audit.action_label(name)) for name in area.sentences), key=lambda pair: pair[1]),
        )
        for area in audit.areas()
    ]


def kinds(request: Any = None) -> list[tuple[str, str]]:
    """Return the kinds of records to choose from: the product's own, and pages."""
    own = [
        model._meta.label_lower for model in apps.get_models() if issubclass(model, (TenantModel, Organization, User))
    ]
    labelled = ((label, capfirst(audit.record_kind(label))) for label in [*own, "wagtailcore.page"])
    return sorted(labelled, key=lambda pair: pair[1].casefold())


class AuditFilterSet(WagtailFilterSet):
    """Audit entries by who, in which part of the product, what, to which record, when and from where."""

    actor = django_filters.ModelChoiceFilter(label=_("Who"), queryset=User.objects.order_by("first_name", "last_name"))
    area = django_filters.ChoiceFilter(
        label=_("Part"), choices=areas, method="filter_area", widget=RadioSelect, empty_label=_("All")
    )
    action = django_filters.ChoiceFilter(label=_("What"), choices=actions)
    subject_type = django_filters.ChoiceFilter(label=_("Kind of record"), choices=kinds)
    subject_name = django_filters.CharFilter(label=_("Name of the record"), lookup_expr="icontains")
    at = DayRangeFilter(label=_("When"))
    origin = django_filters.ChoiceFilter(
        label=_("From where"), choices=ORIGINS, lookup_expr="startswith", widget=RadioSelect, empty_label=_("All")
    )
    network = django_filters.CharFilter(label=_("Network"), lookup_expr="startswith")
    is_support = django_filters.BooleanFilter(label=_("By the platform’s support"))

    class Meta:
        model = AuditEntry
        fields = ["actor", "area", "action", "subject_type", "subject_name", "subject_id", "at", "origin", "network"]

    def filter_area(self, queryset: QuerySet[AuditEntry], name: str, value: str) -> QuerySet[AuditEntry]:
        """Return the entries of one part of the product."""
        return queryset.filter(
            action__in=[name for area in audit.areas() if area.name == value for name in area.sentences]
        )
