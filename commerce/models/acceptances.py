"""What guests read and agreed to when they ordered."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from commerce.enums import AcceptanceKind
from commerce.models.orders import Order
from tenancy.models import TenantModel


class Acceptance(TenantModel):
    """A text that stood at the checkout when an order was placed, in the words the guest could read then, and from where it was sent."""

    audit_person = "order.customer"
    personal_fields = ("ip_address", "user_agent")

    order = models.ForeignKey(Order, verbose_name=_("order"), on_delete=models.CASCADE, related_name="acceptances")
    kind = models.CharField(_("text"), max_length=16, choices=AcceptanceKind.choices)
    wording = models.TextField(_("wording"))
    language = models.CharField(_("language"), max_length=12)
    accepted_at = models.DateTimeField(_("accepted"))
    ip_address = models.GenericIPAddressField(_("network address"), null=True, blank=True)
    user_agent = models.CharField(_("browser"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("acceptance")
        verbose_name_plural = _("acceptances")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.get_kind_display()
