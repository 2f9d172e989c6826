"""A fixed window on Redis: how often something may be done from one address or for one e-mail."""

import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac


def allow(name: str, who: str, *, limit: int, seconds: int) -> bool:
    """Count one more try of `name` by `who` in the organization in scope; return whether it is within `limit` for this window.

    A window lasts `seconds`. `who` (an address, an e-mail) is stored as a keyed hash only.
    """
    window = int(time.time()) // seconds
    key = f"throttle:{name}:{salted_hmac('tenancy.throttle', who.casefold()).hexdigest()[:32]}:{window}"
    cache.add(key, 0, timeout=seconds)
    return cache.incr(key) <= limit


def client_address(request: HttpRequest) -> str:
    """Return the network address a request came from; behind a proxy (`SECURE_PROXY_SSL_HEADER`) the one the proxy saw."""
    if settings.SECURE_PROXY_SSL_HEADER:
        forwarded = request.headers.get("X-Forwarded-For", "")
        if forwarded:
            return forwarded.rsplit(",", 1)[-1].strip()
    return str(request.META["REMOTE_ADDR"])
