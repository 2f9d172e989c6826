"""Stored guest pages, and the admin's own content security policy."""

from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import redirect
from django.utils.cache import patch_vary_headers

from cms import page_cache

# Set at sign-in: staff see drafts and tools, so their pages are made for them.
STAFF_COOKIE: Final = "waypost_staff"

ADMIN_POLICY: Final = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data: blob:; font-src 'self' data:; frame-src 'self'; object-src 'none'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'self'"
)


class HomeLanguageMiddleware:
    """Leads guests who arrive at the bare address to the organization's own language, when that is not the one without a prefix.

    Who comes there from a page of the site has chosen the language.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        organization = getattr(request, "organization", None)
        if request.path == "/" and organization is not None and organization.default_language != settings.LANGUAGE_CODE:
            came_from = urlsplit(request.headers.get("Referer", "")).netloc
            if came_from != request.get_host():
                response = redirect(f"/{organization.default_language}/")
                patch_vary_headers(response, ["Referer"])
                return response
        return self.get_response(request)


class PageCacheMiddleware:
    """Answers guests from the stored pages, and stores those that are the same for every guest.

    A page is stored when it says so (`response.same_for_all`): then it has no token, no cookie and nothing personal in it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        organization = getattr(request, "organization", None)
        cacheable = (
            organization is not None
            and request.method in ("GET", "HEAD")
            and not request.META["QUERY_STRING"]
            and STAFF_COOKIE not in request.COOKIES
            and not request.path.startswith("/admin/")
            and not getattr(request, "is_preview", False)
        )
        if not cacheable:
            return self.get_response(request)
        path = f"{split_domain_port(request.get_host())[0]}{request.path}"
        stored, generation = page_cache.fetch(
            organization.pk,
            path,
            accepts_gzip="gzip" in request.headers.get("Accept-Encoding", ""),
            etag=request.headers.get("If-None-Match", ""),
        )
        if stored is not None:
            return stored
        response = self.get_response(request)
        if response.status_code == 200 and getattr(response, "same_for_all", False) and not response.cookies:
            page_cache.store(organization.pk, path, response, generation=generation)
            patch_vary_headers(response, ["Accept-Encoding"])
            response.headers["X-Cache"] = "miss"
        return response


class StaffCookieMiddleware:
    """Marks the browsers of signed-in people, and gives the admin a policy that fits Wagtail's own inline scripts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/admin/"):
            response.headers.setdefault("Content-Security-Policy", ADMIN_POLICY)
            signed_in = request.user.is_authenticated
            if signed_in and STAFF_COOKIE not in request.COOKIES:
                response.set_cookie(
                    STAFF_COOKIE, "1", httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
                )
            elif not signed_in and STAFF_COOKIE in request.COOKIES:
                response.delete_cookie(STAFF_COOKIE, samesite="Lax")
        return response
