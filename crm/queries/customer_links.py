"""Everything that belongs to a customer or is about one, in all apps: what moves when two are merged."""

from typing import Any, Final, NamedTuple

from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, ForeignKey, Model, OuterRef, QuerySet, UniqueConstraint

from crm.models import AttentionItem, Customer, CustomerMerge, DuplicatePair
from tenancy.models import TenantModel

# What stays where it is.
_STAYS: Final[tuple[type[Model], ...]] = (
    AttentionItem,  # The rules find it anew, from the records that moved.
    CustomerMerge,  # Tells of the two as they were.
    DuplicatePair,  # `merge_customers` knows what becomes of them.
)


class CustomerLink(NamedTuple):
    """A column that holds the key of a customer: a foreign key, or one that may point at records of all kinds (`type_column`).

    `unique_with` are the columns with which it is unique: a row of which the other customer has the same already cannot move.
    """

    model: type[Model]
    column: str
    type_column: str = ""
    unique_with: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What it is called where what moved is written down."""
        return f"{self.model._meta.label}.{self.column}"

    def rows(self, customer_pk: int) -> QuerySet[Any]:
        """Return the rows that point at a customer."""
        found = self.model._base_manager.filter(**{self.column: customer_pk})
        if not self.type_column:
            return found
        return found.filter(**{self.type_column: ContentType.objects.get_for_model(Customer)})

    def clashes(self, kept_pk: int, gone_pk: int) -> QuerySet[Any]:
        """Return those rows of one customer of which the other has the same already."""
        if not self.unique_with:
            return self.model._base_manager.none()
        same = {column: OuterRef(column) for column in self.unique_with}
        return self.rows(gone_pk).filter(Exists(self.rows(kept_pk).filter(**same)))


def customer_links() -> list[CustomerLink]:
    """Return every column of ours that leads to a customer, in the order in which rows are locked: orders before all."""
    links: list[CustomerLink] = []
    for model in apps.get_models():
        # Rows that Wagtail keeps beside records of any kind (who edits them, drafts) are none of a customer's.
        if not issubclass(model, TenantModel) or model in _STAYS:
            continue
        links += [
            CustomerLink(model, field.attname, "", _unique_with(model, field.name))
            for field in model._meta.local_fields
            if isinstance(field, ForeignKey) and field.related_model is Customer
        ]
        for field in model._meta.private_fields:
            if isinstance(field, GenericForeignKey) and _may_be_a_customer(model, field):
                with_others = tuple(name for name in _unique_with(model, field.fk_field) if name != field.ct_field)
                links.append(CustomerLink(model, field.fk_field, field.ct_field, with_others))
    return links


def _may_be_a_customer(model: type[Model], field: GenericForeignKey) -> bool:
    kind = model._meta.get_field(field.ct_field)
    # A column may say by `limit_choices_to` that it is about the records of one app.
    limits = kind.get_limit_choices_to() if isinstance(kind, ForeignKey) else {}
    return not isinstance(limits, dict) or limits.get("app_label", "crm") == Customer._meta.app_label


def _unique_with(model: type[Model], name: str) -> tuple[str, ...]:
    for constraint in model._meta.constraints:
        if isinstance(constraint, UniqueConstraint) and name in constraint.fields:
            return tuple(field for field in constraint.fields if field != name)
    return ()
