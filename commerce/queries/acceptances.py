"""The texts that guests read and agree to at the checkout."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from wagtail import hooks

from commerce.enums import AcceptanceKind


@dataclass(frozen=True, slots=True)
class TextToAccept:
    """A text as guests read it now: plain, in `language`, at `url`."""

    kind: AcceptanceKind
    wording: str
    language: str
    url: str = ""

    @property
    def is_notice(self) -> bool:
        """Whether it only informs, and nobody has to agree to it."""
        return self.kind == AcceptanceKind.PRIVACY


def texts_to_accept(language: str) -> list[TextToAccept]:
    """Return what applies to an order of the organization in scope, in `language` where it is written in it.

    The texts belong to an app above this one, which gives them by the hook `texts_to_accept`.
    """
    return [text for given in hooks.get_hooks("texts_to_accept") for text in given(language)]


def fingerprint(texts: Iterable[TextToAccept]) -> str:
    """Return a short text that changes when one of the texts does."""
    said = "\0".join(f"{text.kind}={text.language}={text.wording}" for text in texts)
    return hashlib.sha256(said.encode()).hexdigest()[:16] if said else ""
