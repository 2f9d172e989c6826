"""Whether two customers may be one person, and which of two values is the better one."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from rapidfuzz.distance import Indel

from crm.enums import DuplicateReason

# How alike two words, and two whole addresses, must be, as a share of their letters.
_WORD_ALIKE: Final = 0.75
_ADDRESS_ALIKE: Final = 0.9
# The only provider of whom it is known that dots, and what follows a plus sign, make no difference.
_GMAIL: Final = ("gmail.com", "googlemail.com")
# Parts before the @ that many people have.
_SHARED: Final = frozenset(
    ("info", "mail", "office", "contact", "kontakt", "hello", "booking", "admin", "family", "post")
)


class Facts(NamedTuple):
    """What is compared of a customer: the words of the name as `plain_text` gives them, the e-mail address and the number in E.164."""

    words: Sequence[str]
    email: str
    phone: str


class Likeness(NamedTuple):
    """Why two customers may be one person, and how likely it is, from 0 to 100."""

    reason: DuplicateReason
    score: int


def mailbox(email: str) -> str:
    """Return an e-mail address so that all ways to write one mailbox are the same text; only what is sure counts."""
    local, _at, domain = email.strip().lower().rpartition("@")
    if domain in _GMAIL:
        local, domain = local.partition("+")[0].replace(".", ""), _GMAIL[0]
    return f"{local}@{domain}" if local else ""


def likeness(one: Facts, other: Facts) -> Likeness | None:
    """Return why two customers may be one person, or None: most likely they are not."""
    names = _names(one.words, other.words)
    if one.email and mailbox(one.email) == mailbox(other.email):
        return Likeness(DuplicateReason.EMAIL, 95)
    if one.phone and one.phone == other.phone:
        # A number may be that of a family.
        return Likeness(DuplicateReason.PHONE, {"different": 40, "unknown": 75}.get(names, 90))
    if names in ("same", "alike") and _addresses_alike(one.email, other.email):
        return Likeness(DuplicateReason.NAME_EMAIL, 70)
    if names == "same" and len(one.words) > 1 and _nothing_against(one, other):
        return Likeness(DuplicateReason.NAME, 60)
    return None


def _names(one: Sequence[str], other: Sequence[str]) -> str:
    if not one or not other:
        return "unknown"
    if sorted(one) == sorted(other):
        return "same"
    fewer, more = sorted((one, other), key=len)
    alike = all(max(Indel.normalized_similarity(word, name) for name in more) >= _WORD_ALIKE for word in fewer)
    return "alike" if alike and (len(fewer) > 1 or len(more) == 1) else "different"


def _addresses_alike(one: str, other: str) -> bool:
    if not one or not other:
        return False
    (local, domain), (other_local, other_domain) = (email.strip().lower().rsplit("@", 1) for email in (one, other))
    if local in _SHARED or len(local) < 4:
        return False
    if local == other_local:
        return True
    # A slip in the address, not a brother's with the same beginning.
    return (
        domain == other_domain and len(local) >= 8 and Indel.normalized_similarity(local, other_local) >= _ADDRESS_ALIKE
    )


def _nothing_against(one: Facts, other: Facts) -> bool:
    return not (one.email and other.email) and not (one.phone and other.phone)


def better(kept: Any, gone: Any, *, gone_is_newer: bool) -> str:
    """Return which of two values to offer, “kept” or “gone”: the one that says something, else the newer one."""
    if not gone or kept == gone:
        return "kept"
    return "gone" if not kept or gone_is_newer else "kept"
