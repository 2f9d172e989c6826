"""The form in which pages are edited."""

from copy import copy
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import Resolver404, resolve
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.blocks import BlockField, StreamBlock, StreamValue
from wagtail.blocks.base import BlockWidget

# Below the root and the container of the organization.
HOME_DEPTH: Final = 3


def html_in(body: StreamValue | None) -> list[tuple[str, str]]:
    """Return the HTML blocks of a page in their order, each with its id."""
    return [(one.get("id") or "", one["value"]) for one in (body.raw_data if body else ()) if one["type"] == "html"]


class OfferWidget(BlockWidget):
    """The list of blocks without some kinds; what is sent is read as if they were in it, so that `clean` says whose they are."""

    def __init__(self, block: StreamBlock, *, without: str) -> None:
        offered = copy(block)
        offered.child_blocks = {name: child for name, child in block.child_blocks.items() if name != without}
        super().__init__(offered)
        self.read = block

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return what was sent, of any kind."""
        return self.read.value_from_datadict(data, files, name)


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
    """Keeps HTML as it is for those who may not write it: they add, change, move and delete none.

    Where there is none they are not offered any.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields.get("body")
        # Where there is some, the editor needs to know the kind to show it, and cannot leave it out of its list.
        if isinstance(field, BlockField) and not self._may_write_html and not html_in(self.instance.body):
            field.widget = OfferWidget(field.block, without="html")

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
