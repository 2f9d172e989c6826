"""What was changed about bookings after they were bought."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from commerce.models.orders import Order
from tenancy.models import TenantModel
from tours.models import Booking, Schedule


class BookingChange(TenantModel):
    """One change of a booking: from which departure and people to which, what it cost or saved, who made it and why.

    `before` and `after` are how many of each kind of place, in the words of the order. Amounts are in the order's currency.
    """

    audit_name = ("order",)
    audit_person = "order.customer"
    personal_fields = ("note",)

    order = models.ForeignKey(Order, verbose_name=_("order"), on_delete=models.CASCADE, related_name="changes")
    booking = models.ForeignKey(Booking, verbose_name=_("booking"), on_delete=models.PROTECT, related_name="changes")
    from_schedule = models.ForeignKey(
        Schedule, verbose_name=_("from departure"), on_delete=models.PROTECT, related_name="+"
    )
    to_schedule = models.ForeignKey(
        Schedule, verbose_name=_("to departure"), on_delete=models.PROTECT, related_name="+"
    )
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)
    difference_minor = models.BigIntegerField(_("difference"))
    due_minor = models.BigIntegerField(_("to be paid"), default=0)
    refund_minor = models.BigIntegerField(_("to be paid back"), default=0)
    # By staff: the fee for people who do not come any more.
    let_off_minor = models.BigIntegerField(_("not asked for although it was agreed"), default=0, db_default=0)
    changed_at = models.DateTimeField(_("when"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Empty: the guest."),
    )
    note = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("booking change")
        verbose_name_plural = _("booking changes")
        ordering = ["pk"]
        indexes = [models.Index(fields=["organization", "order"], name="booking_change_by_order")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(due_minor__gte=0, refund_minor__gte=0, let_off_minor__gte=0),
                name="booking_change_amounts",
            )
        ]

    def __str__(self) -> str:
        return f"{self.order}: {self.from_schedule} → {self.to_schedule}"
