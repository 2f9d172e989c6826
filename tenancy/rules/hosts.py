"""What is a host name, who may have it, and when its DNS record is looked for."""

import ipaddress
import re
from datetime import datetime, timedelta
from typing import Final

import idna

_LABEL: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
# Names below the platform's own that people would take for the platform's.
RESERVED_LABELS: Final = frozenset(
    {"admin", "api", "app", "help", "login", "mail", "root", "smtp", "static", "status", "support", "waypost", "www"}
)
# How long the DNS record of a host name is looked for, and how often at least and at most.
_PATIENCE: Final = timedelta(days=7)
_SHORTEST: Final = timedelta(minutes=1)
_LONGEST: Final = timedelta(hours=1)


def host_name(text: str) -> str | None:
    """Return a host name as browsers send it (lower case, IDNA), from what people type or paste; None when it is none.

    “https://Führungen.example.com/x” becomes “xn--fhrungen-65a.example.com”. Addresses of machines and single words are none.
    """
    text = text.strip().lower()
    text = re.sub(r"^[a-z][a-z0-9+.-]*://", "", text)
    text = re.split(r"[/?#]", text, maxsplit=1)[0].removesuffix(".")
    try:
        host = idna.encode(text, uts46=True, std3_rules=True).decode()
    except idna.IDNAError:
        return None
    labels = host.split(".")
    if len(host) > 253 or len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        return None
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return None if labels[-1].isdigit() else host
    return None


def readable_host(host: str) -> str:
    """Return a host name as people write it: “führungen.example.com” for “xn--fhrungen-65a.example.com”."""
    try:
        return idna.decode(host)
    except idna.IDNAError:
        return host


def may_be_given_out(host: str, *, suffix: str) -> bool:
    """Return whether a host name below the platform's own `suffix` is one name in front of it that nobody takes for the platform's."""
    label = host.removesuffix(f".{suffix}")
    return host != label and "." not in label and label not in RESERVED_LABELS


def next_domain_check(asked_at: datetime, *, now: datetime) -> datetime | None:
    """Return when the DNS record of a host name is looked for again: soon at first, then hourly; None after a week."""
    waited = now - asked_at
    if waited >= _PATIENCE:
        return None
    return now + min(max(waited / 4, _SHORTEST), _LONGEST)
