"""Organizations, their people, and what the kernel writes down for them."""

import uuid
import zoneinfo
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser, BaseUserManager, Group
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField
from wagtail.documents.models import AbstractDocument
from wagtail.documents.models import Document as WagtailDocument
from wagtail.images.models import AbstractImage, AbstractRendition
from wagtail.images.models import Image as WagtailImage

from tenancy.enums import DeliveryStatus, OrganizationStatus, Role
from tenancy.money import validate_currency
from tenancy.scope import current_organization_id, require_organization_id


def validate_time_zone(name: str) -> None:
    """Raise `ValidationError` unless `name` is an IANA time zone such as “Europe/Berlin”."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone such as Europe/Berlin."), params={"name": name})


class UserManager(BaseUserManager["User"]):
    """Makes accounts whose name is their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create and return an account; without a password nobody can sign in with it yet."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create and return an account of the platform's own staff."""
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True, **fields})

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the account with this e-mail address, in any case."""
        return self.get(email__iexact=username)


class User(AbstractUser):
    """A person's account. It is seen only inside organizations where the person has a membership."""

    username = None  # type: ignore[assignment]  # the e-mail address is the name
    email = models.EmailField(_("e-mail"), unique=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()  # type: ignore[misc, assignment]

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                violation_error_message=_("There is already an account with this e-mail address."),
            )
        ]


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


def tenant_path(folder: str, filename: str) -> str:
    """Return where a file of the organization in scope is stored: under its own prefix, below `folder`."""
    public_id = Organization.objects.filter(pk=require_organization_id()).values_list("public_id", flat=True).get()
    return f"{public_id}/{folder}/{filename}"


class TenantImage(AbstractImage):
    """A picture of an organization."""

    credit = models.CharField(_("credit"), max_length=200, blank=True, help_text=_("Who took or owns the picture."))

    admin_form_fields = (*WagtailImage.admin_form_fields, "credit")

    class Meta(AbstractImage.Meta):
        verbose_name = _("image")
        verbose_name_plural = _("images")
        permissions = [("choose_tenantimage", "Can choose image")]

    def get_upload_to(self, filename: str) -> str:
        path: str = super().get_upload_to(filename)
        folder, _slash, name = path.rpartition("/")
        return tenant_path(folder, name)


class TenantRendition(AbstractRendition):
    """A picture in one size and format."""

    image = models.ForeignKey(TenantImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        unique_together = (("image", "filter_spec", "focal_point_key"),)

    def get_upload_to(self, filename: str) -> str:
        path: str = super().get_upload_to(filename)
        folder, _slash, name = path.rpartition("/")
        return tenant_path(folder, name)


def document_path(instance: "TenantDocument", filename: str) -> str:
    """Return where a document is stored; the folder is served only through a view that checks who asks."""
    return tenant_path("documents", filename)


class TenantDocument(AbstractDocument):
    """A file of an organization that visitors or staff can download."""

    file = models.FileField(_("file"), upload_to=document_path)

    admin_form_fields = WagtailDocument.admin_form_fields

    class Meta(AbstractDocument.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        permissions = [("choose_tenantdocument", "Can choose document")]


class AuditEntry(models.Model):
    """One thing that somebody did. Rows are added, never changed or removed: the database refuses."""

    wagtail_reference_index_ignore = True  # as `TenantModel`

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, default=current_organization_id, editable=False, related_name="+"
    )
    at = models.DateTimeField(_("when"), auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    action = models.CharField(_("what"), max_length=80)
    subject_type = models.CharField(_("kind of record"), max_length=80)
    subject_id = models.BigIntegerField(_("record"), null=True)
    details = models.JSONField(_("details"), default=dict)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        indexes = [
            models.Index(fields=["organization", "-at"], name="audit_recent"),
            models.Index(fields=["organization", "subject_type", "subject_id"], name="audit_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action}"


class OutboxEvent(TenantModel):
    """Something that happened, written in the transaction that made it happen, for others to act on."""

    topic = models.CharField(_("topic"), max_length=80)
    payload = models.JSONField(_("payload"), default=dict)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")

    def __str__(self) -> str:
        return self.topic


class OutboxDelivery(TenantModel):
    """The way of one event to one subscriber, so that a repeat has no effect and nothing is lost."""

    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, related_name="deliveries")
    subscriber = models.CharField(_("subscriber"), max_length=120)
    status = models.CharField(
        _("status"), max_length=12, choices=DeliveryStatus.choices, default=DeliveryStatus.PENDING
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"))
    delivered_at = models.DateTimeField(_("done"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)

    class Meta:
        verbose_name = _("delivery")
        permissions = [("retry_outboxdelivery", "Can start a failed delivery again")]
        verbose_name_plural = _("deliveries")
        constraints = [models.UniqueConstraint(fields=["event", "subscriber"], name="delivery_once_per_subscriber")]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=models.Q(status="pending"), name="delivery_due"),
            models.Index(fields=["organization", "status"], name="delivery_by_status"),
        ]

    def __str__(self) -> str:
        return f"{self.event} → {self.subscriber}"
