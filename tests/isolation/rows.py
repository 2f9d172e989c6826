"""A row of any model, made by looking at its fields, for models that have no factory."""

import datetime as dt
import uuid
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db import connection, models

from crm.models import Customer
from tests.cms.factories import picture_file
from tests.isolation.canaries import Canaries, own_rows
from tests.isolation.exceptions import NO_ROWS

NOW = dt.datetime(2031, 1, 10, 12, tzinfo=dt.UTC)

# Names of the code's own, which its pages look up.
NAMES = {
    "tours.AvailabilityPattern.rule": "",
    "tours.DepartureDecision.outcome": "",
    "crm.Task.repeat_rule": "",
    "wagtailcore.ModelLogEntry.action": "wagtail.edit",
}


def protected_models() -> list[type[models.Model]]:
    """The models whose tables are under row-level security."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace")
        tables = {name for (name,) in cursor.fetchall()}
    return [model for model in apps.get_models() if model._meta.db_table in tables]


def first_key(model: type[models.Model], organization_id: int) -> Any:
    """The key of an organization's first row of a model, or None; the owner of the tables asks."""
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT "{key}" FROM "{table}" WHERE {own_rows(table, organization_id)} ORDER BY 1 LIMIT 1'  # noqa: S608
        )
        row = cursor.fetchone()
    return row[0] if row else None


def make_missing_rows(canaries: Canaries, organization_id: int) -> None:
    """Make a row of each protected model that has none in the organization."""
    for model in protected_models():
        if model._meta.label not in NO_ROWS:
            _key_of(model, canaries, organization_id)


def _key_of(model: type[models.Model], canaries: Canaries, organization_id: int) -> Any:
    if model._meta.db_table in _global_tables():
        return model._base_manager.values_list("pk", flat=True).first()
    return first_key(model, organization_id) or _make(model, canaries, organization_id).pk


def _global_tables() -> set[str]:
    return {"auth_permission", "django_content_type", "wagtailcore_locale"}


def _make(model: type[models.Model], canaries: Canaries, organization_id: int) -> models.Model:
    values: dict[str, Any] = {}
    about_customer = _generic_columns(model)
    for field in model._meta.concrete_fields:
        if field.name in about_customer:
            values[field.attname] = about_customer[field.name](organization_id)
        elif _must_be_given(field):
            values[field.attname] = _value(field, canaries, organization_id)
    row = model(**values)
    # What a model's own `save` would look up or send is not wanted here.
    models.Model.save(row, force_insert=True)
    return row


def _generic_columns(model: type[models.Model]) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for field in model._meta.private_fields:
        if isinstance(field, GenericForeignKey):
            columns[field.ct_field] = lambda _pk: ContentType.objects.get_for_model(Customer).pk
            columns[field.fk_field] = lambda pk: first_key(Customer, pk)
    for name in ("content_type", "base_content_type"):
        if any(field.name == name for field in model._meta.concrete_fields):
            columns[name] = lambda _pk: ContentType.objects.get_for_model(Customer).pk
    if any(field.name == "object_id" for field in model._meta.concrete_fields):
        columns["object_id"] = lambda pk: first_key(Customer, pk)
    return columns


def _must_be_given(field: models.Field) -> bool:  # type: ignore[type-arg]
    if isinstance(field, models.AutoField) or field.name == "organization":
        return False
    if isinstance(field, (models.CharField, models.TextField)):
        return not field.has_default() and not field.null
    return not (field.null or field.has_default() or getattr(field, "auto_now_add", False))


def _value(field: models.Field, canaries: Canaries, organization_id: int) -> Any:  # type: ignore[type-arg]
    if field.is_relation:
        assert isinstance(field.related_model, type)
        return _key_of(field.related_model, canaries, organization_id)
    if str(field) in NAMES:
        return NAMES[str(field)]
    if field.name == "language":
        return "en"
    if field.choices:
        return next(iter(_values_of(field.choices)))
    match field:
        case models.FileField():
            return picture_file(f"{canaries.slug()}.png")
        case models.BooleanField():
            return False
        case models.DecimalField():
            return Decimal(1)
        case models.IntegerField() | models.FloatField():
            return 1
        case models.DateTimeField():
            return NOW
        case models.DateField():
            return NOW.date()
        case models.TimeField():
            return NOW.time()
        case models.DurationField():
            return dt.timedelta(hours=1)
        case models.UUIDField():
            return uuid.uuid4()
        case models.GenericIPAddressField():
            return "192.0.2.1"
        case DateTimeRangeField():
            return (NOW, NOW + dt.timedelta(hours=1))
        case ArrayField():
            return [canaries.text()]
        case models.BinaryField():
            return canaries.text().encode()
        case models.CharField() | models.TextField() | models.JSONField():
            return canaries.value_for(field)
    raise NotImplementedError(f"tests/isolation/rows.py does not know how to fill {field}.")


def _values_of(choices: Iterable[Any]) -> Iterable[Any]:
    for value, label in choices:
        if isinstance(label, (list, tuple)):
            yield from _values_of(label)
        else:
            yield value
