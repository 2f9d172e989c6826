"""What is kept once and shown on many pages."""

from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from wagtail.fields import StreamField
from wagtail.models import PreviewableMixin, TranslatableMixin
from wagtail_localize.fields import SynchronizedField, TranslatableField

from cms.blocks import KeptNoticeBlock, QuestionBlock
from tenancy.models import TenantModel


class SharedContent(PreviewableMixin, TranslatableMixin, TenantModel):
    """Something with a name for staff that pages show by a block that chooses it; guests read it in their language."""

    # Pages know what they show; here that is how one learns where it is shown.
    wagtail_reference_index_ignore = False

    name = models.CharField(_("name"), max_length=120, help_text=_("Only you and your team see it."))

    override_translatable_fields: ClassVar = [SynchronizedField("name", overridable=False), TranslatableField("body")]

    class Meta(TranslatableMixin.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.name

    def get_preview_template(self, request: HttpRequest, mode_name: str) -> str:
        """Return a page of the site with nothing but this on it."""
        return "cms/shared_preview.html"

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Answer with a preview in the language it is written in."""
        with override(self.locale.language_code):
            response: Any = super().serve_preview(request, mode_name)
            response.render()
        return response  # type: ignore[no-any-return]


class SharedNotice(SharedContent):
    """A notice, such as “No lift until May”."""

    body = StreamField([("notice", KeptNoticeBlock())], verbose_name=_("notice"), min_num=1, max_num=1)

    class Meta(SharedContent.Meta):
        abstract = False
        verbose_name = _("notice")
        verbose_name_plural = _("notices")


class SharedQuestions(SharedContent):
    """Questions with answers that belong together, or a single one."""

    body = StreamField([("question", QuestionBlock())], verbose_name=_("questions"), min_num=1)

    class Meta(SharedContent.Meta):
        abstract = False
        verbose_name = _("group of questions")
        verbose_name_plural = _("questions")
