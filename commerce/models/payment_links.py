"""Links by which a guest pays what staff ask for."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from commerce.models.orders import Order, new_secret
from commerce.models.payments import Payment
from tenancy.models import TenantModel


class PaymentLink(TenantModel):
    """A link to pay for an order by card, sent by staff; it ends by itself and can be withdrawn.

    Without an amount it is for whatever is owed when it is opened, else for at most that much. It is paid once.
    """

    audit_name = ("order",)
    audit_person = "order.customer"
    personal_fields = ("reason",)

    order = models.ForeignKey(Order, verbose_name=_("order"), on_delete=models.CASCADE, related_name="payment_links")
    secret = models.CharField(max_length=64, unique=True, default=new_secret, editable=False)
    amount_minor = models.BigIntegerField(_("amount"), null=True, blank=True)
    reason = models.CharField(_("what for"), max_length=200, blank=True)
    payment = models.ForeignKey(
        Payment,
        verbose_name=_("payment"),
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="links",
        help_text=_("The card payment that it began last."),
    )
    expires_at = models.DateTimeField(_("ends"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("payment link")
        verbose_name_plural = _("payment links")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["organization", "order"], name="payment_link_by_order")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_minor__isnull=True) | models.Q(amount_minor__gt=0),
                name="payment_link_amount",
            )
        ]

    @property
    def is_paid(self) -> bool:
        """Whether the payment that it began came in; load `payment` with the link."""
        return self.payment is not None and self.payment.succeeded_at is not None

    def __str__(self) -> str:
        return f"{self.order.number}"
