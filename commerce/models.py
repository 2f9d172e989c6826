"""Orders and the money that belongs to them. Amounts are integers in the minor unit of the order's currency."""

import secrets
import uuid
from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from commerce.enums import (
    OrderSource,
    OrderStatus,
    PaymentMethod,
    PaymentStatus,
    RefundReason,
    RefundStatus,
)
from crm.models import Customer
from tenancy.fields import EncryptedTextField, MinorUnitsField, searchable
from tenancy.models import TenantModel
from tenancy.money import Money
from tours.models import Booking


def new_secret() -> str:
    """Return an unguessable text for an address that only its holder may open."""
    return secrets.token_urlsafe(24)


class PaymentSettings(TenantModel):
    """How an organization is paid. Empty Stripe keys mean those of the installation."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    stripe_publishable_key = models.CharField(_("Stripe publishable key"), max_length=200, blank=True)
    stripe_secret_key = EncryptedTextField(_("Stripe secret key"), blank=True)
    stripe_webhook_secret = EncryptedTextField(_("Stripe webhook secret"), blank=True)
    card_enabled = models.BooleanField(_("card"), default=True)
    bank_transfer_enabled = models.BooleanField(_("bank transfer"), default=False)
    bank_details = models.TextField(
        _("bank details"), blank=True, help_text=_("Shown to guests who pay by bank transfer.")
    )
    bank_transfer_days = models.PositiveSmallIntegerField(
        _("days to pay by bank transfer"), default=5, help_text=_("After that the places are given back.")
    )
    on_arrival_enabled = models.BooleanField(_("on arrival"), default=False)
    hold_minutes = models.PositiveSmallIntegerField(
        _("minutes to pay by card"),
        null=True,
        blank=True,
        validators=[MinValueValidator(5), MaxValueValidator(120)],
        help_text=_("How long places are kept for a guest who pays. Empty: as the installation has it."),
    )
    max_places = models.PositiveSmallIntegerField(
        _("most places in one order"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(200)],
        help_text=_("On one departure, for guests who book online. Empty: 200."),
    )
    refund_limit_minor = MinorUnitsField(
        _("most that managers pay back of one order"),
        null=True,
        blank=True,
        help_text=_(
            "All refunds of the order together. Empty: no limit. Owners and admins can always pay back any amount."
        ),
    )

    class Meta:
        verbose_name = _("payment settings")
        verbose_name_plural = _("payment settings")
        constraints = [
            models.UniqueConstraint(fields=["organization"], name="payment_settings_once"),
            models.CheckConstraint(
                condition=models.Q(refund_limit_minor__isnull=True) | models.Q(refund_limit_minor__gte=0),
                name="refund_limit_amount",
            ),
        ]

    def __str__(self) -> str:
        return str(_("Payment settings"))


class Order(TenantModel):
    """What was bought. Names, contact and prices are snapshots of the moment of buying and never change."""

    audit_person = "customer"
    personal_fields = ("first_name", "last_name", "email", "phone", "note")

    number = models.CharField(_("number"), max_length=16, editable=False)
    secret = models.CharField(max_length=64, unique=True, default=new_secret, editable=False)
    customer = models.ForeignKey(Customer, verbose_name=_("customer"), on_delete=models.PROTECT, related_name="orders")
    status = models.CharField(
        _("status"), max_length=20, choices=OrderStatus.choices, default=OrderStatus.PENDING, editable=False
    )
    source = models.CharField(_("source"), max_length=12, choices=OrderSource.choices, default=OrderSource.WEB)
    method = models.CharField(_("payment method"), max_length=20, choices=PaymentMethod.choices)
    language = models.CharField(_("language"), max_length=12)
    first_name = models.CharField(_("first name"), max_length=100)
    last_name = models.CharField(_("last name"), max_length=100)
    email = models.EmailField(_("e-mail"))
    # A column for the reason that `Customer` has one.
    email_folded = models.GeneratedField(expression=Lower("email"), output_field=models.TextField(), db_persist=True)
    phone = PhoneNumberField(_("phone"), blank=True)
    note = models.TextField(_("wishes of the guest"), blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    subtotal_minor = models.BigIntegerField(_("subtotal"))
    discount_minor = models.BigIntegerField(_("discount"), default=0)
    tax_minor = models.BigIntegerField(_("tax"), default=0)
    total_minor = models.BigIntegerField(_("total"))
    placed_at = models.DateTimeField(_("placed"))
    hold_expires_at = models.DateTimeField(_("held until"), null=True, blank=True)
    paid_at = models.DateTimeField(_("paid"), null=True, blank=True)
    closed_at = models.DateTimeField(_("cancelled or expired"), null=True, blank=True)
    needs_attention = models.CharField(
        _("needs attention"), max_length=200, blank=True, help_text=_("Why staff should look at this order.")
    )
    # The checkout it came from: a second submission of the same one finds this order instead of making another.
    checkout_token = models.UUIDField(null=True, blank=True, editable=False)
    search_text = searchable("first_name", "last_name", "email")

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            models.UniqueConstraint(fields=["organization", "number"], name="order_number_unique"),
            models.UniqueConstraint(fields=["organization", "checkout_token"], name="order_checkout_once"),
            models.CheckConstraint(
                condition=models.Q(
                    total_minor=models.F("subtotal_minor") - models.F("discount_minor") + models.F("tax_minor"),
                    total_minor__gte=0,
                ),
                name="order_adds_up",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-placed_at", "-id"], name="order_recent"),
            models.Index(fields=["organization", "status", "-placed_at", "-id"], name="order_by_status"),
            models.Index(
                fields=["organization", "-placed_at", "-id"],
                condition=~models.Q(needs_attention=""),
                name="order_attention",
            ),
            models.Index(fields=["organization", "email_folded", "-placed_at"], name="order_by_email"),
            # Carries what is searched, so that a search reads this organization's part of the index and no rows.
            models.Index(
                fields=["organization"], include=["id", "customer", "number", "search_text"], name="order_search"
            ),
            models.Index(fields=["organization", "customer"], name="order_by_customer"),
            # For the sweep over all organizations. The second condition keeps it from answering lists of one.
            models.Index(
                fields=["hold_expires_at"],
                condition=models.Q(status="pending", hold_expires_at__isnull=False),
                name="order_hold",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def full_name(self) -> str:
        """The guest's first and last name as given at checkout."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def total(self) -> Decimal:
        """The total in the major unit of the currency, for files that go elsewhere."""
        return Money(self.total_minor, self.currency).major


class OrderLine(TenantModel):
    """One kind of place on one departure, at the price of the moment of buying."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    booking = models.ForeignKey(
        Booking, verbose_name=_("booking"), on_delete=models.PROTECT, related_name="order_lines"
    )
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("what"), max_length=320)
    tier_name = models.CharField(_("kind"), max_length=80)
    quantity = models.PositiveSmallIntegerField(_("quantity"))
    unit_price_minor = models.BigIntegerField(_("unit price"))
    total_minor = models.BigIntegerField(_("total"))
    price_steps = models.JSONField(_("how the price came about"), default=list)

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="order_line_position"),
            models.CheckConstraint(condition=models.Q(quantity__gte=1), name="order_line_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.tier_name}"


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
    provider_reference = models.CharField(_("reference of the provider"), max_length=120, blank=True)
    idempotency_key = models.CharField(max_length=120, blank=True, editable=False)
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
        ]
        indexes = [models.Index(fields=["organization", "order"], name="payment_by_order")]

    def __str__(self) -> str:
        return f"{self.get_method_display()} {self.order.number}"


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
