"""HTML of one's own, for the few who may write it."""

from typing import Any

from bs4 import BeautifulSoup
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import blocks


class HtmlBlock(blocks.RawHTMLBlock):
    """HTML as it was written, but for tags that nobody closed or opened, which would break the page around it.

    Who may write it is checked by the form of the page. It is served under the policy of the site, so scripts, handlers and styles
    in it do nothing.
    """

    def get_context(self, value: Any, parent_context: Any = None) -> Any:
        context = super().get_context(value, parent_context)
        # Written by those who may: `cms.use_html`.
        context["html"] = SafeString(BeautifulSoup(value or "", "html.parser"))
        return context

    class Meta:
        icon = "code"
        label = _("HTML")
        description = _("For owners and admins. Scripts, styles and handlers in it do nothing on this site.")
        template = "cms/blocks/html.html"
