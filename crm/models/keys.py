"""By what customers are found."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models.customers import Customer
from tenancy.models import Organization
from tenancy.scope import current_organization_id


class CustomerKey(models.Model):
    """One text by which a customer is found; the database writes them whenever a name, an e-mail address or a number changes.

    A table, because under row-level security PostgreSQL reads an index only for `=` and `<`: neither LIKE nor trigrams. `key` begins
    with what it is: `w` a word of the name or of the e-mail address before the @, `~` the first seven letters of a longer word, `e` the
    whole e-mail address, `p` the end of a phone number.
    """

    wagtail_reference_index_ignore = True

    # Without constraints: only the database writes these rows, from the customer's own, and takes them away with it.
    organization = models.ForeignKey(
        Organization,
        on_delete=models.CASCADE,
        default=current_organization_id,
        editable=False,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    customer = models.ForeignKey(
        Customer, on_delete=models.DO_NOTHING, related_name="keys", db_index=False, db_constraint=False
    )
    key = models.TextField(db_collation="C")

    class Meta:
        verbose_name = _("key of a customer")
        verbose_name_plural = _("keys of customers")
        indexes = [
            models.Index(fields=["organization", "key"], include=["customer"], name="customer_key"),
            models.Index(fields=["customer", "key"], name="customer_key_of"),
        ]

    def __str__(self) -> str:
        return self.key
