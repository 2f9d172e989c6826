"""Payments that the guest's bank contests, and what it was answered. Amounts are integers in minor units."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from commerce.enums import DisputeKind, DisputeStatus, EvidenceSlot
from commerce.models.payments import Payment
from tenancy.models import TenantModel
from tenancy.money import Money


class Dispute(TenantModel):
    """A fraud warning, an inquiry or a chargeback about a payment, as the provider tells of it.

    `amount_minor` is what the bank contests, in `currency`; it may differ from the payment, and a warning has none. What was withdrawn,
    reinstated and taken as a fee is in `balance_currency`, that of the provider's account. `readings` counts what was written from the
    provider's answers, so that an older answer never follows a newer one.
    """

    audit_name = ("payment.order",)
    audit_person = "payment.order.customer"
    personal_fields = ("statement",)

    payment = models.ForeignKey(Payment, verbose_name=_("payment"), on_delete=models.PROTECT, related_name="disputes")
    provider_reference = models.CharField(_("reference of the provider"), max_length=120, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=DisputeKind.choices, editable=False)
    status = models.CharField(_("status"), max_length=16, choices=DisputeStatus.choices, editable=False)
    reason = models.CharField(_("what the bank says"), max_length=60, blank=True, editable=False)
    amount_minor = models.BigIntegerField(_("contested amount"), default=0, editable=False)
    currency = models.CharField(_("currency"), max_length=3, editable=False)
    is_refundable = models.BooleanField(_("may be paid back"), default=True, editable=False)
    opened_at = models.DateTimeField(_("opened"), editable=False)
    due_at = models.DateTimeField(_("answer until"), null=True, blank=True, editable=False)
    remind_at = models.DateTimeField(_("next reminder"), null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(_("decided"), null=True, blank=True, editable=False)
    balance_currency = models.CharField(_("currency of the account"), max_length=3, blank=True, editable=False)
    withdrawn_minor = models.BigIntegerField(_("withdrawn"), default=0, editable=False)
    reinstated_minor = models.BigIntegerField(_("given back"), default=0, editable=False)
    fee_minor = models.BigIntegerField(_("fee"), default=0, editable=False)
    readings = models.PositiveIntegerField(default=0, editable=False)
    statement = models.TextField(
        _("your statement"),
        blank=True,
        max_length=20_000,
        help_text=_("What happened, in your words: what was booked, that the guest came, what was agreed. In English."),
    )

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        constraints = [
            models.UniqueConstraint(fields=["organization", "provider_reference"], name="dispute_provider_reference"),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gte=0, withdrawn_minor__gte=0, reinstated_minor__gte=0),
                name="dispute_amounts",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "payment"], name="dispute_by_payment"),
            models.Index(fields=["organization", "-opened_at", "-id"], name="dispute_recent"),
            models.Index(
                fields=["organization", "due_at"],
                condition=models.Q(status="needs_response"),
                name="dispute_waiting",
            ),
            models.Index(
                fields=["remind_at"],
                condition=models.Q(status="needs_response", remind_at__isnull=False),
                name="dispute_reminder",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.payment.order.number}"

    @property
    def contested(self) -> Decimal:
        """The contested amount in the major unit of the currency, for files that go elsewhere."""
        return Money(self.amount_minor, self.currency).major


class DisputeFile(TenantModel):
    """A file that staff put beside an answer that is not sent yet. What was sent is an `EvidenceFile`."""

    audit_name = ("dispute.payment.order",)
    audit_person = "dispute.payment.order.customer"
    personal_fields = ("name",)

    dispute = models.ForeignKey(Dispute, verbose_name=_("dispute"), on_delete=models.CASCADE, related_name="files")
    slot = models.CharField(
        _("what it is"),
        max_length=32,
        choices=[choice for choice in EvidenceSlot.choices if choice[0] != "service_documentation"],
    )
    name = models.CharField(_("name"), max_length=200)
    content_type = models.CharField(_("media type"), max_length=60)
    size = models.PositiveIntegerField(_("size"))
    content = models.BinaryField()

    class Meta:
        verbose_name = _("file for the bank")
        verbose_name_plural = _("files for the bank")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["dispute", "slot"], name="dispute_file_once_per_slot")]

    def __str__(self) -> str:
        return self.name


class Evidence(TenantModel):
    """What was answered to the bank, as it was when staff sent it. Rows are added, never changed or removed: the database refuses.

    `texts` are the values in the provider's words. Whether it arrived stands in `EvidenceDelivery`.
    """

    audit_name = ("dispute.payment.order",)
    audit_person = "dispute.payment.order.customer"
    personal_fields = ("texts",)

    dispute = models.ForeignKey(Dispute, verbose_name=_("dispute"), on_delete=models.PROTECT, related_name="evidence")
    number = models.PositiveSmallIntegerField(_("number"))
    texts = models.JSONField(_("texts"))
    sent_at = models.DateTimeField(_("sent"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("sent by"),
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )

    class Meta:
        verbose_name = _("answer to the bank")
        verbose_name_plural = _("answers to the bank")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["dispute", "number"], name="evidence_number")]

    def __str__(self) -> str:
        return f"{self.dispute} ({self.number})"


class EvidenceFile(TenantModel):
    """A file of an answer, the evidence pack among them; append-only as the answer is."""

    audit_name = ("evidence.dispute.payment.order",)
    audit_person = "evidence.dispute.payment.order.customer"
    personal_fields = ("name",)

    evidence = models.ForeignKey(Evidence, verbose_name=_("answer"), on_delete=models.PROTECT, related_name="files")
    slot = models.CharField(_("what it is"), max_length=32, choices=EvidenceSlot.choices)
    name = models.CharField(_("name"), max_length=200)
    content_type = models.CharField(_("media type"), max_length=60)
    content = models.BinaryField()

    class Meta:
        verbose_name = _("file of an answer")
        verbose_name_plural = _("files of answers")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["evidence", "slot"], name="evidence_file_once_per_slot")]

    def __str__(self) -> str:
        return self.name


class EvidenceDelivery(TenantModel):
    """How far an answer has come on its way to the provider."""

    audit_name = ("evidence.dispute.payment.order",)
    audit_person = "evidence.dispute.payment.order.customer"

    evidence = models.OneToOneField(
        Evidence, verbose_name=_("answer"), on_delete=models.PROTECT, related_name="delivery"
    )
    arrived_at = models.DateTimeField(_("arrived"), null=True, blank=True)
    refused_at = models.DateTimeField(_("refused"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)

    class Meta:
        verbose_name = _("delivery of an answer")
        verbose_name_plural = _("deliveries of answers")
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(arrived_at__isnull=True, next_attempt_at__isnull=False),
                name="evidence_delivery_due",
            )
        ]

    def __str__(self) -> str:
        return str(self.evidence)
