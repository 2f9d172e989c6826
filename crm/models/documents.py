"""Private files: what the organization keeps about customers, orders, projects and anything else."""

import uuid
from pathlib import PurePath

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models.links import RecordLink
from tenancy.models import TenantModel
from tenancy.models.files import tenant_path


def private_path(instance: "DocumentVersion", filename: str) -> str:
    """Return where a file is stored: a folder that no address leads to, under a name that says nothing."""
    return tenant_path("private", f"{uuid.uuid4()}{PurePath(filename).suffix.lower()}")


class Document(TenantModel):
    """A private file with its versions. Only views that check who asks hand it out."""

    personal_fields = ("__str__", "title", "note")

    title = models.CharField(_("title"), max_length=200)
    note = models.TextField(_("note"), blank=True)
    expires_on = models.DateField(
        _("valid until"), null=True, blank=True, help_text=_("Of a passport, an insurance, a certificate.")
    )
    is_private = models.BooleanField(
        _("private"), default=False, help_text=_("Only whoever uploaded it, owners and admins can see it.")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("uploaded by"),
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("private document")
        verbose_name_plural = _("private documents")
        indexes = [
            models.Index(fields=["organization", "-created_at"], name="document_recent"),
            models.Index(
                fields=["organization", "expires_on"],
                condition=models.Q(expires_on__isnull=False),
                name="document_by_expiry",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class DocumentVersion(TenantModel):
    """One file of a document; the one with the highest number is what the document is now."""

    personal_fields = ("__str__", "name", "words")

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    file = models.FileField(_("file"), upload_to=private_path)
    name = models.CharField(_("name"), max_length=200)
    content_type = models.CharField(_("media type"), max_length=100)
    size = models.PositiveBigIntegerField(_("size"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("uploaded by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    # What a job reads from the file: each of its words once, with a space before it, and a small picture without its origin.
    read_at = models.DateTimeField(null=True, editable=False)
    words = models.TextField(blank=True, editable=False)
    preview = models.BinaryField(null=True, editable=False)

    class Meta:
        verbose_name = _("version of a private document")
        verbose_name_plural = _("versions of private documents")
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="document_version_once")]
        indexes = [
            models.Index(
                fields=["created_at"], condition=models.Q(read_at__isnull=True), name="document_version_unread"
            )
        ]

    def __str__(self) -> str:
        return self.name


class DocumentLink(RecordLink):
    """A record that a document is about."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="links")

    class Meta:
        verbose_name = _("record of a private document")
        verbose_name_plural = _("records of private documents")
        constraints = [
            models.UniqueConstraint(fields=["document", "content_type", "object_id"], name="document_link_once")
        ]
        indexes = [models.Index(fields=["organization", "content_type", "object_id"], name="document_link_record")]


class DocumentTag(TenantModel):
    """A word by which staff sort documents; each document has it once at most."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(_("name"), max_length=40)

    class Meta:
        verbose_name = _("tag of a private document")
        verbose_name_plural = _("tags of private documents")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["document", "name"], name="document_tag_once")]
        indexes = [models.Index(fields=["organization", "name", "document"], name="document_by_tag")]

    def __str__(self) -> str:
        return self.name


class DocumentShare(TenantModel):
    """A link by which somebody without an account fetches one version until it expires or is taken back.

    Of the token in its address only a hash is kept.
    """

    version = models.ForeignKey(DocumentVersion, on_delete=models.CASCADE, related_name="shares")
    token_hash = models.CharField(max_length=64)
    expires_at = models.DateTimeField(_("expires"))
    revoked_at = models.DateTimeField(_("taken back"), null=True, editable=False)
    downloads = models.PositiveIntegerField(_("downloads"), default=0)
    last_download_at = models.DateTimeField(_("last download"), null=True, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("made by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("link to a private document")
        verbose_name_plural = _("links to private documents")
        constraints = [models.UniqueConstraint(fields=["organization", "token_hash"], name="document_share_token")]

    def __str__(self) -> str:
        return str(self.pk)


class DocumentLimits(TenantModel):
    """What an organization lets be uploaded as a private file, within what the system allows; without a row all of that.

    `max_megabytes` is the largest file; `endings` are those of the names of files, none means all.
    """

    max_megabytes = models.PositiveSmallIntegerField(_("largest file, in MB"), null=True, blank=True)
    endings = models.JSONField(_("kinds of files"), default=list, blank=True)

    class Meta:
        verbose_name = _("limits of private documents")
        verbose_name_plural = _("limits of private documents")
        # Set with the organization's settings, by those who may change these.
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["organization"], name="document_limits_once")]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)
