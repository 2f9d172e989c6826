"""Taxes: the rates of an organization, and what each line of an order holds of them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from commerce.models.orders import OrderLine
from tenancy.fields import BasisPointsField, TranslationsField
from tenancy.models import TenantModel
from tours.models import Tour


class TaxRate(TenantModel):
    """A tax by its name: contained in the prices, or added to them. It is for the tours it names, or for all without a tax of their own."""

    name = models.CharField(_("name"), max_length=60)
    name_translations = TranslationsField(_("name in other languages"))
    is_inclusive = models.BooleanField(_("contained in the prices"), default=True)
    for_all = models.BooleanField(_("for all tours without a tax of their own"), default=True)

    class Meta:
        verbose_name = _("tax")
        verbose_name_plural = _("taxes")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                name="tax_rate_name_unique",
                violation_error_message=_("There is already a tax with this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class TaxPercentage(TenantModel):
    """What a tax amounts to for departures from a day on, until the next one begins."""

    rate = models.ForeignKey(TaxRate, verbose_name=_("tax"), on_delete=models.CASCADE, related_name="percentages")
    basis_points = BasisPointsField(_("percentage"))
    first_day = models.DateField(_("for departures from"), null=True, blank=True)

    class Meta:
        verbose_name = _("percentage of a tax")
        verbose_name_plural = _("percentages of taxes")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["rate", "first_day"],
                name="tax_percentage_day",
                nulls_distinct=False,
                violation_error_message=_("Two percentages begin on the same day."),
            ),
            models.CheckConstraint(condition=models.Q(basis_points__lte=10_000), name="tax_percentage_range"),
        ]

    def __str__(self) -> str:
        return f"{self.rate} {self.basis_points / 100:g} %"


class TaxedTour(TenantModel):
    """A tour that a tax is for, in place of those for all."""

    rate = models.ForeignKey(TaxRate, verbose_name=_("tax"), on_delete=models.CASCADE, related_name="tours")
    tour = models.ForeignKey(Tour, verbose_name=_("tour"), on_delete=models.CASCADE, related_name="taxes")

    class Meta:
        verbose_name = _("tour of a tax")
        verbose_name_plural = _("tours of taxes")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["rate", "tour"],
                name="taxed_tour_once",
                violation_error_message=_("This tour is listed twice."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.tour}: {self.rate}"


class AppliedTax(TenantModel):
    """One tax of one order line, as it was when the line was bought, in minor units of the order's currency.

    `net_minor` is what it was reckoned from. A tax that is not contained is a part of the line's total all the same.
    """

    line = models.ForeignKey(OrderLine, verbose_name=_("order line"), on_delete=models.CASCADE, related_name="taxes")
    rate = models.ForeignKey(
        TaxRate, verbose_name=_("tax"), null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    name = models.CharField(_("name"), max_length=60)
    basis_points = models.PositiveIntegerField(_("percentage"))
    is_inclusive = models.BooleanField(_("contained in the price"))
    net_minor = models.BigIntegerField(_("net"))
    tax_minor = models.BigIntegerField(_("tax"))

    class Meta:
        verbose_name = _("tax of an order")
        verbose_name_plural = _("taxes of orders")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(net_minor__gte=0, tax_minor__gte=0), name="applied_tax_amounts")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.tax_minor}"
