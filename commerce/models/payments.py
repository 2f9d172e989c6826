"""Money that came in and money that goes back. Amounts are integers in the minor unit of the currency beside them."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from commerce.enums import PaymentMethod, PaymentPurpose, PaymentStatus, RefundReason, RefundStatus
from commerce.models.orders import Order
from tenancy.models import TenantModel


class Payment(TenantModel):
    """Money that came in or was promised. What was captured is written as the provider says it, not as the order asks."""

    audit_name = ("order",)
    audit_person = "order.customer"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    order = models.ForeignKey(Order, verbose_name=_("order"), on_delete=models.PROTECT, related_name="payments")
    method = models.CharField(_("method"), max_length=20, choices=PaymentMethod.choices)
    status = models.CharField(
        _("status"), max_length=20, choices=PaymentStatus.choices, default=PaymentStatus.PENDING, editable=False
    )
    amount_minor = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    captured_minor = models.BigIntegerField(_("received"), default=0)
    captured_currency = models.CharField(_("currency received"), max_length=3, blank=True)
    refunded_minor = models.BigIntegerField(_("paid back"), default=0)
    # Sums over the payment's disputes, kept here so that whoever asks what can be paid back reads one row.
    disputed_minor = models.BigIntegerField(_("held by chargebacks"), default=0, db_default=0, editable=False)
    lost_minor = models.BigIntegerField(_("lost in chargebacks"), default=0, db_default=0, editable=False)
    provider_reference = models.CharField(_("reference of the provider"), max_length=120, blank=True)
    idempotency_key = models.CharField(max_length=120, blank=True, editable=False)
    purpose = models.CharField(
        _("what for"),
        max_length=12,
        choices=PaymentPurpose.choices,
        default=PaymentPurpose.WHOLE,
        db_default=PaymentPurpose.WHOLE,
        editable=False,
    )
    due_on = models.DateField(_("due on"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True, db_default="")
    # Set when Stripe is to be told that a card payment is not wanted any more; emptied when it knows.
    stop_at = models.DateTimeField(null=True, editable=False)
    # The card is only reserved at first; the money is taken when the departure takes place.
    takes_later = models.BooleanField(_("taken later"), default=False, db_default=False, editable=False)
    authorised_until = models.DateTimeField(_("reserved until"), null=True, editable=False)
    # Set when reserved money is to be taken: when to try (again). See `is_being_taken`.
    capture_at = models.DateTimeField(null=True, editable=False)
    capture_refusals = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    failure_message = models.CharField(_("why it failed"), max_length=300, blank=True)
    succeeded_at = models.DateTimeField(_("received at"), null=True, blank=True)
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("confirmed by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    # Above the organization's limit one person writes down what came in, and another one confirms it.
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("written down by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    recorded_at = models.DateTimeField(_("written down at"), null=True, blank=True)
    recorded_minor = models.BigIntegerField(_("amount written down"), null=True, blank=True)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        permissions = [
            ("confirm_payment", "Can confirm a payment that came in"),
            ("refund_payment", "Can pay money back"),
            ("refund_any_amount", "Can pay money back above the organization's limit"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "provider_reference"],
                condition=~models.Q(provider_reference=""),
                name="payment_provider_reference",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    amount_minor__gte=0,
                    captured_minor__gte=0,
                    refunded_minor__gte=0,
                    refunded_minor__lte=models.F("captured_minor"),
                ),
                name="payment_amounts",
            ),
            models.CheckConstraint(
                condition=models.Q(recorded_by__isnull=True)
                | models.Q(approver__isnull=True)
                | ~models.Q(recorded_by=models.F("approver")),
                name="payment_four_eyes",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "order"], name="payment_by_order"),
            models.Index(
                fields=["organization", "due_on"],
                condition=models.Q(status="awaiting_approval", due_on__isnull=False),
                name="payment_due",
            ),
            models.Index(fields=["stop_at"], condition=models.Q(stop_at__isnull=False), name="payment_to_stop"),
            models.Index(
                fields=["organization", "order"], condition=models.Q(status="authorised"), name="payment_reserved"
            ),
            models.Index(
                fields=["capture_at"], condition=models.Q(capture_at__isnull=False), name="payment_to_capture"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_method_display()} {self.order.number}"

    @property
    def is_further(self) -> bool:
        """Whether it comes on top of what decided about the places."""
        return self.purpose in (PaymentPurpose.REST, PaymentPurpose.EXTRA)

    @property
    def is_being_taken(self) -> bool:
        """Whether reserved money is being taken just now, so that its amount stands; between two tries it is not."""
        return self.capture_at is not None and not self.failure_message


class Refund(TenantModel):
    """Money that goes back by the way it came. The key is written before the provider is called."""

    audit_name = ("payment.order",)
    audit_person = "payment.order.customer"
    personal_fields = ("note",)

    payment = models.ForeignKey(Payment, verbose_name=_("payment"), on_delete=models.PROTECT, related_name="refunds")
    status = models.CharField(
        _("status"), max_length=20, choices=RefundStatus.choices, default=RefundStatus.PENDING, editable=False
    )
    amount_minor = models.BigIntegerField(_("amount"))
    reason = models.CharField(_("reason"), max_length=24, choices=RefundReason.choices)
    note = models.CharField(_("note"), max_length=300, blank=True)
    by_hand = models.BooleanField(
        _("by hand"), default=False, help_text=_("Staff pay it back themselves and then mark it as done.")
    )
    guest_choice = models.ForeignKey(
        "commerce.GuestChoice",
        verbose_name=_("choice of a guest"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="refunds",
        editable=False,
    )
    cancellation = models.ForeignKey(
        "commerce.Cancellation",
        verbose_name=_("cancellation"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="refunds",
        editable=False,
    )
    idempotency_key = models.CharField(max_length=120, unique=True, editable=False)
    provider_reference = models.CharField(_("reference of the provider"), max_length=120, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="refund_amount"),
            models.UniqueConstraint(
                fields=["organization", "provider_reference"],
                condition=~models.Q(provider_reference=""),
                name="refund_provider_reference",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment} ({self.get_status_display()})"
