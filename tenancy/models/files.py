"""Pictures and documents of an organization."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.documents.models import AbstractDocument
from wagtail.documents.models import Document as WagtailDocument
from wagtail.images.models import AbstractImage, AbstractRendition
from wagtail.images.models import Image as WagtailImage

from tenancy.fields import TranslationsField, translated
from tenancy.models.organizations import Organization
from tenancy.scope import require_organization_id
from tenancy.validators import check_document


def tenant_path(folder: str, filename: str) -> str:
    """Return where a file of the organization in scope is stored: under its own prefix, below `folder`."""
    public_id = Organization.objects.filter(pk=require_organization_id()).values_list("public_id", flat=True).get()
    return f"{public_id}/{folder}/{filename}"


class TenantImage(AbstractImage):
    """A picture of an organization."""

    credit = models.CharField(_("credit"), max_length=200, blank=True, help_text=_("Who took or owns the picture."))
    description_translations = TranslationsField(_("description in other languages"), db_default={})
    is_decorative = models.BooleanField(
        _("only decoration"),
        default=False,
        db_default=False,
        help_text=_("It says nothing that is not said beside it, so screen readers pass over it."),
    )

    admin_form_fields = (
        "title",
        "file",
        "description",
        "description_translations",
        "is_decorative",
        "credit",
        *(name for name in WagtailImage.admin_form_fields if name not in ("title", "file", "description")),
    )

    class Meta(AbstractImage.Meta):
        verbose_name = _("image")
        verbose_name_plural = _("images")
        permissions = [("choose_tenantimage", "Can choose image")]

    def get_upload_to(self, filename: str) -> str:
        path: str = super().get_upload_to(filename)
        folder, _slash, name = path.rpartition("/")
        return tenant_path(folder, name)

    @property
    def default_alt_text(self) -> str:
        """What screen readers say in the active language: its description, else its title; nothing for a decoration."""
        return "" if self.is_decorative else translated(self, "description") or str(self.title)


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

    def clean(self) -> None:
        super().clean()
        # What has just been uploaded is not stored yet.
        if self.file and not self.file._committed:  # type: ignore[attr-defined]  # it has no public name
            try:
                check_document(self.file)
            except ValidationError as error:
                raise ValidationError({"file": error}) from error
