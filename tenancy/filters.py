"""Filters of the reports."""

from typing import Any

import django_filters
from django.apps import apps
from django.db.models import QuerySet
from django.forms import RadioSelect
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet

from tenancy import audit
from tenancy.models import AuditEntry, Organization, TenantModel, User
from tenancy.origin import ADMIN, COMMAND, JOB, SITE

ORIGINS = ((ADMIN, _("Admin")), (SITE, _("Guest site")), (JOB, _("Automatic job")), (COMMAND, _("Command")))


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
    at = django_filters.DateFromToRangeFilter(label=_("When"), widget=DateRangePickerWidget)
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
