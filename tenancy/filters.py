"""Filters of the reports."""

from typing import Any

import django_filters
from django.apps import apps
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet

from tenancy.models import AuditEntry


def record_kind(label: str) -> str:
    """Return how people call the model with this label, such as “crm.customer”; the label when there is no such model any more."""
    try:
        return str(apps.get_model(label)._meta.verbose_name).capitalize()
    except LookupError:
        return label


class AuditFilterSet(WagtailFilterSet):
    """Audit entries by what was done, to which record, and when; only what occurs can be chosen."""

    action = django_filters.ChoiceFilter(label=_("What"), choices=())
    subject_type = django_filters.ChoiceFilter(label=_("Kind of record"), choices=())
    at = django_filters.DateFromToRangeFilter(label=_("When"), widget=DateRangePickerWidget)

    class Meta:
        model = AuditEntry
        fields = ["action", "subject_type", "subject_id", "at"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, text in (("action", str), ("subject_type", record_kind)):
            values = AuditEntry.objects.order_by(name).values_list(name, flat=True).distinct()
            self.filters[name].extra["choices"] = [(value, text(value)) for value in values]
