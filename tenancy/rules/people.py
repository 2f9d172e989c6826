"""How people and their devices are called."""

import hashlib
from typing import Final

from django.utils.translation import gettext

from tenancy.models import User


def token_hash(token: str) -> str:
    """Return what is kept of a random token: enough to recognise it, not enough to write it."""
    return hashlib.sha256(token.encode()).hexdigest()


def person_name(user: User) -> str:
    """Return how a person is called: first and last name, or the e-mail address where there is none."""
    return user.get_full_name() or user.email


# The first that a browser names decides: Edge and Opera call themselves Chrome too, and Chrome calls itself Safari.
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "Chrome OS"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def device_name(user_agent: str) -> str:
    """Return what a browser says of itself in words, such as “Firefox, Android”."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), gettext("another program"))
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return f"{browser}, {system}" if system else browser
