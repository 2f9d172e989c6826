"""A fixed window on Redis: how often something may be done from one network address, or for one e-mail.

Every limit stands in `LIMITS`. Each is counted for each organization by itself.
"""

import time
from collections.abc import Callable, Collection
from functools import wraps
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac


class Limit(NamedTuple):
    """So many tries in so many seconds."""

    tries: int
    seconds: int


# A hotel, a school or a ship is one network address with hundreds of guests behind it: what is counted by address lets them all
# in. What is counted by e-mail, account or link may be as tight as one person is slow.
LIMITS: Final[dict[str, Limit]] = {
    # Guests, by address.
    "availability": Limit(1200, 60),
    "quote": Limit(1200, 60),
    "checkout": Limit(120, 600),
    # Codes are long enough that so many tries find none.
    "promo-code": Limit(60, 600),
    # Everybody who scans the same poster; beyond it the link leads on without its code.
    "promo-link": Limit(1200, 600),
    "order": Limit(600, 60),
    "pay": Limit(240, 600),
    "lost-link": Limit(20, 900),
    "still-right": Limit(20, 900),
    # One for each pause while typing.
    "search": Limit(3000, 60),
    "shared-file": Limit(600, 60),
    # Guests, by e-mail and by order.
    "lost-link-email": Limit(3, 900),
    "ask-stripe": Limit(1, 5),
    # Stripe tells again later what it could not tell now.
    "webhook": Limit(3000, 60),
    # Invited people: by address, and by invitation when a password is tried.
    "invitation": Limit(60, 600),
    "invitation-password": Limit(10, 900),
    # Guides who answer by the link of an e-mail, by address.
    "guide-answer": Limit(120, 600),
    # Invitations that are sent: to one e-mail address, and by an organization.
    "invite-email": Limit(5, 3600),
    "invite": Limit(200, 3600),
    # Staff: by address, and by account. Signing in itself is counted by django-allauth: `ACCOUNT_RATE_LIMITS`.
    "switch": Limit(20, 60),
    "email-change": Limit(5, 3600),
    "check-domain": Limit(30, 600),
    "test-mail": Limit(5, 600),
}


class TooManyTries(Exception):
    """Somebody has done `name` too often; `seconds` from now it may be done again."""

    def __init__(self, name: str, seconds: int) -> None:
        super().__init__(name)
        self.seconds = seconds


def allow(name: str, who: str) -> bool:
    """Count one more try of `name` by `who` in the organization in scope; return whether it is within its limit for this window.

    `who` (an address, an e-mail) is stored as a keyed hash only. Raises `KeyError` when `LIMITS` has no such name.
    """
    limit = LIMITS[name]
    window = int(time.time()) // limit.seconds
    key = f"throttle:{name}:{salted_hmac('tenancy.throttle', who.casefold()).hexdigest()[:32]}:{window}"
    cache.add(key, 0, timeout=limit.seconds)
    return cache.incr(key) <= limit.tries


def seconds_left(name: str) -> int:
    """Return in how many seconds the window of `name` ends and tries are counted afresh."""
    seconds = LIMITS[name].seconds
    return seconds - int(time.time()) % seconds


def throttled(
    name: str, *, methods: Collection[str] = ("GET", "HEAD", "POST")
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Return a decorator that counts a view's requests by address, those with one of `methods`.

    The view raises `TooManyTries` beyond the limit; the middleware answers with the page for it, status 429.
    """
    if name not in LIMITS:
        raise KeyError(name)

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method in methods and not allow(name, client_address(request)):
                raise TooManyTries(name, seconds_left(name))
            return view(request, *args, **kwargs)

        return counted

    return decorate


def client_address(request: HttpRequest) -> str:
    """Return the network address a request came from; behind a proxy (`SECURE_PROXY_SSL_HEADER`) the one the proxy saw."""
    if settings.SECURE_PROXY_SSL_HEADER:
        forwarded = request.headers.get("X-Forwarded-For", "")
        if forwarded:
            return forwarded.rsplit(",", 1)[-1].strip()
    return str(request.META["REMOTE_ADDR"])
