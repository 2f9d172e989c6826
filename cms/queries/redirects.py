"""Where old addresses lead."""

from typing import NamedTuple
from urllib.parse import urlsplit

from django.http import HttpRequest
from wagtail.contrib.redirects.middleware import get_redirect
from wagtail.contrib.redirects.models import Redirect


class Target(NamedTuple):
    """Where an old address leads in the end, and whether for good."""

    url: str
    is_permanent: bool


def redirect_target(request: HttpRequest, path: str = "") -> Target | None:
    """Return where the address of a request (or another path on its host, with its query) is led in one step.

    Redirects that lead to each other are followed to their end; None where they lead in a circle, to a page that is not published, or
    nowhere. What was asked with the address (`?utm_source=…`) stays with it. One query for each redirect, two with a query.
    """
    asked = path = Redirect.normalise_path(path or request.get_full_path(), decode_unicode=False)
    seen: set[str] = set()
    found: Target | None = None
    while path not in seen:
        seen.add(path)
        bare = urlsplit(path).path
        redirect = get_redirect(request, path) or (get_redirect(request, bare) if bare != path else None)
        if redirect is None:
            return found and _with_query(found, asked)
        page = redirect.redirect_page
        url = redirect.redirect_link if page is None else redirect.link
        if not url or (page is not None and not page.live):
            return None
        found = Target(url, redirect.is_permanent and (found is None or found.is_permanent))
        parts = urlsplit(url)
        if page is not None or parts.netloc not in ("", request.get_host()):
            return _with_query(found, asked)
        path = Redirect.normalise_path(url, decode_unicode=False)
    return None


def _with_query(target: Target, asked: str) -> Target:
    query = urlsplit(asked).query
    if not query or urlsplit(target.url).query:
        return target
    address, _hash, part = target.url.partition("#")
    return Target(f"{address}?{query}{f'#{part}' if part else ''}", target.is_permanent)
