"""Places that were given up before their departure."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from commerce.enums import CancellationTerms, RefundReason
from commerce.models.orders import Order
from tenancy.models import TenantModel


class Cancellation(TenantModel):
    """One time that somebody gave up places of an order: what they cost, what is kept of it, and what goes back.

    `lines` says which: for each line its name, kind, quantity, price, and how many percent came back. `open_minor` is the part of
    the fee that no money is here for. Amounts are in the order's currency.
    """

    audit_name = ("order",)
    audit_person = "order.customer"
    personal_fields = ("note",)

    order = models.ForeignKey(Order, verbose_name=_("order"), on_delete=models.CASCADE, related_name="cancellations")
    terms = models.CharField(_("terms"), max_length=12, choices=CancellationTerms.choices)
    reason = models.CharField(_("reason"), max_length=24, choices=RefundReason.choices)
    note = models.CharField(_("note"), max_length=300, blank=True)
    lines = models.JSONField(_("places"), default=list)
    value_minor = models.BigIntegerField(_("price of the places"))
    fee_minor = models.BigIntegerField(_("kept"))
    back_minor = models.BigIntegerField(_("paid back"))
    open_minor = models.BigIntegerField(_("kept but not paid"), default=0)
    let_off_minor = models.BigIntegerField(_("not asked for although it was agreed"), default=0, db_default=0)
    is_whole = models.BooleanField(_("whole order"), default=False)
    cancelled_at = models.DateTimeField(_("when"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Empty: the guest."),
    )

    class Meta:
        verbose_name = _("cancellation")
        verbose_name_plural = _("cancellations")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    fee_minor__gte=0,
                    fee_minor__lte=models.F("value_minor"),
                    back_minor__gte=0,
                    open_minor__gte=0,
                    open_minor__lte=models.F("fee_minor"),
                    let_off_minor__gte=0,
                ),
                name="cancellation_amounts",
            )
        ]
        indexes = [models.Index(fields=["organization", "order"], name="cancellation_by_order")]

    def __str__(self) -> str:
        return f"{self.order} ({self.cancelled_at:%Y-%m-%d})"
