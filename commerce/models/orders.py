"""Orders and what was bought. Amounts are integers in the minor unit of the order's currency."""

import re
import secrets
from decimal import Decimal
from typing import Final

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from commerce.enums import OrderSource, OrderStatus, PaymentMethod
from crm.models import Customer
from tenancy.fields import searchable
from tenancy.models import TenantModel
from tenancy.money import Money
from tours.models import Booking, PricingTier

SECRET: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


def new_secret() -> str:
    """Return an unguessable text for an address that only its holder may open."""
    return secrets.token_urlsafe(24)


def is_secret(text: str) -> bool:
    """Return whether a text may be such a secret; what comes in an address may be anything, also what no database takes."""
    return SECRET.fullmatch(text) is not None


class Order(TenantModel):
    """What was bought. Names, contact and prices are snapshots of the moment of buying.

    Later edits of a tour or a price never change them. Who bought may: the total is then that of the lines that stand.
    """

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
    adjustment_minor = models.BigIntegerField(_("extra charges and reductions"), default=0, db_default=0)
    total_minor = models.BigIntegerField(_("total"))
    cancellation_fee_minor = models.BigIntegerField(
        _("cancellation fees"),
        default=0,
        db_default=0,
        editable=False,
        help_text=_("What is kept of the price of places that were given up."),
    )
    placed_at = models.DateTimeField(_("placed"))
    hold_expires_at = models.DateTimeField(_("held until"), null=True, blank=True)
    hold_extended_at = models.DateTimeField(_("hold extended"), null=True, blank=True, editable=False)
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
                    total_minor=models.F("subtotal_minor")
                    - models.F("discount_minor")
                    + models.F("tax_minor")
                    + models.F("adjustment_minor"),
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


class StandingLines(models.Manager["OrderLine"]):
    """The lines that stand."""

    def get_queryset(self) -> models.QuerySet["OrderLine"]:
        """Return lines that no change took away."""
        return super().get_queryset().filter(reversed_by=None)


class OrderLine(TenantModel):
    """One kind of place on one departure, at the price of the moment of buying.

    A line is never rewritten. A change takes lines away (`reversed_by`) and adds others (`added_by`); the order's total is the sum
    of those that stand, and only those are found by `order.lines` and `OrderLine.objects`.
    """

    objects = StandingLines()
    ever = models.Manager["OrderLine"]()

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    booking = models.ForeignKey(
        Booking, verbose_name=_("booking"), on_delete=models.PROTECT, related_name="order_lines"
    )
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("what"), max_length=330)
    tier_name = models.CharField(_("kind"), max_length=80)
    tier = models.ForeignKey(
        PricingTier, verbose_name=_("price"), null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    quantity = models.PositiveSmallIntegerField(_("quantity"))
    unit_price_minor = models.BigIntegerField(_("unit price"))
    total_minor = models.BigIntegerField(_("total"))
    price_steps = models.JSONField(_("how the price came about"), default=list)
    cancellation_policy = models.JSONField(
        _("cancellation policy"),
        default=dict,
        db_default={},
        editable=False,
        help_text=_("As it was agreed: the rules, and their words in the order's language. Empty: none was."),
    )
    added_by = models.ForeignKey(
        "commerce.BookingChange", null=True, editable=False, on_delete=models.PROTECT, related_name="added_lines"
    )
    reversed_by = models.ForeignKey(
        "commerce.BookingChange", null=True, editable=False, on_delete=models.PROTECT, related_name="reversed_lines"
    )

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
