"""What was said with a customer, and what it was about."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.fields import RichTextField

from crm.enums import Direction, Outcome, ProtocolKind
from crm.models.customers import Customer
from crm.models.links import RecordLink
from tenancy.fields import searchable, words_of_markup
from tenancy.models import TenantModel


class Protocol(TenantModel):
    """A structured record of one interaction with a customer."""

    audit_person = "customer"
    personal_fields = ("__str__", "subject", "body")

    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.CASCADE, related_name="protocols"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=ProtocolKind.choices, default=ProtocolKind.CALL)
    own_kind = models.CharField(_("kind of our own"), max_length=60, blank=True, default="", db_default="")
    direction = models.CharField(_("direction"), max_length=12, choices=Direction.choices, default=Direction.INBOUND)
    subject = models.CharField(_("subject"), max_length=200)
    # Rich text as `rules.clean_rich` leaves it.
    body = RichTextField(_("what was said"), blank=True, features=["bold", "italic", "ol", "ul"])
    happened_at = models.DateTimeField(_("when"))
    duration_minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    outcome = models.CharField(
        _("outcome"), max_length=12, choices=Outcome.choices, blank=True, default="", db_default=""
    )
    is_private = models.BooleanField(
        _("private"),
        default=False,
        db_default=False,
        help_text=_("Only you, owners and admins can read it."),
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    search_text = searchable("subject", words_of_markup("body"))

    class Meta:
        verbose_name = _("protocol")
        verbose_name_plural = _("protocols")
        constraints = [
            models.CheckConstraint(condition=~models.Q(kind="own", own_kind=""), name="protocol_own_kind_is_named")
        ]
        indexes = [models.Index(fields=["organization", "customer", "-happened_at"], name="protocol_by_customer")]

    def __str__(self) -> str:
        return f"{self.kind_name}: {self.subject}"

    @property
    def kind_name(self) -> str:
        """What its kind is called: one of ours or one of the organization's own."""
        return self.own_kind if self.kind == "own" else self.get_kind_display()


class ProtocolLink(RecordLink):
    """A record that a protocol is about: an order, a booking, a schedule …"""

    protocol = models.ForeignKey(Protocol, on_delete=models.CASCADE, related_name="links")

    class Meta:
        verbose_name = _("linked record")
        verbose_name_plural = _("linked records")
        constraints = [
            models.UniqueConstraint(fields=["protocol", "content_type", "object_id"], name="protocol_link_unique")
        ]
        indexes = [models.Index(fields=["organization", "content_type", "object_id"], name="protocol_link_record")]


class ProtocolParticipant(TenantModel):
    """A member of the staff who took part besides the author. Other customers who did are linked records."""

    protocol = models.ForeignKey(Protocol, on_delete=models.CASCADE, related_name="participants")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        constraints = [models.UniqueConstraint(fields=["protocol", "user"], name="protocol_participant_once")]

    def __str__(self) -> str:
        return str(self.user)


class ProtocolMention(TenantModel):
    """Somebody of the staff whom the text of a protocol mentions by @, and when they looked at it."""

    protocol = models.ForeignKey(Protocol, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        constraints = [models.UniqueConstraint(fields=["protocol", "user"], name="protocol_mention_once")]
        indexes = [
            models.Index(
                fields=["organization", "user"], condition=models.Q(seen_at=None), name="protocol_mention_unseen"
            )
        ]

    def __str__(self) -> str:
        return str(self.user)


class ProtocolFile(TenantModel):
    """A private file beside a protocol; only a view that checks who asks hands it out."""

    audit_person = "protocol.customer"
    personal_fields = ("__str__", "name")

    protocol = models.ForeignKey(Protocol, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(_("name"), max_length=200)
    content_type = models.CharField(_("media type"), max_length=100)
    size = models.PositiveIntegerField(_("size"))
    content = models.BinaryField()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class ContactKind(TenantModel):
    """A kind of contact that the organization has added. Protocols keep its name, also when it is gone."""

    name = models.CharField(_("name"), max_length=60)

    class Meta:
        verbose_name = _("kind of contact")
        verbose_name_plural = _("kinds of contact")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                name="contact_kind_once",
                violation_error_message=_("There is already a kind with this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class ProtocolTemplate(TenantModel):
    """What a protocol that is written again and again begins with."""

    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=12, choices=ProtocolKind.choices, default=ProtocolKind.CALL)
    direction = models.CharField(_("direction"), max_length=12, choices=Direction.choices, default=Direction.INBOUND)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("what was said"), blank=True)

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                name="protocol_template_once",
                violation_error_message=_("There is already a template with this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name
