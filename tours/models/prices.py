"""Rules that change what places cost: seasons, early bird and last minute, groups."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenancy.fields import BasisPointsField, MinorUnitsField, TranslationsField
from tenancy.models import TenantModel
from tours.enums import BookingTime, SeasonEffect
from tours.models.tours import Tour, TourVariant

_ONE_CHANGE = models.Q(
    basis_points__isnull=False, basis_points__gte=1, basis_points__lte=10_000, amount_minor__isnull=True
) | models.Q(amount_minor__isnull=False, amount_minor__gte=1, basis_points__isnull=True)
_VARIANT_OF_TOUR = models.Q(variant__isnull=True) | models.Q(tour__isnull=False)


def _in_order(first: str, last: str) -> models.Q:
    return (
        models.Q(**{f"{first}__isnull": True})
        | models.Q(**{f"{last}__isnull": True})
        | models.Q(**{f"{first}__lte": models.F(last)})
    )


class PriceRule(TenantModel):
    """What all price rules have: for which tours, and by how much; a percentage, or an amount for each place.

    Without `tour` it is for all tours; without `variant` for all variants. Guests read its name beside the price.
    """

    name = models.CharField(_("name"), max_length=80)
    name_translations = TranslationsField(_("name in other languages"))
    tour = models.ForeignKey(
        Tour,
        verbose_name=_("tour"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text=_("Empty: all tours."),
    )
    variant = models.ForeignKey(
        TourVariant,
        verbose_name=_("only this variant"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text=_("Empty: all variants."),
    )
    basis_points = BasisPointsField(_("percentage"), null=True, blank=True)
    amount_minor = MinorUnitsField(_("or amount for each place"), null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class SeasonalPrice(PriceRule):
    """Higher or lower prices on departures from `first_day` to `last_day` (local days, both included).

    Of several on one day the one with the highest priority counts alone.
    """

    effect = models.CharField(
        _("effect"), max_length=12, choices=SeasonEffect.choices, default=SeasonEffect.DEARER, db_default="dearer"
    )
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    priority = models.SmallIntegerField(
        _("priority"),
        default=0,
        help_text=_("Where seasons overlap, only the one with the highest number counts. They never add up."),
    )

    class Meta:
        verbose_name = _("season")
        verbose_name_plural = _("seasons")
        ordering = ["first_day", "-priority", "pk"]
        indexes = [models.Index(fields=["organization", "last_day"], name="season_by_last_day")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(first_day__lte=models.F("last_day")),
                name="season_days",
                violation_error_message=_("The last day is before the first one."),
            ),
            models.CheckConstraint(
                condition=_ONE_CHANGE,
                name="season_change",
                violation_error_message=_("Give either a percentage or an amount, more than zero."),
            ),
            models.CheckConstraint(condition=_VARIANT_OF_TOUR, name="season_variant_of_tour"),
        ]


class EarlyBirdDiscount(PriceRule):
    """A discount for who books at least (`early`) or at most (`late`) `days` before the departure.

    `first_day` and `last_day` are the days on which one may book for it, on the clock of the departure; empty: always.
    """

    time = models.CharField(
        _("when to book"), max_length=12, choices=BookingTime.choices, default=BookingTime.EARLY, db_default="early"
    )
    days = models.PositiveSmallIntegerField(
        _("days before the departure"), validators=[MaxValueValidator(730)], help_text=_("0 is the day itself.")
    )
    first_day = models.DateField(_("can be booked from"), null=True, blank=True)
    last_day = models.DateField(_("can be booked until"), null=True, blank=True)

    class Meta:
        verbose_name = _("early bird discount")
        verbose_name_plural = _("early bird discounts")
        ordering = ["time", "-days", "pk"]
        indexes = [models.Index(fields=["organization", "days"], name="early_bird_by_days")]
        constraints = [
            models.CheckConstraint(
                condition=_in_order("first_day", "last_day"),
                name="early_bird_days",
                violation_error_message=_("The last day is before the first one."),
            ),
            models.CheckConstraint(
                condition=_ONE_CHANGE,
                name="early_bird_change",
                violation_error_message=_("Give either a percentage or an amount, more than zero."),
            ),
            models.CheckConstraint(condition=_VARIANT_OF_TOUR, name="early_bird_variant_of_tour"),
        ]


class GroupDiscount(PriceRule):
    """A discount from `people` on who take a seat on one departure together. Only the highest that is reached counts."""

    people = models.PositiveSmallIntegerField(
        _("from so many people"), validators=[MinValueValidator(2), MaxValueValidator(999)]
    )

    class Meta:
        verbose_name = _("group discount")
        verbose_name_plural = _("group discounts")
        ordering = ["people", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "people", "tour", "variant"],
                name="group_discount_once",
                nulls_distinct=False,
                violation_error_message=_("There is already a discount for so many people of this tour."),
            ),
            models.CheckConstraint(condition=models.Q(people__gte=2), name="group_discount_people"),
            models.CheckConstraint(
                condition=_ONE_CHANGE,
                name="group_discount_change",
                violation_error_message=_("Give either a percentage or an amount, more than zero."),
            ),
            models.CheckConstraint(condition=_VARIANT_OF_TOUR, name="group_discount_variant_of_tour"),
        ]
