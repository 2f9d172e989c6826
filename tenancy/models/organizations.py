"""Organizations, their host names and their people."""

import uuid
import zoneinfo

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from tenancy.enums import OrganizationStatus, Role
from tenancy.models.accounts import User
from tenancy.money import validate_currency
from tenancy.scope import current_organization_id


def validate_time_zone(name: str) -> None:
    """Raise `ValidationError` unless `name` is an IANA time zone such as “Europe/Berlin”."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone such as Europe/Berlin."), params={"name": name})


class Timestamped(models.Model):
    """When a row was made and last changed."""

    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        abstract = True


class Organization(Timestamped):
    """The tenant: one guest site, one currency, one time zone, its own staff, customers, content and money."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("short name"), max_length=40, unique=True, help_text=_("Used in the web address."))
    business_name = models.CharField(_("business name"), max_length=200, blank=True)
    business_address = models.TextField(_("business address"), blank=True)
    business_email = models.EmailField(_("e-mail"), blank=True)
    business_phone = PhoneNumberField(_("phone"), blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[validate_time_zone])
    currency = models.CharField(_("currency"), max_length=3, validators=[validate_currency])
    default_language = models.CharField(_("default language"), max_length=12, default="en")
    languages = models.JSONField(_("languages"), default=list, blank=True, help_text=_("Codes such as en and de."))
    order_prefix = models.CharField(
        _("order number prefix"),
        max_length=4,
        validators=[RegexValidator(r"^[A-Z]{1,4}$", _("One to four capital letters."))],
    )
    status = models.CharField(
        _("status"), max_length=12, choices=OrganizationStatus.choices, default=OrganizationStatus.SETUP
    )
    requires_two_factor = models.BooleanField(
        _("two-factor sign-in for everybody"),
        default=False,
        help_text=_("Members without it are asked to set it up before they can do anything else."),
    )
    site = models.OneToOneField(
        "wagtailcore.Site",
        verbose_name=_("site"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="organization",
    )

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The IANA time zone in which the organization lives."""
        return zoneinfo.ZoneInfo(self.time_zone)


class TenantModel(Timestamped):
    """A row of one organization: the one in scope when it was made. The database shows it to nobody else."""

    organization = models.ForeignKey(
        Organization,
        verbose_name=_("organization"),
        on_delete=models.CASCADE,
        default=current_organization_id,
        editable=False,
        related_name="+",
    )
    # Records of the business are found by their foreign keys; Wagtail's index of references would add queries to each save.
    wagtail_reference_index_ignore = True

    class Meta:
        abstract = True


class Domain(TenantModel):
    """A host name under which an organization is reached."""

    host = models.CharField(
        _("host name"),
        max_length=253,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", _("A host name such as tours.example.com."))],
    )
    is_canonical = models.BooleanField(_("main address"), default=False)

    class Meta:
        verbose_name = _("domain")
        verbose_name_plural = _("domains")
        constraints = [
            models.UniqueConstraint(
                fields=["organization"], condition=models.Q(is_canonical=True), name="domain_one_canonical"
            )
        ]

    def __str__(self) -> str:
        return self.host


class Membership(TenantModel):
    """A person working for an organization, in one role."""

    user = models.ForeignKey(User, verbose_name=_("person"), on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    # Here, not of the account: when somebody signed in at another organization is nobody's business.
    last_sign_in_at = models.DateTimeField(_("last sign-in"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["organization", "user"], name="membership_unique")]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"


class RoleGroup(TenantModel):
    """Which Django group holds the permissions of a role in this organization."""

    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    group = models.OneToOneField(Group, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "role"], name="role_group_unique")]

    def __str__(self) -> str:
        return self.get_role_display()
