"""Promotions, the codes by which guests get them, and what each code took off which order."""

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models.functions import Replace, Upper
from django.utils.translation import gettext_lazy as _

from commerce.enums import DiscountKind
from commerce.models.orders import Order
from crm.models import Customer
from tenancy.fields import BasisPointsField, MinorUnitsField
from tenancy.models import TenantModel
from tours.models import Tour, TourVariant


class Promotion(TenantModel):
    """What codes take off, and when and for what they count. It has one code that many people use, or a batch of single-use codes.

    Days of use are those of the organization's clock, days of departure those of the departure's; first and last are included.
    """

    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(
        _("takes off"), max_length=12, choices=DiscountKind.choices, default=DiscountKind.PERCENTAGE
    )
    basis_points = BasisPointsField(_("percentage"), null=True, blank=True)
    amount_minor = MinorUnitsField(_("amount"), null=True, blank=True)
    minimum_minor = MinorUnitsField(_("from a price of"), default=0, blank=True)
    first_day = models.DateField(_("can be used from"), null=True, blank=True)
    last_day = models.DateField(_("can be used until"), null=True, blank=True)
    first_departure = models.DateField(_("departures from"), null=True, blank=True)
    last_departure = models.DateField(_("departures until"), null=True, blank=True)
    uses_per_customer = models.PositiveIntegerField(
        _("uses for each customer"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    is_assigned = models.BooleanField(_("only for certain customers"), default=False)
    for_all = models.BooleanField(_("for all tours"), default=True, db_default=True)
    with_discounts = models.BooleanField(_("together with other discounts"), default=True)
    with_codes = models.BooleanField(_("together with other codes"), default=False)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("promotion")
        verbose_name_plural = _("promotions")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                name="promotion_name_unique",
                violation_error_message=_("There is already a promotion with this name."),
            ),
            models.CheckConstraint(
                condition=models.Q(
                    kind=DiscountKind.PERCENTAGE,
                    basis_points__isnull=False,
                    basis_points__gte=1,
                    basis_points__lte=10_000,
                    amount_minor__isnull=True,
                )
                | models.Q(
                    kind=DiscountKind.FIXED, amount_minor__isnull=False, amount_minor__gte=1, basis_points__isnull=True
                ),
                name="promotion_takes_off",
            ),
            models.CheckConstraint(condition=models.Q(minimum_minor__gte=0), name="promotion_minimum"),
            models.CheckConstraint(
                condition=models.Q(first_day__isnull=True)
                | models.Q(last_day__isnull=True)
                | models.Q(first_day__lte=models.F("last_day")),
                name="promotion_days",
                violation_error_message=_("The last day is before the first one."),
            ),
            models.CheckConstraint(
                condition=models.Q(first_departure__isnull=True)
                | models.Q(last_departure__isnull=True)
                | models.Q(first_departure__lte=models.F("last_departure")),
                name="promotion_departures",
                violation_error_message=_("The last day of departure is before the first one."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PromotionTarget(TenantModel):
    """A tour, or one variant of it, that a promotion is for which is not for all. It goes with the tour: the promotion never gets wider."""

    promotion = models.ForeignKey(
        Promotion, verbose_name=_("promotion"), on_delete=models.CASCADE, related_name="targets"
    )
    tour = models.ForeignKey(Tour, verbose_name=_("tour"), on_delete=models.CASCADE, related_name="+")
    variant = models.ForeignKey(
        TourVariant,
        verbose_name=_("only this variant"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
    )

    class Meta:
        verbose_name = _("tour of a promotion")
        verbose_name_plural = _("tours of promotions")
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.variant or self.tour)


class PromoCode(TenantModel):
    """A text that guests type to get a promotion. `uses` counts the orders that hold it; the database keeps it within `uses_limit`.

    Capitals, spaces and hyphens make no difference: `folded` is what is compared.
    """

    audit_name = ("code",)

    promotion = models.ForeignKey(
        Promotion, verbose_name=_("promotion"), on_delete=models.CASCADE, related_name="codes"
    )
    code = models.CharField(
        _("promo code"),
        max_length=40,
        validators=[
            RegexValidator(r"^[A-Za-z0-9-]*[A-Za-z0-9][A-Za-z0-9-]*$", _("Use letters A to Z, digits and hyphens."))
        ],
    )
    folded = models.GeneratedField(
        expression=Upper(Replace("code", models.Value("-"), models.Value(""))),
        output_field=models.TextField(),
        db_persist=True,
    )
    uses_limit = models.PositiveIntegerField(
        _("uses altogether"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    uses = models.PositiveIntegerField(_("used"), default=0, editable=False)

    class Meta:
        verbose_name = _("promo code")
        verbose_name_plural = _("promo codes")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "folded"],
                name="promo_code_unique",
                violation_error_message=_("There is already a code like this."),
            ),
            models.CheckConstraint(
                condition=models.Q(uses_limit__isnull=True) | models.Q(uses__lte=models.F("uses_limit")),
                name="promo_code_uses",
                violation_error_message=_("It has been used more often already."),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class PromotionCustomer(TenantModel):
    """How often a customer has used a promotion, and may use it at most. `is_assigned`: staff gave it to them; None is for ever."""

    promotion = models.ForeignKey(
        Promotion, verbose_name=_("promotion"), on_delete=models.CASCADE, related_name="customers"
    )
    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.CASCADE, related_name="promotions"
    )
    is_assigned = models.BooleanField(_("given by staff"), default=False)
    uses_limit = models.PositiveIntegerField(_("uses at most"), null=True, blank=True)
    uses = models.PositiveIntegerField(_("used"), default=0)

    class Meta:
        verbose_name = _("customer of a promotion")
        verbose_name_plural = _("customers of promotions")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["promotion", "customer"], name="promotion_customer_once"),
            models.CheckConstraint(
                condition=models.Q(uses_limit__isnull=True) | models.Q(uses__lte=models.F("uses_limit")),
                name="promotion_customer_uses",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.promotion}: {self.customer}"


class AppliedDiscount(TenantModel):
    """A code on an order: what it was called and took off then, in minor units of the order's currency.

    It counts as a use until `released_at`, when the order ended before any money came.
    """

    order = models.ForeignKey(Order, verbose_name=_("order"), on_delete=models.CASCADE, related_name="discounts")
    promo_code = models.ForeignKey(
        PromoCode, verbose_name=_("promo code"), on_delete=models.PROTECT, related_name="applied"
    )
    code = models.CharField(_("promo code"), max_length=40)
    amount_minor = models.BigIntegerField(_("taken off"))
    released_at = models.DateTimeField(_("given back"), null=True, blank=True)

    class Meta:
        verbose_name = _("discount of an order")
        verbose_name_plural = _("discounts of orders")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["order", "promo_code"], name="discount_once"),
            models.CheckConstraint(condition=models.Q(amount_minor__gte=0), name="discount_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.order.number}"
