"""Tours whose money is taken only when the departure takes place."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from commerce.enums import AuthorisationEnding
from tenancy.models import TenantModel
from tours.models import Tour


class AuthorisationRule(TenantModel):
    """A tour whose departures are paid by card only when they take place: until then the money is reserved on the card.

    It counts for orders of one departure with a minimum that is not reached yet, and near enough for a bank to keep the money so long.
    """

    audit_name = ("tour",)

    tour = models.ForeignKey(Tour, verbose_name=_("tour"), on_delete=models.CASCADE, related_name="+")
    when_ending = models.CharField(
        _("when the bank will not wait any longer"),
        max_length=8,
        choices=AuthorisationEnding.choices,
        default=AuthorisationEnding.RELEASE,
        help_text=_("Such as when a departure was moved to a later day. You are told on Today either way."),
    )

    class Meta:
        verbose_name = _("card reservation")
        verbose_name_plural = _("card reservations")
        ordering = ["tour__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "tour"],
                name="authorisation_rule_once",
                violation_error_message=_("There is a rule for this already."),
            )
        ]

    def __str__(self) -> str:
        return str(self.tour)
