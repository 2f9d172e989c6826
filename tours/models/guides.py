"""Guides: who they are, what they may lead, and when they can come."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from phonenumber_field.modelfields import PhoneNumberField

from tenancy.models import TenantModel
from tours.models.tours import Certification, Tour


class Guide(ClusterableModel, TenantModel):
    """Somebody who leads tours; with an account, the person sees in the admin what they lead."""

    audit_person = ""
    personal_fields = ("__str__", "name", "email", "phone", "note")

    name = models.CharField(_("name"), max_length=200)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    email = models.EmailField(
        _("e-mail"), blank=True, help_text=_("Where requests are sent. Empty: the address of the account.")
    )
    phone = PhoneNumberField(_("phone"), blank=True)
    languages = ArrayField(
        models.CharField(max_length=12),
        verbose_name=_("languages"),
        default=list,
        blank=True,
        help_text=_("Codes of the languages they lead in, such as en, de."),
        db_default=[],
    )
    max_hours_per_day = models.PositiveSmallIntegerField(
        _("most hours a day"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(24)]
    )
    max_hours_per_week = models.PositiveSmallIntegerField(
        _("most hours a week"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(168)]
    )
    note = models.TextField(_("internal note"), blank=True, db_default="")
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


class TourGuide(TenantModel):
    """A tour that a guide knows how to lead. A tour that is on nobody's list may be led by everybody."""

    guide = ParentalKey(Guide, verbose_name=_("guide"), on_delete=models.CASCADE, related_name="qualifications")
    tour = models.ForeignKey(Tour, verbose_name=_("tour"), on_delete=models.CASCADE, related_name="tour_guides")

    class Meta:
        verbose_name = _("qualified tour")
        verbose_name_plural = _("qualified tours")
        ordering = ["tour__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["guide", "tour"],
                name="tour_guide_once",
                violation_error_message=_("This tour is on the list already."),
            )
        ]

    def __str__(self) -> str:
        return str(self.tour)


class GuideCertification(TenantModel):
    """A certificate that a guide holds; without an end it holds for good."""

    audit_person = "guide"
    personal_fields = ("number",)

    guide = ParentalKey(Guide, verbose_name=_("guide"), on_delete=models.CASCADE, related_name="certifications")
    certification = models.ForeignKey(
        Certification, verbose_name=_("certificate"), on_delete=models.PROTECT, related_name="holders"
    )
    number = models.CharField(_("number"), max_length=80, blank=True)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    expires_on = models.DateField(
        _("last day it holds"), null=True, blank=True, help_text=_("Empty: it does not expire.")
    )

    class Meta:
        verbose_name = _("certificate of a guide")
        verbose_name_plural = _("certificates of guides")
        ordering = ["certification__name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(issued_on__isnull=True)
                | models.Q(expires_on__isnull=True)
                | models.Q(issued_on__lte=models.F("expires_on")),
                name="guide_certification_dates",
                violation_error_message=_("It ends before it was issued."),
            )
        ]
        indexes = [models.Index(fields=["organization", "expires_on"], name="certification_by_end")]

    def __str__(self) -> str:
        return str(self.certification)


class GuideAvailability(TenantModel):
    """A weekday and the local hours on which a guide can usually lead. Who has none can always."""

    guide = ParentalKey(Guide, verbose_name=_("guide"), on_delete=models.CASCADE, related_name="availabilities")
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=list(WEEKDAYS.items()))
    start_time = models.TimeField(_("from"))
    end_time = models.TimeField(_("until"), help_text=_("23:59 means until midnight."))

    class Meta:
        verbose_name = _("weekly hours")
        verbose_name_plural = _("weekly hours")
        ordering = ["weekday", "start_time", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(weekday__lte=6), name="guide_availability_weekday"),
            models.CheckConstraint(
                condition=models.Q(end_time__gt=models.F("start_time")),
                name="guide_availability_times",
                violation_error_message=_("It ends before it begins. For a night, give two days."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.start_time:%H:%M}–{self.end_time:%H:%M}"


class GuideTimeOff(TenantModel):
    """Days on which a guide leads nothing, both included."""

    audit_person = "guide"
    personal_fields = ("__str__", "reason", "first_day", "last_day")

    guide = ParentalKey(Guide, verbose_name=_("guide"), on_delete=models.CASCADE, related_name="times_off")
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("time off")
        verbose_name_plural = _("times off")
        ordering = ["first_day", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")),
                name="guide_time_off_days",
                violation_error_message=_("The last day is before the first."),
            )
        ]
        indexes = [models.Index(fields=["organization", "guide", "last_day"], name="time_off_by_guide")]

    def __str__(self) -> str:
        return f"{self.first_day:%Y-%m-%d}–{self.last_day:%Y-%m-%d}"


class GuideSettings(TenantModel):
    """How an organization plans its guides; the defaults hold until somebody changes them."""

    ask_first = models.BooleanField(
        _("guides are asked first"),
        default=False,
        help_text=_("What is chosen at first when you put a guide down: to ask, or to decide at once."),
    )
    reminder_hours = models.PositiveSmallIntegerField(
        _("remind after (hours)"),
        default=24,
        validators=[MinValueValidator(1), MaxValueValidator(720)],
        help_text=_("A guide who has not answered by then is reminded once."),
    )
    swap_needs_consent = models.BooleanField(
        _("a manager consents when guides swap"),
        default=True,
        help_text=_("Unticked: who takes over leads at once, unless something speaks against it."),
    )
    travel_minutes = models.PositiveSmallIntegerField(
        _("minutes between two places, at least"), default=15, validators=[MaxValueValidator(600)]
    )
    travel_kmh = models.PositiveSmallIntegerField(
        _("how fast guides get from place to place (km/h)"),
        default=15,
        validators=[MinValueValidator(1), MaxValueValidator(300)],
        help_text=_("For the way between places on the map; a third is added to the distance as the crow flies."),
    )
    rest_hours = models.PositiveSmallIntegerField(
        _("hours of rest between two days"), default=11, validators=[MaxValueValidator(24)]
    )

    class Meta:
        verbose_name = _("planning of guides")
        verbose_name_plural = _("planning of guides")
        constraints = [models.UniqueConstraint(fields=["organization"], name="guide_settings_once")]

    def __str__(self) -> str:
        return str(_("Planning of guides"))
