"""How an organization is paid."""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from commerce.enums import InvoiceCustomers
from tenancy.fields import EncryptedTextField, MinorUnitsField
from tenancy.models import TenantModel


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
    invoice_for = models.CharField(
        _("who may pay by invoice"),
        max_length=12,
        choices=InvoiceCustomers.choices,
        default=InvoiceCustomers.NOBODY,
        db_default=InvoiceCustomers.NOBODY,
        help_text=_("Their places are confirmed at once. Who may is said on the customer's page."),
    )
    invoice_days = models.PositiveSmallIntegerField(
        _("days to pay an invoice"), default=14, db_default=14, validators=[MaxValueValidator(365)]
    )
    invoice_min_minor = MinorUnitsField(_("from an amount of"), null=True, blank=True)
    invoice_max_minor = MinorUnitsField(_("up to an amount of"), null=True, blank=True)
    second_person_minor = MinorUnitsField(
        _("a second person confirms money above"),
        null=True,
        blank=True,
        help_text=_(
            "Money that came by transfer, in cash or another way: who wrote it down cannot confirm it. Empty: one person is enough."
        ),
    )
    remind_days_before = models.PositiveSmallIntegerField(
        _("remind guests, days before a payment is due"),
        default=3,
        db_default=3,
        null=True,
        blank=True,
        validators=[MaxValueValidator(90)],
        help_text=_("Empty: no reminder."),
    )
    remind_days_after = models.PositiveSmallIntegerField(
        _("remind guests again, days after it was due"),
        default=3,
        db_default=3,
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(90)],
        help_text=_("Empty: no reminder."),
    )
    cancel_days_after = models.PositiveSmallIntegerField(
        _("cancel unpaid orders, days after a payment was due"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(90)],
        help_text=_("Only orders of which nothing was paid. Empty: none is cancelled by itself."),
    )
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
    guest_change_hours = models.PositiveSmallIntegerField(
        _("guests change their booking themselves until (hours before)"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(24 * 365)],
        help_text=_(
            "Date and people, on the page of their order, to departures with room. Empty: only you change bookings."
        ),
    )
    guest_change_refunds = models.BooleanField(
        _("also when it becomes cheaper"),
        default=False,
        db_default=False,
        help_text=_(
            "What was paid too much then goes back to the guest by itself. Otherwise guests are asked to call you."
        ),
    )
    refund_limit_minor = MinorUnitsField(
        _("most that managers pay back of one order"),
        null=True,
        blank=True,
        help_text=_(
            "All refunds of the order together. Empty: no limit. Owners and admins can always pay back any amount."
        ),
    )

    account_numbers = models.JSONField(_("account numbers"), default=dict, db_default={}, blank=True, editable=False)

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
