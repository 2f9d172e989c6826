"""Where things are."""

import uuid
from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from places.enums import PlaceKind
from tenancy.fields import TranslationsField
from tenancy.models import TenantImage, TenantModel

LONGEST_TAG: Final = 40


class Place(TenantModel):
    """An address or a spot on the map. Latitude and longitude are WGS 84 degrees; either both are known or none."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=200)
    name_translations = TranslationsField(_("name in other languages"))
    kind = models.CharField(_("kind"), max_length=20, choices=PlaceKind.choices, default=PlaceKind.OTHER)
    street = models.CharField(_("street"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True, help_text=_("Two letters, such as DE."))
    latitude = models.DecimalField(
        _("latitude"),
        max_digits=8,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
    )
    longitude = models.DecimalField(
        _("longitude"),
        max_digits=9,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )
    phone = PhoneNumberField(_("phone"), blank=True)
    website = models.URLField(_("website"), blank=True)
    directions = models.TextField(_("how to find it"), blank=True)
    directions_translations = TranslationsField(_("how to find it in other languages"))
    opening_hours = models.CharField(_("opening hours"), max_length=200, blank=True)
    opening_hours_translations = TranslationsField(_("opening hours in other languages"))
    picture = models.ForeignKey(
        TenantImage, verbose_name=_("picture"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    tags = ArrayField(
        models.CharField(max_length=LONGEST_TAG), verbose_name=_("tags"), default=list, db_default=[], blank=True
    )
    external_id = models.CharField(
        _("id in the source"), max_length=120, blank=True, help_text=_("Set by an import, so that a repeat updates it.")
    )

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "external_id"], condition=~models.Q(external_id=""), name="place_external_id"
            ),
            models.CheckConstraint(
                condition=models.Q(latitude__isnull=True, longitude__isnull=True)
                # A comparison with NULL is no refusal, so both are asked for.
                | models.Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                name="place_coordinates",
                violation_error_message=_("Give both latitude and longitude, or none."),
            ),
        ]
        indexes = [models.Index(fields=["organization", "name"], name="place_by_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """Street, postal code and city in one line, as far as known."""
        town = f"{self.postal_code} {self.city}".strip()
        return ", ".join(part for part in (self.street, town) if part)

    # What Wagtail calls it where it shows a place.
    address.fget.short_description = _("address")  # type: ignore[attr-defined]

    @property
    def has_coordinates(self) -> bool:
        """Whether the place can be shown on a map."""
        return self.latitude is not None and self.longitude is not None
