"""What departures share: buses, kayaks, headsets."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from tenancy.models import TenantModel
from tours.enums import NeedBasis
from tours.models.tours import TourVariant


class Resource(ClusterableModel, TenantModel):
    """Something of which an organization has a `stock`, shared by departures that overlap.

    A departure uses it from the moment the first of its places is taken, from its start until `turnaround_minutes` after its end. The
    database lets no places be taken beyond the stock.
    """

    name = models.CharField(_("name"), max_length=120)
    stock = models.PositiveIntegerField(_("how many there are"), validators=[MinValueValidator(1)])
    turnaround_minutes = models.PositiveSmallIntegerField(
        _("minutes until ready again"), default=0, validators=[MaxValueValidator(1440)]
    )
    is_active = models.BooleanField(_("in service"), default=True)

    class Meta:
        verbose_name = _("resource")
        verbose_name_plural = _("resources")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                name="resource_name_unique",
                violation_error_message=_("There is already a resource with this name."),
            ),
            models.CheckConstraint(condition=models.Q(turnaround_minutes__lte=1440), name="resource_turnaround"),
        ]

    def __str__(self) -> str:
        return self.name


class ResourceNeed(TenantModel):
    """How much of a resource each departure of a variant needs: a fixed number, or so many for each place taken."""

    resource = ParentalKey(Resource, verbose_name=_("resource"), on_delete=models.CASCADE, related_name="needs")
    variant = models.ForeignKey(
        TourVariant, verbose_name=_("tour and variant"), on_delete=models.CASCADE, related_name="resource_needs"
    )
    quantity = models.PositiveSmallIntegerField(_("how many"), default=1, validators=[MinValueValidator(1)])
    basis = models.CharField(_("counted"), max_length=12, choices=NeedBasis.choices, default=NeedBasis.DEPARTURE)

    class Meta:
        verbose_name = _("need of a resource")
        verbose_name_plural = _("needs of resources")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "variant"],
                name="resource_once_per_variant",
                violation_error_message=_("This variant is listed twice."),
            ),
            models.CheckConstraint(condition=models.Q(quantity__gte=1), name="need_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.variant}: {self.quantity} × {self.resource}"
