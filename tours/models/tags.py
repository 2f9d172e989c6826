"""What an organization itself calls the kinds of its tours."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenancy.fields import TranslationsField
from tenancy.models import TenantModel


class TourTag(TenantModel):
    """A word by which guests find tours of a kind: for families, at night, rainy days …"""

    name = models.CharField(_("name"), max_length=60)
    name_translations = TranslationsField(_("name in other languages"))

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                name="tour_tag_name_unique",
                violation_error_message=_("There is already a tag with this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name
