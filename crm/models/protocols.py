"""What was said with a customer, and what it was about."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.enums import Direction, ProtocolKind
from crm.models.customers import Customer
from crm.models.links import RecordLink
from tenancy.models import TenantModel


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


class ProtocolLink(RecordLink):
    """A record that a protocol is about: an order, a booking, a schedule …"""

    protocol = models.ForeignKey(Protocol, on_delete=models.CASCADE, related_name="links")

    class Meta:
        verbose_name = _("linked record")
        verbose_name_plural = _("linked records")
        constraints = [
            models.UniqueConstraint(fields=["protocol", "content_type", "object_id"], name="protocol_link_unique")
        ]
        indexes = [models.Index(fields=["organization", "content_type", "object_id"], name="protocol_link_record")]
