"""What staff put on an order's price, or take off it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from commerce.models.orders import Order
from tenancy.models import TenantModel


class OrderAdjustment(TenantModel):
    """An extra charge (above zero) or a reduction (below), with its reason. The order's total contains it.

    It is never rewritten: another one takes it back.
    """

    audit_name = ("order",)
    audit_person = "order.customer"
    personal_fields = ("reason",)

    order = models.ForeignKey(Order, verbose_name=_("order"), on_delete=models.CASCADE, related_name="adjustments")
    amount_minor = models.BigIntegerField(_("amount"))
    reason = models.CharField(_("reason"), max_length=200)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("extra charge or reduction")
        verbose_name_plural = _("extra charges and reductions")
        ordering = ["pk"]
        indexes = [models.Index(fields=["organization", "order"], name="adjustment_by_order")]
        constraints = [models.CheckConstraint(condition=~models.Q(amount_minor=0), name="adjustment_amount")]

    def __str__(self) -> str:
        return self.reason
