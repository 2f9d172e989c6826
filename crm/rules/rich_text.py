"""Texts with a little markup: paragraphs, bold, italic and lists; nothing else comes in or goes out."""

import re
from html import escape
from typing import Final

import nh3

# What editors offer, in Wagtail's words; and what that becomes.
RICH_TEXT: Final = ("bold", "italic", "ol", "ul")
_TAGS: Final = frozenset({"p", "br", "b", "i", "ul", "ol", "li"})
_SAME: Final = {"strong": "b", "em": "i"}
_MARKUP: Final = re.compile(r"</?(?:p|br|b|i|ul|ol|li|div|span|strong|em|a|html|body|h[1-6])\b[^<>]*>", re.IGNORECASE)
_RENAMED: Final = re.compile(r"<(/?)(strong|em|div|h[1-6])\b[^<>]*>", re.IGNORECASE)


def clean_rich(html: str) -> str:
    """Return a rich text without anything that is none of `RICH_TEXT`: no links, scripts, styles, attributes."""
    html = _RENAMED.sub(lambda match: f"<{match[1]}{_SAME.get(match[2].lower(), 'p')}>", html)
    clean = nh3.clean(html, tags=set(_TAGS), attributes={}, clean_content_tags={"script", "style", "title"}).strip()
    # As Wagtail's editor reads it.
    return clean.replace("<br>", "<br/>")


def rich_of(text: str) -> str:
    """Return a plain text as a rich one: empty lines divide paragraphs, other line ends stay."""
    paragraphs = re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n").strip())
    return "".join(
        f"<p>{escape(part.strip(), quote=False).replace(chr(10), '<br/>')}</p>" for part in paragraphs if part.strip()
    )


def rich_of_either(text: str) -> str:
    """Return what another program exported, which may be plain or have markup, as a rich text."""
    return clean_rich(text) if _MARKUP.search(text) else rich_of(text)
