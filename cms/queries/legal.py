"""Legal texts."""

import re
from collections.abc import Sequence
from html import unescape
from typing import TYPE_CHECKING, Final

from django.urls import reverse
from django.utils.html import strip_tags

from cms.enums import NEEDED_LEGAL_TEXTS, LegalKind
from commerce.enums import AcceptanceKind
from commerce.queries import TextToAccept
from tenancy.queries import current_organization

if TYPE_CHECKING:
    from cms.models import LegalText

# Where a line of rich text ends.
BLOCK_END: Final = re.compile(r"</(?:p|h\d|li)>|<(?:br|hr)\s*/?>")


def legal_text(kind: str, *, language: str, languages: Sequence[str]) -> "LegalText | None":
    """Return a legal text of the organization in scope: in `language`, else in the first of `languages` that has it, or None."""
    from cms.models import LegalText  # pages are made of blocks, and blocks ask here

    wanted = [language, *languages]
    texts = {text.language: text for text in LegalText.objects.filter(kind=kind)}
    return next((texts[code] for code in wanted if code in texts), None)


def legal_texts() -> "dict[tuple[str, str], LegalText]":
    """Return the legal texts of the organization in scope by kind and language; one query."""
    from cms.models import LegalText  # as above

    return {(text.kind, text.language): text for text in LegalText.objects.all()}


def texts_to_accept(language: str) -> list[TextToAccept]:
    """Return the legal texts that apply to an order, as plain text; in `language`, else in the organization's first that has them."""
    texts = legal_texts()
    wanted = [language, *current_organization().languages]
    found = []
    for kind in AcceptanceKind:
        text = next((texts[kind.value, code] for code in wanted if (kind.value, code) in texts), None)
        if text is not None:
            url = reverse("cms:legal", args=[kind.value])
            found.append(TextToAccept(kind, plain_text(text.body), text.language, url))
    return found


def plain_text(body: str) -> str:
    """Return the words of rich text, a line for each paragraph, heading and point of a list."""
    lines = unescape(strip_tags(BLOCK_END.sub("\n", body))).splitlines()
    return "\n".join(" ".join(line.split()) for line in lines if line.strip())


def missing_legal_texts(language: str) -> list[LegalKind]:
    """Return which needed legal texts are not there in a language; one query."""
    there = legal_texts()
    return [kind for kind in NEEDED_LEGAL_TEXTS if (kind.value, language) not in there]
