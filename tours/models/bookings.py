"""Bookings of places on departures, and the people who come."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models import Customer
from tenancy.models import TenantModel
from tours.enums import (
    BookingStatus,
)
from tours.models.schedules import Schedule


class Booking(TenantModel):
    """A customer's reservation of places on one schedule."""

    audit_person = "customer"
    personal_fields = ("special_needs",)

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    schedule = models.ForeignKey(
        Schedule, verbose_name=_("schedule"), on_delete=models.PROTECT, related_name="bookings"
    )
    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.PROTECT, related_name="bookings"
    )
    status = models.CharField(
        _("status"), max_length=12, choices=BookingStatus.choices, default=BookingStatus.HELD, editable=False
    )
    seats = models.PositiveSmallIntegerField(_("seats"), editable=False)
    special_needs = models.TextField(_("special needs"), blank=True)

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        indexes = [
            models.Index(fields=["organization", "schedule", "status"], name="booking_by_schedule"),
            models.Index(fields=["organization", "customer"], name="booking_by_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.schedule} ({self.seats})"


class Participant(TenantModel):
    """One person of a booking. The tier's name is the one of the time of booking."""

    audit_person = "booking.customer"
    personal_fields = ("__str__", "name", "needs")

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="participants")
    tier_name = models.CharField(_("kind"), max_length=80)
    seats = models.PositiveSmallIntegerField(_("seats taken"), default=1)
    name = models.CharField(_("name"), max_length=200, blank=True)
    needs = models.CharField(_("needs"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")

    def __str__(self) -> str:
        return self.name or self.tier_name
