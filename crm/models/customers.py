"""Customers, and what they allowed."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower, NullIf
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from crm.enums import ConsentPurpose, CustomerSource
from tenancy.fields import searchable
from tenancy.models import TenantModel


class CustomerManager(models.Manager["Customer"]):
    """The customers there are, without those that were merged into another one."""

    def get_queryset(self) -> models.QuerySet["Customer"]:
        return super().get_queryset().filter(merged_into=None)


class Customer(TenantModel):
    """A person the organization serves; unique by e-mail inside the organization, never across.

    One that was found to be the same person as another stays as a row with `merged_into`: what leads to it leads to that one. It has
    no records any more, and the database gives those that are still written for it to the other.
    """

    audit_person = ""
    personal_fields = ("__str__", "first_name", "last_name", "email", "phone", "note")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    # A column, because PostgreSQL uses no index on LOWER(email) under row-level security: LOWER is not marked leakproof.
    # Empty when there is no address, so that any number of people can have none.
    email_folded = models.GeneratedField(
        expression=NullIf(Lower("email"), models.Value("")),
        output_field=models.TextField(null=True),
        db_persist=True,
        null=True,
    )
    phone = PhoneNumberField(_("phone"), blank=True)
    language = models.CharField(_("language"), max_length=12, blank=True)
    source = models.CharField(_("source"), max_length=12, choices=CustomerSource.choices, default=CustomerSource.STAFF)
    note = models.TextField(_("note"), blank=True)
    pays_by_invoice = models.BooleanField(
        _("may pay by invoice"),
        default=False,
        db_default=False,
        help_text=_("When you book for them, if your payment settings allow it."),
    )
    last_activity_at = models.DateTimeField(_("last activity"), null=True, blank=True, editable=False)
    # The one that is kept, never itself merged into another.
    merged_into = models.ForeignKey(
        "self", null=True, editable=False, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    # Whether `find_duplicates` has seen it as it is; the database says no again when a name, an address or a number changes.
    is_compared = models.BooleanField(default=False, db_default=False, editable=False)
    search_text = searchable("first_name", "last_name", "email")

    objects = CustomerManager()
    every = models.Manager["Customer"]()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        permissions = [("merge_customer", "Can merge customers")]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "email_folded"],
                name="customer_email_unique",
                violation_error_message=_("There is already a customer with this e-mail address."),
            )
        ]
        indexes = [
            models.Index("organization", Lower("last_name"), Lower("first_name"), name="customer_by_name"),
            models.Index(fields=["organization", "phone"], name="customer_by_phone"),
            models.Index(
                "organization",
                models.F("last_activity_at").desc(nulls_last=True),
                models.F("id").desc(),
                name="customer_recent",
            ),
            # Carries what is searched, so that a search reads this organization's part of the index and no rows.
            models.Index(
                fields=["organization"], include=["id", "search_text", "phone", "merged_into"], name="customer_search"
            ),
            models.Index(
                fields=["organization", "merged_into"],
                condition=models.Q(merged_into__isnull=False),
                name="customer_merged_into",
            ),
            models.Index(
                fields=["organization", "id"],
                condition=models.Q(is_compared=False, merged_into__isnull=True),
                name="customer_to_compare",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email or str(self.phone) or str(_("Customer"))

    @property
    def full_name(self) -> str:
        """First and last name, as far as known."""
        return f"{self.first_name} {self.last_name}".strip()


class Consent(TenantModel):
    """What a customer allowed, in the words they read; never changed afterwards but for when it was withdrawn, once.

    Whoever typed an e-mail address need not be its owner: before anything is sent on it, the address has to confirm.
    """

    audit_person = "customer"

    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.CASCADE, related_name="consents"
    )
    purpose = models.CharField(_("what for"), max_length=16, choices=ConsentPurpose.choices)
    wording = models.TextField(_("wording"))
    language = models.CharField(_("language"), max_length=12)
    source = models.CharField(_("source"), max_length=12, choices=CustomerSource.choices)
    given_at = models.DateTimeField(_("given"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)
    withdrawn_how = models.CharField(_("how it was withdrawn"), max_length=200, blank=True, default="", db_default="")
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("written down by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-given_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(withdrawn_at=None) | ~models.Q(withdrawn_how=""),
                name="consent_withdrawn_somehow",
            )
        ]
        indexes = [models.Index(fields=["organization", "customer", "-given_at"], name="consent_by_customer")]

    def __str__(self) -> str:
        return self.get_purpose_display()


class CustomerTag(TenantModel):
    """A word by which staff sort customers; each customer has it once at most."""

    audit_person = "customer"

    # The unique constraint begins with it: an index more would only be written.
    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.CASCADE, related_name="tags", db_index=False
    )
    name = models.CharField(_("name"), max_length=40)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["customer", "name"], name="customer_tag_once")]
        indexes = [models.Index(fields=["organization", "name", "customer"], name="customer_by_tag")]

    def __str__(self) -> str:
        return self.name
