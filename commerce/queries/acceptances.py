"""The texts that guests read and agree to at the checkout."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import override
from wagtail import hooks

from commerce.enums import AcceptanceKind
from commerce.queries.policies import policies_of
from commerce.rules import policy_in_words
from tenancy.fields import translated
from tenancy.queries import scope_currency
from tours.models import Tour


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


def texts_to_accept(language: str, *, tours: Iterable[Tour]) -> list[TextToAccept]:
    """Return what applies to an order of these tours, in `language` where it is written in it: legal texts and cancellation policies.

    Legal texts belong to an app above this one, which gives them by the hook `texts_to_accept`.
    """
    texts = [text for given in hooks.get_hooks("texts_to_accept") for text in given(language)]
    named = {tour.pk: tour for tour in tours}
    policies = policies_of(named)
    currency = scope_currency()
    with override(language):
        texts += [
            TextToAccept(
                AcceptanceKind.POLICY,
                f"{translated(named[pk], 'name')}: {policy_in_words(policies[pk], currency)}",
                language,
            )
            for pk in sorted(policies)
        ]
    return texts


def fingerprint(texts: Iterable[TextToAccept]) -> str:
    """Return a short text that changes when one of the texts does."""
    said = "\0".join(f"{text.kind}={text.language}={text.wording}" for text in texts)
    return hashlib.sha256(said.encode()).hexdigest()[:16] if said else ""
