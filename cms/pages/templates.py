"""Pages that others are begun with."""

from typing import Any

from django.apps import apps
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.blocks import StreamValue
from wagtail.fields import StreamField
from wagtail.models import Page

from tenancy.models import TenantModel


def written_fields(model: type[Page]) -> "list[models.Field[Any, Any]]":
    """Return the fields of a kind of page in which words and blocks stand; titles, addresses and choices are each page's own."""
    return [field for field in model._meta.local_fields if isinstance(field, (StreamField, models.TextField))]


class PageTemplate(TenantModel):
    """What a page of a kind held when somebody kept it for others to begin with. It shares nothing with that page."""

    name = models.CharField(_("name"), max_length=120)
    note = models.CharField(_("note"), max_length=300, blank=True, help_text=_("What it is good for."))
    page_type = models.CharField(_("kind of page"), max_length=60, editable=False)
    content = models.JSONField(_("content"), default=dict, editable=False)

    class Meta:
        verbose_name = _("page template")
        verbose_name_plural = _("page templates")
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="page_template_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def page_class(self) -> type[Page]:
        """The kind of page that it begins."""
        found: type[Page] = apps.get_model("cms", self.page_type)
        return found

    @property
    def page_type_name(self) -> str:
        """What editors call that kind."""
        return capfirst(str(self.page_class._meta.verbose_name))

    def fill(self, page: Page, *, with_html: bool) -> None:
        """Write the content to a page that is not stored yet; without HTML for those who may not write any."""
        for field in written_fields(type(page)):
            kept = self.content.get(field.name)
            if kept is None:
                continue
            if isinstance(field, StreamField):
                blocks = [block for block in kept if with_html or block.get("type") != "html"]
                kept = StreamValue(field.stream_block, blocks, is_lazy=True)
            setattr(page, field.name, kept)
