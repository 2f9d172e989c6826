"""Places that staff keep back."""

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenancy.models import TenantModel
from tours.models.schedules import Schedule


class SeatBlock(TenantModel):
    """Places of one departure that staff keep back, and why; nobody can book them. `Schedule.blocked_count` is their sum."""

    audit_person = ""
    # Free text may tell of guests, and belongs to none of them.
    personal_fields = ("reason",)

    schedule = models.ForeignKey(
        Schedule, verbose_name=_("schedule"), on_delete=models.CASCADE, related_name="seat_blocks"
    )
    seats = models.PositiveSmallIntegerField(_("places"), validators=[MinValueValidator(1)])
    reason = models.CharField(_("reason"), max_length=200)

    class Meta:
        verbose_name = _("blocked places")
        verbose_name_plural = _("blocked places")
        constraints = [models.CheckConstraint(condition=models.Q(seats__gte=1), name="block_seats")]

    def __str__(self) -> str:
        return f"{self.schedule} ({self.seats})"
