"""What the payment provider tells."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenancy.models import TenantModel


class ProviderEvent(TenantModel):
    """The inbox of a payment provider's webhooks: each event is stored once, under its id, and then worked on."""

    event_id = models.CharField(_("event"), max_length=120)
    event_type = models.CharField(_("type"), max_length=80)
    object_id = models.CharField(_("object"), max_length=120)
    livemode = models.BooleanField(_("live"), default=False)
    payload = models.JSONField(_("payload"))
    processed_at = models.DateTimeField(_("processed"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)

    class Meta:
        verbose_name = _("provider event")
        verbose_name_plural = _("provider events")
        constraints = [models.UniqueConstraint(fields=["organization", "event_id"], name="provider_event_once")]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=models.Q(processed_at__isnull=True), name="provider_event_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.event_type} {self.object_id}"
