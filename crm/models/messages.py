"""What was sent to somebody."""

import secrets

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.enums import Channel, MessageStatus
from crm.models.customers import Customer
from tenancy.models import TenantModel


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
