"""What guests get back who cancel."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenancy.fields import MinorUnitsField
from tenancy.models import TenantModel
from tours.models import Tour


class CancellationPolicy(TenantModel):
    """Until when which share comes back, under a name; the default is for tours that have none of their own.

    `steps` is a list of `{"hours": …, "percent": …}`, the earliest deadline first (`rules.Policy`). An order keeps a copy
    of what was agreed, so that a change here is for later orders only.
    """

    name = models.CharField(_("name"), max_length=80, help_text=_("For your team; guests read the rules in words."))
    is_default = models.BooleanField(
        _("for all other tours"), default=False, help_text=_("Counts for each tour that has no policy of its own.")
    )
    steps = models.JSONField(_("what comes back"), default=list, blank=True)
    fee_minor = MinorUnitsField(
        _("fee of each place"), default=0, help_text=_("Is kept in any case, also while everything comes back.")
    )

    class Meta:
        verbose_name = _("cancellation policy")
        verbose_name_plural = _("cancellation policies")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="cancellation_policy_name"),
            models.UniqueConstraint(
                fields=["organization"], condition=models.Q(is_default=True), name="cancellation_policy_default"
            ),
            models.CheckConstraint(condition=models.Q(fee_minor__gte=0), name="cancellation_policy_fee"),
        ]

    def __str__(self) -> str:
        return self.name


class TourPolicy(TenantModel):
    """That a tour has a cancellation policy of its own."""

    policy = models.ForeignKey(
        CancellationPolicy,
        verbose_name=_("cancellation policy"),
        on_delete=models.CASCADE,
        related_name="tour_policies",
    )
    tour = models.OneToOneField(Tour, verbose_name=_("tour"), on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("cancellation policy of a tour")
        verbose_name_plural = _("cancellation policies of tours")

    def __str__(self) -> str:
        return f"{self.tour}: {self.policy}"
