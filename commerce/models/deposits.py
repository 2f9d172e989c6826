"""How much of a price is paid at once, and when the rest."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenancy.fields import MinorUnitsField
from tenancy.models import TenantModel
from tours.models import Tour


class DepositRule(TenantModel):
    """A deposit for a tour, or for all that have no rule of their own: a share of the price, or a fixed amount per booking.

    The rest is due so many days before the departure; who books later pays the whole amount.
    """

    tour = models.ForeignKey(
        Tour,
        verbose_name=_("tour"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text=_("Empty: for all tours without a rule of their own."),
    )
    percent = models.PositiveSmallIntegerField(
        _("share in percent"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(99)],
        help_text=_("Of the price. 0: no deposit for this tour."),
    )
    amount_minor = MinorUnitsField(
        _("or a fixed amount"), null=True, blank=True, help_text=_("For each departure that is booked.")
    )
    rest_days = models.PositiveSmallIntegerField(
        _("rest due, days before the departure"),
        default=30,
        validators=[MaxValueValidator(365)],
        help_text=_("Who books later than this pays the whole amount at once."),
    )

    class Meta:
        verbose_name = _("deposit")
        verbose_name_plural = _("deposits")
        ordering = ["tour__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "tour"],
                nulls_distinct=False,
                name="deposit_rule_once",
                violation_error_message=_("There is a rule for this already."),
            ),
            models.CheckConstraint(
                condition=models.Q(percent__isnull=False, percent__lte=99, amount_minor__isnull=True)
                | models.Q(percent__isnull=True, amount_minor__gt=0),
                name="deposit_rule_one_kind",
                violation_error_message=_("Give either a share or a fixed amount."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.tour) if self.tour else str(_("All other tours"))
