"""The form in which pages are edited."""

from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import Resolver404, resolve
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.blocks import StreamValue

# Below the root and the container of the organization.
HOME_DEPTH: Final = 3


def html_in(body: StreamValue | None) -> list[tuple[str, str]]:
    """Return the HTML blocks of a page in their order, each with its id."""
    return [(one.get("id") or "", one["value"]) for one in (body.raw_data if body else ()) if one["type"] == "html"]


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
    """Keeps HTML as it is for those who may not write it: they add, change, move and delete none."""

    def clean(self) -> dict[str, Any]:
        """Raise `ValidationError` at the content when its HTML differs from before and is not this person's to write."""
        cleaned: dict[str, Any] = super().clean()
        if self.parent_page is not None and self.parent_page.depth == HOME_DEPTH and is_taken(cleaned.get("slug", "")):
            self.add_error(
                "slug", ValidationError(_("The site itself has something at this address. Please choose another one."))
            )
        body = cleaned.get("body")
        # The page is still as it was: the form writes to it after this.
        if (
            body is not None
            and not self.for_user.has_perm("cms.use_html")
            and html_in(self.instance.body) != html_in(body)
        ):
            self.add_error(
                "body",
                ValidationError(
                    _(
                        "HTML is written by owners and admins only. Please leave its blocks as they are, or ask one of them."
                    )
                ),
            )
        return cleaned
