"""What happened with a customer, as the apps above tell it."""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models.customers import Customer
from crm.models.links import RecordLink
from tenancy.models import TenantModel


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


class TimelinePin(RecordLink):
    """An entry of a customer's timeline (a protocol, an activity, a message) that stays at its top."""

    audit_person = "customer"

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="pins")

    class Meta:
        verbose_name = _("pinned entry")
        verbose_name_plural = _("pinned entries")
        constraints = [
            models.UniqueConstraint(fields=["customer", "content_type", "object_id"], name="timeline_pin_once")
        ]
