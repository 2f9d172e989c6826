"""Departures that were cancelled or moved: what their guests were told, and what each of them chose."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from commerce.enums import ChangeKind, ChoiceStatus
from commerce.models.orders import Order
from crm.models import Message
from tenancy.fields import TranslationsField
from tenancy.models import TenantModel
from tours.models import Booking, Schedule


class DepartureChange(TenantModel):
    """One time that a departure was cancelled or moved, with what staff decided about its guests.

    `choose_until` is the instant until which guests may choose; None when they are told only. `limit_minor` is how much of one
    order may go back without somebody's approval; None is no limit.
    """

    audit_name = ("schedule.tour", "schedule")

    schedule = models.ForeignKey(
        Schedule, verbose_name=_("schedule"), on_delete=models.PROTECT, related_name="departure_changes"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=ChangeKind.choices)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    guest_text = models.TextField(_("words to the guests"), blank=True)
    guest_text_translations = TranslationsField(_("words to the guests in other languages"))
    choose_until = models.DateTimeField(_("guests may choose until"), null=True, blank=True)
    booking_count = models.PositiveIntegerField(_("bookings"), default=0)
    limit_minor = models.BigIntegerField(_("most to pay back of one order"), null=True, blank=True)
    moved_from = models.DateTimeField(_("previous start"), null=True, blank=True)
    moved_to = models.DateTimeField(_("new start"), null=True, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("change of a departure")
        verbose_name_plural = _("changes of departures")
        constraints = [
            models.UniqueConstraint(
                fields=["schedule"], condition=models.Q(kind="cancelled"), name="departure_cancelled_once"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="cancelled")
                | models.Q(kind="moved", moved_from__isnull=False, moved_to__isnull=False),
                name="departure_change_times",
            ),
        ]
        indexes = [models.Index(fields=["organization", "schedule"], name="departure_change_by_schedule")]

    def __str__(self) -> str:
        return f"{self.schedule} ({self.get_kind_display()})"


class OfferedDeparture(TenantModel):
    """A departure that guests may take instead."""

    change = models.ForeignKey(DepartureChange, on_delete=models.CASCADE, related_name="offers")
    schedule = models.ForeignKey(Schedule, verbose_name=_("schedule"), on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("offered departure")
        verbose_name_plural = _("offered departures")
        constraints = [models.UniqueConstraint(fields=["change", "schedule"], name="departure_offered_once")]

    def __str__(self) -> str:
        return str(self.schedule)


class GuestChoice(TenantModel):
    """What becomes of one booking on a departure that was cancelled or moved.

    `amount_minor` is what its places cost, in the order's currency. The public id stands in the address by which a guest chooses.
    """

    audit_name = ("order",)
    audit_person = "order.customer"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    change = models.ForeignKey(
        DepartureChange, verbose_name=_("change of a departure"), on_delete=models.CASCADE, related_name="choices"
    )
    order = models.ForeignKey(Order, verbose_name=_("order"), on_delete=models.PROTECT, related_name="guest_choices")
    booking = models.ForeignKey(
        Booking, verbose_name=_("booking"), on_delete=models.PROTECT, related_name="guest_choices"
    )
    status = models.CharField(_("status"), max_length=12, choices=ChoiceStatus.choices, default=ChoiceStatus.NEW)
    amount_minor = models.BigIntegerField(_("amount"), default=0)
    choose_until = models.DateTimeField(_("may choose until"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    taken = models.ForeignKey(
        Schedule,
        verbose_name=_("departure taken instead"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    message = models.ForeignKey(
        Message, verbose_name=_("e-mail"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("choice of a guest")
        verbose_name_plural = _("choices of guests")
        constraints = [models.UniqueConstraint(fields=["change", "booking"], name="guest_chooses_once")]
        indexes = [
            models.Index(fields=["organization", "change", "status"], name="guest_choice_by_change"),
            models.Index(fields=["organization", "order"], name="guest_choice_by_order"),
            models.Index(fields=["choose_until"], condition=models.Q(status="waiting"), name="guest_choice_due"),
        ]

    def __str__(self) -> str:
        return f"{self.order} ({self.get_status_display()})"
