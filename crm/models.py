"""Customers and every contact with them."""

import secrets
import uuid

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models.functions import Lower, NullIf
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from crm.enums import Channel, ConsentPurpose, CustomerSource, Direction, MessageStatus, ProtocolKind
from tenancy.fields import searchable
from tenancy.models import TenantModel


class Customer(TenantModel):
    """A person the organization serves; unique by e-mail inside the organization, never across."""

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
    search_text = searchable("first_name", "last_name", "email")

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
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
            models.Index(fields=["organization"], include=["id", "search_text", "phone"], name="customer_search"),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email or str(self.phone) or str(_("Customer"))

    @property
    def full_name(self) -> str:
        """First and last name, as far as known."""
        return f"{self.first_name} {self.last_name}".strip()


class Consent(TenantModel):
    """What a customer allowed, in the words they read; never changed afterwards.

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

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-given_at", "-pk"]
        indexes = [models.Index(fields=["organization", "customer", "-given_at"], name="consent_by_customer")]

    def __str__(self) -> str:
        return self.get_purpose_display()


class Protocol(TenantModel):
    """A structured record of one interaction with a customer."""

    audit_person = "customer"
    personal_fields = ("__str__", "subject", "body")

    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.CASCADE, related_name="protocols"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=ProtocolKind.choices, default=ProtocolKind.CALL)
    direction = models.CharField(_("direction"), max_length=12, choices=Direction.choices, default=Direction.INBOUND)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("what was said"), blank=True)
    happened_at = models.DateTimeField(_("when"))
    duration_minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    follow_up_on = models.DateField(_("follow up on"), null=True, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("protocol")
        verbose_name_plural = _("protocols")
        indexes = [
            models.Index(fields=["organization", "customer", "-happened_at"], name="protocol_by_customer"),
            models.Index(
                fields=["organization", "follow_up_on"],
                condition=models.Q(follow_up_on__isnull=False),
                name="protocol_follow_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.subject}"


class ProtocolLink(TenantModel):
    """A record that a protocol is about: an order, a booking, a schedule …"""

    protocol = models.ForeignKey(Protocol, on_delete=models.CASCADE, related_name="links")
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_id = models.BigIntegerField()
    record = GenericForeignKey("content_type", "object_id")

    class Meta:
        verbose_name = _("linked record")
        verbose_name_plural = _("linked records")
        constraints = [
            models.UniqueConstraint(fields=["protocol", "content_type", "object_id"], name="protocol_link_unique")
        ]
        indexes = [models.Index(fields=["organization", "content_type", "object_id"], name="protocol_link_record")]


class Activity(TenantModel):
    """One line of a customer's timeline that another part of the product wrote: an order was placed, a payment came in."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="activities")
    kind = models.CharField(_("kind"), max_length=40)
    at = models.DateTimeField(_("when"))
    facts = models.JSONField(_("facts"), default=dict)
    content_type = models.ForeignKey(ContentType, null=True, on_delete=models.SET_NULL, related_name="+")
    object_id = models.BigIntegerField(null=True)
    record = GenericForeignKey("content_type", "object_id")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        indexes = [models.Index(fields=["organization", "customer", "-at"], name="activity_by_customer")]


def new_message_key() -> str:
    """Return the unguessable part of an e-mail's Message-ID."""
    return secrets.token_hex(16)


class Message(TenantModel):
    """One communication sent to somebody, of any channel; written before it is sent."""

    audit_person = "customer"
    personal_fields = ("__str__", "recipient", "subject", "text", "html")

    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), null=True, blank=True, on_delete=models.SET_NULL, related_name="messages"
    )
    channel = models.CharField(_("channel"), max_length=12, choices=Channel.choices, default=Channel.EMAIL)
    kind = models.CharField(_("kind"), max_length=40)
    # What makes a repeat harmless: a second message of one kind about one thing is refused.
    dedupe_key = models.CharField(max_length=120, default=new_message_key, editable=False)
    recipient = models.CharField(_("to"), max_length=254)
    language = models.CharField(_("language"), max_length=12)
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"))
    html = models.TextField(_("HTML"), blank=True)
    status = models.CharField(_("status"), max_length=12, choices=MessageStatus.choices, default=MessageStatus.PENDING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)
    content_type = models.ForeignKey(ContentType, null=True, on_delete=models.SET_NULL, related_name="+")
    object_id = models.BigIntegerField(null=True)
    record = GenericForeignKey("content_type", "object_id")

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        permissions = [("resend_message", "Can send a message again")]
        constraints = [models.UniqueConstraint(fields=["organization", "kind", "dedupe_key"], name="message_once")]
        indexes = [
            models.Index(fields=["organization", "customer", "-created_at"], name="message_by_customer"),
            models.Index(fields=["next_attempt_at"], condition=models.Q(status="pending"), name="message_due"),
        ]

    def __str__(self) -> str:
        return self.subject
