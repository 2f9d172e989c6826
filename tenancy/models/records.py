"""What the kernel writes down: who did what, and what happened that others act on."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenancy.enums import DeliveryStatus
from tenancy.models.organizations import Organization, TenantModel
from tenancy.scope import current_organization_id


class AuditEntry(models.Model):
    """One thing that somebody did. Rows are added, never changed or removed: the database refuses."""

    wagtail_reference_index_ignore = True  # as `TenantModel`

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, default=current_organization_id, editable=False, related_name="+"
    )
    at = models.DateTimeField(_("when"), auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    is_support = models.BooleanField(_("by the platform’s support"), default=False)
    action = models.CharField(_("what"), max_length=80)
    subject_type = models.CharField(_("kind of record"), max_length=80)
    subject_id = models.BigIntegerField(_("number of the record"), null=True)
    # What the record was called then; a person's name stands in `AuditPersonalData`.
    subject_name = models.CharField(_("record"), max_length=200, blank=True)
    origin = models.CharField(_("from where"), max_length=80, blank=True)
    host = models.CharField(_("host name"), max_length=253, blank=True)
    network = models.CharField(_("network"), max_length=43, blank=True)
    device = models.CharField(_("browser"), max_length=60, blank=True)
    details = models.JSONField(_("details"), default=dict)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        indexes = [
            models.Index(fields=["organization", "-at"], name="audit_recent"),
            models.Index(fields=["organization", "subject_type", "subject_id"], name="audit_subject"),
            models.Index(fields=["organization", "actor", "-at"], name="audit_by_actor"),
            models.Index(fields=["organization", "action", "-at"], name="audit_by_action"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action}"


class AuditPersonalData(models.Model):
    """What an audit entry tells of a person, apart from it, so that it can be erased while the entry stays.

    The database lets it be emptied, and changed in no other way.
    """

    wagtail_reference_index_ignore = True  # as `TenantModel`

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, default=current_organization_id, editable=False, related_name="+"
    )
    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, related_name="personal")
    person_type = models.CharField(_("kind of person"), max_length=80)
    person_id = models.BigIntegerField(_("person"))
    values = models.JSONField(_("values"), default=dict)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True)

    class Meta:
        verbose_name = _("personal data of an audit entry")
        verbose_name_plural = _("personal data of audit entries")
        indexes = [models.Index(fields=["organization", "person_type", "person_id"], name="audit_person")]

    def __str__(self) -> str:
        return f"{self.person_type} {self.person_id}"


class OutboxEvent(TenantModel):
    """Something that happened, written in the transaction that made it happen, for others to act on."""

    topic = models.CharField(_("topic"), max_length=80)
    payload = models.JSONField(_("payload"), default=dict)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")

    def __str__(self) -> str:
        return self.topic


class OutboxDelivery(TenantModel):
    """The way of one event to one subscriber, so that a repeat has no effect and nothing is lost."""

    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, related_name="deliveries")
    subscriber = models.CharField(_("subscriber"), max_length=120)
    status = models.CharField(
        _("status"), max_length=12, choices=DeliveryStatus.choices, default=DeliveryStatus.PENDING
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"))
    delivered_at = models.DateTimeField(_("done"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)

    class Meta:
        verbose_name = _("delivery")
        permissions = [("retry_outboxdelivery", "Can start a failed delivery again")]
        verbose_name_plural = _("deliveries")
        constraints = [models.UniqueConstraint(fields=["event", "subscriber"], name="delivery_once_per_subscriber")]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=models.Q(status="pending"), name="delivery_due"),
            models.Index(fields=["organization", "status"], name="delivery_by_status"),
        ]

    def __str__(self) -> str:
        return f"{self.event} → {self.subscriber}"
