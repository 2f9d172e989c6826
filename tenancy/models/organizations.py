"""Organizations, their host names and their people."""

import secrets
import uuid
import zoneinfo
from email.utils import formataddr

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from tenancy.enums import DomainProblem, DomainStatus, OrganizationStatus, Role
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
    sender_name = models.CharField(
        _("sender's name"),
        max_length=120,
        blank=True,
        validators=[RegexValidator(r"[<>@\r\n]", _("Give a name without < > and @."), inverse_match=True)],
        help_text=_("Shown as the sender of your e-mails. Empty: the name of the organization."),
    )
    reply_to = models.EmailField(
        _("answers go to"),
        blank=True,
        help_text=_("Where answers of guests arrive. Empty: the e-mail address of the business."),
    )
    status = models.CharField(
        _("status"), max_length=12, choices=OrganizationStatus.choices, default=OrganizationStatus.SETUP
    )
    requires_two_factor = models.BooleanField(
        _("two-factor sign-in for everybody"),
        default=False,
        help_text=_("Members without it are asked to set it up before they can do anything else."),
    )
    reviews_pages = models.BooleanField(
        _("somebody else looks before a page is published"),
        default=False,
        db_default=False,
        help_text=_("Editors send a page to be looked at; another editor, an admin or an owner publishes it."),
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

    @property
    def mail_sender(self) -> str:
        """The From of its e-mails: its own name, at the installation's address."""
        return formataddr((self.sender_name or self.name, settings.DEFAULT_FROM_EMAIL))

    @property
    def mail_reply_to(self) -> list[str]:
        """The Reply-To of its e-mails: one address, or none."""
        address = self.reply_to or self.business_email
        return [address] if address else []


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


def new_domain_token() -> str:
    """Return an unguessable text that whoever owns a host name puts into its DNS."""
    return f"waypost-{secrets.token_hex(16)}"


class Domain(TenantModel):
    """A host name under which an organization is reached, once it has shown by a DNS record that the name is its own."""

    host = models.CharField(
        _("host name"),
        max_length=253,
        validators=[RegexValidator(r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", _("A host name such as tours.example.com."))],
    )
    is_canonical = models.BooleanField(_("main address"), default=False)
    status = models.CharField(
        _("status"), max_length=12, choices=DomainStatus.choices, default=DomainStatus.WAITING, editable=False
    )
    token = models.CharField(_("value of the record"), max_length=80, default=new_domain_token, editable=False)
    problem = models.CharField(_("problem"), max_length=12, choices=DomainProblem.choices, blank=True, editable=False)
    # The values of the record at the last check, for people to compare.
    found = models.JSONField(_("found"), default=list, blank=True, editable=False)
    asked_at = models.DateTimeField(_("looked for since"), null=True, blank=True, editable=False)
    checked_at = models.DateTimeField(_("last looked"), null=True, blank=True, editable=False)
    next_check_at = models.DateTimeField(_("next look"), null=True, blank=True, editable=False)
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("web address")
        verbose_name_plural = _("web addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["host"], condition=models.Q(status=DomainStatus.VERIFIED), name="domain_host_verified_once"
            ),
            models.UniqueConstraint(fields=["organization", "host"], name="domain_host_once"),
            models.UniqueConstraint(
                fields=["organization"], condition=models.Q(is_canonical=True), name="domain_one_canonical"
            ),
            models.CheckConstraint(
                condition=models.Q(is_canonical=False) | models.Q(status=DomainStatus.VERIFIED),
                name="domain_canonical_verified",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_check_at"], condition=models.Q(status=DomainStatus.WAITING), name="domain_check_due"
            )
        ]

    def __str__(self) -> str:
        return self.host

    @property
    def record_name(self) -> str:
        """The name of the DNS record that shows whose the host name is."""
        return f"_waypost.{self.host}"

    @property
    def is_verified(self) -> bool:
        """Whether guests are served there."""
        return self.status == DomainStatus.VERIFIED


class Membership(TenantModel):
    """A person working for an organization, in one role."""

    audit_name = ("user.get_full_name",)
    audit_person = "user"
    personal_fields = ("__str__",)

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
