"""What is sold: tours with their variants, prices and stops."""

import uuid
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from modelcluster.models import ClusterableModel

from places.models import Place
from tenancy.fields import MinorUnitsField, TranslationsField
from tenancy.models import TenantModel
from tours.enums import (
    AccessFeature,
    Asked,
    Difficulty,
    TourCategory,
    TourStatus,
    VariantKind,
)
from tours.models.tags import TourTag

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Certification(TenantModel):
    """A kind of certificate that guides hold and tours may require: first aid, a licence of the city …"""

    name = models.CharField(_("name"), max_length=120)

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                name="certification_name_unique",
                violation_error_message=_("There is already a certificate with this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name


def _asked(label: "StrOrPromise") -> "models.CharField[str, str]":
    return models.CharField(label, max_length=8, choices=Asked.choices, default=Asked.NO, db_default=Asked.NO)


class Tour(ClusterableModel, TenantModel):
    """What is sold, a template. Durations and cut-offs are minutes."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=200)
    name_translations = TranslationsField(_("name in other languages"))
    slug = models.SlugField(_("short name"), max_length=80, help_text=_("Used in addresses and imports."))
    category = models.CharField(
        _("category"), max_length=12, choices=TourCategory.choices, default=TourCategory.WALKING
    )
    status = models.CharField(_("status"), max_length=12, choices=TourStatus.choices, default=TourStatus.DRAFT)
    duration_minutes = models.PositiveSmallIntegerField(
        _("duration in minutes"), default=90, validators=[MinValueValidator(1)]
    )
    capacity = models.PositiveSmallIntegerField(
        pgettext_lazy("on a departure", "places"), default=12, validators=[MinValueValidator(1)]
    )
    min_participants = models.PositiveSmallIntegerField(
        _("fewest participants"),
        default=1,
        help_text=_("With fewer people booked you are asked whether a departure takes place. 1: always."),
    )
    decision_hours = models.PositiveSmallIntegerField(
        _("decided (hours before)"),
        default=24,
        db_default=24,
        help_text=_("How long before the start it is decided whether enough people come."),
    )
    cutoff_minutes = models.PositiveIntegerField(
        _("booking closes (minutes before)"), default=60, help_text=_("How long before the start booking ends.")
    )
    languages = ArrayField(
        models.CharField(max_length=12),
        verbose_name=_("languages"),
        default=list,
        blank=True,
        help_text=_("Codes of the languages it is led in, such as en, de."),
    )
    ask_name = _asked(_("name"))
    ask_age = _asked(_("age"))
    ask_needs = _asked(_("special needs"))
    ask_diet = _asked(_("diet and allergies"))
    ask_emergency = _asked(_("emergency contact"))
    difficulty = models.CharField(_("difficulty"), max_length=12, choices=Difficulty.choices, default=Difficulty.EASY)
    tags = ParentalManyToManyField(
        TourTag,
        verbose_name=_("tags"),
        blank=True,
        related_name="tours",
        help_text=_("Guests find tours by them, and lists of tours on pages can be limited to one."),
    )
    accessibility = ArrayField(
        models.CharField(max_length=16, choices=AccessFeature.choices),
        verbose_name=_("accessibility"),
        default=list,
        db_default=[],
        blank=True,
    )
    accessibility_note = models.TextField(_("accessibility in words"), blank=True)
    meeting_point = models.ForeignKey(
        Place,
        verbose_name=_("meeting point"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="tours_meeting_here",
    )
    end_point = models.ForeignKey(
        Place,
        verbose_name=_("end point"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="tours_ending_here",
    )

    required_certification = models.ForeignKey(
        Certification,
        verbose_name=_("certificate that guides need"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="tours",
        help_text=_("Nobody without it, or whose certificate has expired by the day, can be put down for this tour."),
    )

    class Meta:
        verbose_name = _("tour")
        verbose_name_plural = _("tours")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "slug"],
                name="tour_slug_unique",
                violation_error_message=_("There is already a tour with this short name."),
            ),
            models.CheckConstraint(condition=models.Q(capacity__gte=1), name="tour_capacity"),
            models.CheckConstraint(condition=models.Q(duration_minutes__gte=1), name="tour_duration"),
        ]
        indexes = [models.Index(fields=["organization", "status", "name"], name="tour_by_status")]

    def __str__(self) -> str:
        return self.name

    @property
    def access_features(self) -> list[AccessFeature]:
        """For whom and with whom it is suited, in the order of `AccessFeature`."""
        return [feature for feature in AccessFeature if feature in self.accessibility]

    @property
    def details_asked(self) -> dict[str, bool]:
        """What guests are asked about each person (`name`, `age`, `needs`, `diet`, `emergency`), and whether they must answer."""
        asked = {name: getattr(self, f"ask_{name}") for name in ("name", "age", "needs", "diet", "emergency")}
        return {name: how == Asked.REQUIRED for name, how in asked.items() if how != Asked.NO}


class TourVariant(TenantModel):
    """One form of a tour: private, group, morning … An empty value means that of the tour."""

    tour = ParentalKey(Tour, verbose_name=_("tour"), on_delete=models.CASCADE, related_name="variants")
    name = models.CharField(_("name"), max_length=120)
    name_translations = TranslationsField(_("name in other languages"))
    kind = models.CharField(_("kind"), max_length=12, choices=VariantKind.choices, default=VariantKind.GROUP)
    duration_minutes = models.PositiveSmallIntegerField(_("duration in minutes"), null=True, blank=True)
    capacity = models.PositiveSmallIntegerField(pgettext_lazy("on a departure", "places"), null=True, blank=True)
    cutoff_minutes = models.PositiveIntegerField(_("booking closes (minutes before)"), null=True, blank=True)
    min_participants = models.PositiveSmallIntegerField(_("fewest participants"), null=True, blank=True)
    decision_hours = models.PositiveSmallIntegerField(_("decided (hours before)"), null=True, blank=True)
    is_active = models.BooleanField(_("offered"), default=True)
    sort_order = models.IntegerField(null=True, blank=True, editable=False)
    sort_order_field = "sort_order"

    class Meta:
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        ordering = ["sort_order", "pk"]
        constraints = [models.UniqueConstraint(fields=["tour", "name"], name="variant_name_unique")]

    def __str__(self) -> str:
        return f"{self.tour.name}: {self.name}"


class PricingTier(TenantModel):
    """What one kind of guest pays: Adult, Child … in minor units of the organization's currency.

    A variant that has tiers of its own is sold by them; one without by the tiers of its tour (`variant` empty).
    """

    tour = ParentalKey(Tour, verbose_name=_("tour"), on_delete=models.CASCADE, related_name="pricing_tiers")
    variant = models.ForeignKey(
        TourVariant,
        verbose_name=_("variant"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="pricing_tiers",
        help_text=_("Empty: for all variants without prices of their own."),
    )
    name = models.CharField(_("name"), max_length=80)
    name_translations = TranslationsField(_("name in other languages"))
    price_minor = MinorUnitsField(_("price"))
    seats = models.PositiveSmallIntegerField(
        _("seats taken"), default=1, help_text=_("0 for somebody who needs no place, such as an infant.")
    )
    min_age = models.PositiveSmallIntegerField(_("from age"), null=True, blank=True)
    max_age = models.PositiveSmallIntegerField(_("to age"), null=True, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    is_default = models.BooleanField(_("chosen at first"), default=False)
    sort_order = models.IntegerField(null=True, blank=True, editable=False)
    sort_order_field = "sort_order"

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        ordering = ["sort_order", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(price_minor__gte=0), name="tier_price"),
            models.CheckConstraint(
                condition=models.Q(min_age__isnull=True)
                | models.Q(max_age__isnull=True)
                | models.Q(min_age__lte=models.F("max_age")),
                name="tier_ages",
                violation_error_message=_("The ages are the wrong way round."),
            ),
            models.CheckConstraint(
                condition=models.Q(valid_from__isnull=True)
                | models.Q(valid_until__isnull=True)
                | models.Q(valid_from__lte=models.F("valid_until")),
                name="tier_validity",
                violation_error_message=_("The dates are the wrong way round."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Stop(TenantModel):
    """An ordered point of a tour, at a place. What guests read and hear there is content of the tour's page."""

    tour = ParentalKey(Tour, verbose_name=_("tour"), on_delete=models.CASCADE, related_name="stops")
    place = models.ForeignKey(Place, verbose_name=_("place"), on_delete=models.PROTECT, related_name="stops")
    title = models.CharField(_("title"), max_length=200)
    title_translations = TranslationsField(_("title in other languages"))
    sort_order = models.IntegerField(null=True, blank=True, editable=False)
    sort_order_field = "sort_order"

    class Meta:
        verbose_name = _("stop")
        verbose_name_plural = _("stops")
        ordering = ["sort_order", "pk"]

    def __str__(self) -> str:
        return self.title
