"""What is written about by itself, and in which words."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from commerce.enums import NotificationKind
from tenancy.models import TenantModel


class Notification(TenantModel):
    """Whether and how an organization writes about one kind of thing. `hours` before the start; `places` left or fewer.

    `texts` holds subject and text by language, where they are not the usual ones: `{"en": {"subject": …, "text": …}}`.
    """

    kind = models.CharField(_("kind"), max_length=24, choices=NotificationKind.choices, editable=False)
    is_active = models.BooleanField(_("sent"), default=True)
    hours = models.PositiveSmallIntegerField(
        _("hours before the start"), default=24, validators=[MinValueValidator(1), MaxValueValidator(168)]
    )
    places = models.PositiveSmallIntegerField(
        _("from how many places left"), default=3, validators=[MaxValueValidator(1000)]
    )
    recipient = models.EmailField(_("to"), blank=True, help_text=_("Empty: the e-mail address of the organization."))
    texts = models.JSONField(_("texts"), default=dict, blank=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["kind"]
        constraints = [models.UniqueConstraint(fields=["organization", "kind"], name="notification_once_per_kind")]

    def __str__(self) -> str:
        return self.get_kind_display()
