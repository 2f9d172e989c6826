"""The form in which pages are edited."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.blocks import StreamValue


def html_in(body: StreamValue | None) -> list[tuple[str, str]]:
    """Return the HTML blocks of a page in their order, each with its id."""
    return [(one.get("id") or "", one["value"]) for one in (body.raw_data if body else ()) if one["type"] == "html"]


class BasePageForm(WagtailAdminPageForm):
    """Keeps HTML as it is for those who may not write it: they add, change, move and delete none."""

    def clean(self) -> dict[str, Any]:
        """Raise `ValidationError` at the content when its HTML differs from before and is not this person's to write."""
        cleaned: dict[str, Any] = super().clean()
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
