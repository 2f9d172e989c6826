"""Bookings of places on departures, and the people who come."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

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
    """One person of a booking, or a group that is sold as one. The tier's name is the one of the time of booking.

    `checked_in_at` and `no_show_at` are never both set; the operations of attendance change them.
    """

    audit_person = "booking.customer"
    personal_fields = ("__str__", "name", "age", "needs", "diet", "emergency_name", "emergency_phone")

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="participants")
    tier_name = models.CharField(_("age group"), max_length=80)
    seats = models.PositiveSmallIntegerField(_("seats taken"), default=1)
    name = models.CharField(_("name"), max_length=200, blank=True)
    age = models.PositiveSmallIntegerField(_("age"), null=True, blank=True, validators=[MaxValueValidator(120)])
    needs = models.CharField(_("special needs"), max_length=300, blank=True)
    diet = models.CharField(_("diet and allergies"), max_length=200, blank=True, default="", db_default="")
    emergency_name = models.CharField(_("emergency contact"), max_length=200, blank=True, default="", db_default="")
    emergency_phone = PhoneNumberField(_("phone of the emergency contact"), blank=True, default="", db_default="")
    checked_in_at = models.DateTimeField(_("checked in"), null=True, blank=True, editable=False)
    checked_in_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("checked in by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    no_show_at = models.DateTimeField(_("did not come"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(checked_in_at__isnull=True) | models.Q(no_show_at__isnull=True),
                name="participant_here_or_absent",
            )
        ]

    def __str__(self) -> str:
        return self.name or self.tier_name

    @property
    def age_group(self) -> str:
        """The kind of place, and the age where it is known: “Child, 8”."""
        return self.tier_name if self.age is None else f"{self.tier_name}, {self.age}"

    @property
    def heads(self) -> int:
        """How many people this is: a group sold as one has its seats; somebody without a seat is a person all the same."""
        return max(1, self.seats)
