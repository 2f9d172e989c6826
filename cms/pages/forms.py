"""The form in which pages are edited."""

import json
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms import Media
from django.urls import Resolver404, resolve
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.blocks import BlockField, StreamValue
from wagtail.blocks.base import BlockWidget

# Below the root and the container of the organization.
HOME_DEPTH: Final = 3


def html_in(body: StreamValue | None) -> list[tuple[str, str]]:
    """Return the HTML blocks of a page in their order, each with its id."""
    return [(one.get("id") or "", one["value"]) for one in (body.raw_data if body else ()) if one["type"] == "html"]


class WidgetWithoutHtml(BlockWidget):
    """The blocks of a page, with all kinds but HTML to add; `html-block.js` takes it from the list."""

    @property
    def block_json(self) -> str:
        """Return the definition of the blocks for the script."""
        return json.dumps(json.loads(super().block_json) | {"_type": "cms.StreamBlockWithoutHtml"})

    @property
    def media(self) -> Media:
        """Return the scripts and styles of the form."""
        return super().media + Media(js=["js/html-block.js"])


def is_taken(slug: str) -> bool:
    """Return whether something of the site itself, such as its search, is at the address of a page with this slug below the home."""
    if not slug:
        return False
    with override(settings.LANGUAGE_CODE):
        try:
            found = resolve(f"/{slug}/").view_name
        except Resolver404:
            return False
    return found not in ("cms:page", "wagtail_serve") or slug in dict(settings.LANGUAGES)


class BasePageForm(WagtailAdminPageForm):
    """Keeps HTML as it is for those who may not write it: they are not offered it, and add, change, move and delete none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields.get("body")
        if isinstance(field, BlockField) and not self._may_write_html:
            field.widget = WidgetWithoutHtml(field.block)

    @property
    def _may_write_html(self) -> bool:
        return self.for_user is not None and bool(self.for_user.has_perm("cms.use_html"))

    def clean(self) -> dict[str, Any]:
        """Raise `ValidationError` at the content when its HTML differs from before and is not this person's to write."""
        cleaned: dict[str, Any] = super().clean()
        if self.parent_page is not None and self.parent_page.depth == HOME_DEPTH and is_taken(cleaned.get("slug", "")):
            self.add_error(
                "slug", ValidationError(_("The site itself has something at this address. Please choose another one."))
            )
        body = cleaned.get("body")
        # The page is still as it was: the form writes to it after this.
        if body is not None and not self._may_write_html and html_in(self.instance.body) != html_in(body):
            self.add_error(
                "body",
                ValidationError(
                    _(
                        "HTML is written by owners and admins only. Please leave its blocks as they are, or ask one of them."
                    )
                ),
            )
        return cleaned
