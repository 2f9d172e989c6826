"""Tours, their departures, and the seats booked on them."""

import uuid
import zoneinfo
from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from crm.models import Customer
from places.models import Place
from tenancy.fields import MinorUnitsField, TranslationsField
from tenancy.models import TenantModel, validate_time_zone
from tours.enums import (
    AssignmentStatus,
    BookingStatus,
    Difficulty,
    ScheduleStatus,
    TourCategory,
    TourStatus,
    VariantKind,
)


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
    min_participants = models.PositiveSmallIntegerField(_("fewest participants"), default=1)
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
    difficulty = models.CharField(_("difficulty"), max_length=12, choices=Difficulty.choices, default=Difficulty.EASY)
    wheelchair_accessible = models.BooleanField(_("wheelchair accessible"), default=False)
    accessibility_note = models.TextField(_("accessibility"), blank=True)
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


class TourVariant(TenantModel):
    """One form of a tour: private, group, morning … An empty value means that of the tour."""

    tour = ParentalKey(Tour, verbose_name=_("tour"), on_delete=models.CASCADE, related_name="variants")
    name = models.CharField(_("name"), max_length=120)
    name_translations = TranslationsField(_("name in other languages"))
    kind = models.CharField(_("kind"), max_length=12, choices=VariantKind.choices, default=VariantKind.GROUP)
    duration_minutes = models.PositiveSmallIntegerField(_("duration in minutes"), null=True, blank=True)
    capacity = models.PositiveSmallIntegerField(pgettext_lazy("on a departure", "places"), null=True, blank=True)
    cutoff_minutes = models.PositiveIntegerField(_("booking closes (minutes before)"), null=True, blank=True)
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


class Schedule(TenantModel):
    """One departure of a tour variant; what gets booked.

    Date and time are the wall clock of `time_zone`; `starts_at` and `ends_at` are the instants derived from them, for ordering.
    `booked_count` is the sum of the seats of its live bookings; only the operations that book and release change it.
    """

    audit_name = ("tour", "")
    # Free text may tell of guests, and belongs to none of them: it is not kept.
    personal_fields = ("internal_note",)

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    variant = models.ForeignKey(
        TourVariant, verbose_name=_("variant"), on_delete=models.PROTECT, related_name="schedules"
    )
    tour = models.ForeignKey(
        Tour, verbose_name=_("tour"), on_delete=models.PROTECT, related_name="schedules", editable=False
    )
    date = models.DateField(_("date"))
    start_time = models.TimeField(_("start"))
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[validate_time_zone], editable=False)
    starts_at = models.DateTimeField(_("starts at (UTC)"), editable=False)
    ends_at = models.DateTimeField(_("ends at (UTC)"), editable=False)
    booking_closes_at = models.DateTimeField(_("booking closes at (UTC)"), editable=False)
    duration_minutes = models.PositiveSmallIntegerField(_("duration in minutes"), validators=[MinValueValidator(1)])
    cutoff_minutes = models.PositiveIntegerField(_("booking closes (minutes before)"))
    capacity = models.PositiveSmallIntegerField(
        pgettext_lazy("on a departure", "places"), validators=[MinValueValidator(1)]
    )
    booked_count = models.PositiveIntegerField(_("booked"), default=0, editable=False)
    status = models.CharField(
        _("status"), max_length=12, choices=ScheduleStatus.choices, default=ScheduleStatus.OPEN, editable=False
    )
    language = models.CharField(_("language"), max_length=12, blank=True)
    guest_note = models.TextField(_("note to guests"), blank=True)
    internal_note = models.TextField(_("internal note"), blank=True)

    class Meta:
        verbose_name = _("schedule")
        verbose_name_plural = _("schedules")
        ordering = ["starts_at", "pk"]
        permissions = [
            ("view_manifest", "Can see who comes on any departure"),
            ("lead_schedule", "Can see the departures they lead, and who comes on them"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(booked_count__gte=0, booked_count__lte=models.F("capacity")),
                name="schedule_not_oversold",
                violation_error_message=_("More places are booked than that."),
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="schedule_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["variant", "date", "start_time", "language"],
                condition=~models.Q(status="cancelled"),
                name="schedule_once",
                violation_error_message=_("There is already a departure of this variant at that time."),
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "starts_at"], name="schedule_by_start"),
            models.Index(fields=["organization", "date", "starts_at"], name="schedule_by_date"),
            models.Index(fields=["organization", "tour", "starts_at"], name="schedule_by_tour"),
        ]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d} {self.start_time:%H:%M}"

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The IANA zone of the wall time."""
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def local_start(self) -> datetime:
        """The start as an aware datetime in the schedule's own zone."""
        return self.starts_at.astimezone(self.zone)

    @property
    def seats_left(self) -> int:
        """How many seats are free, as far as this object knows."""
        return self.capacity - self.booked_count


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


class Guide(TenantModel):
    """Somebody who leads tours; with an account, the person sees in the admin what they lead."""

    audit_person = ""
    personal_fields = ("__str__", "name")

    name = models.CharField(_("name"), max_length=200)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    is_active = models.BooleanField(_("leads tours"), default=True)

    class Meta:
        verbose_name = _("guide")
        verbose_name_plural = _("guides")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user"],
                name="guide_account_unique",
                violation_error_message=_("This account belongs to another guide already."),
            )
        ]
        indexes = [models.Index(fields=["organization", "name"], name="guide_by_name")]

    def __str__(self) -> str:
        return self.name


class GuideAssignment(TenantModel):
    """A guide put down for a departure, and what the guide says to it."""

    schedule = models.ForeignKey(
        Schedule, verbose_name=_("schedule"), on_delete=models.CASCADE, related_name="guide_assignments"
    )
    guide = models.ForeignKey(Guide, verbose_name=_("guide"), on_delete=models.PROTECT, related_name="assignments")
    status = models.CharField(
        _("status"), max_length=12, choices=AssignmentStatus.choices, default=AssignmentStatus.PENDING
    )

    class Meta:
        verbose_name = _("guide assignment")
        verbose_name_plural = _("guide assignments")
        constraints = [models.UniqueConstraint(fields=["schedule", "guide"], name="guide_once_per_schedule")]
        indexes = [models.Index(fields=["organization", "guide", "status"], name="assignment_by_guide")]

    def __str__(self) -> str:
        return f"{self.schedule}: {self.guide}"
