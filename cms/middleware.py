"""Stored guest pages, the language of the home page, old addresses, and what is particular about the browsers of staff."""

from collections.abc import Callable, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header
from wagtail.admin.auth import permission_denied

from cms import page_cache, permissions, queries
from cms.views import too_many_tries
from tenancy.throttle import TooManyTries

# Set at sign-in: staff see drafts and tools, so their pages are made for them.
STAFF_COOKIE: Final = "waypost_staff"
# Where a code in an address is something else.
NOT_GUESTS: Final = ("/admin/", "/accounts/", "/static/", "/media/", "/webhooks/")


def is_preview(request: HttpRequest) -> bool:
    """Return whether Wagtail makes this request up to show an editor a draft."""
    return getattr(request, "is_dummy", False)


def preferred_language(accepted: str, spoken: Sequence[str]) -> str:
    """Return the language of `spoken` that a browser likes best by its Accept-Language; the first when it likes none of them."""
    for wanted, quality in parse_accept_lang_header(accepted):
        for code in spoken:
            if quality and (wanted == code or wanted.startswith(f"{code}-")):
                return code
    return spoken[0]


class HomeLanguageMiddleware:
    """Leads guests who arrive at the bare address to the home in the language their browser asks for.

    Where the organization speaks none that it asks for, to its own language. Who comes there from a page of the site has chosen
    the language, and a home that is not published leads nowhere.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        organization = getattr(request, "organization", None)
        if (
            organization is None
            or request.path != "/"
            or request.method not in ("GET", "HEAD")
            or organization.languages == [settings.LANGUAGE_CODE]
            or is_preview(request)
        ):
            return self.get_response(request)
        # The home is asked for most often of all: `request.headers` would first sort every header into a new mapping.
        came_from = urlsplit(request.META.get("HTTP_REFERER", "")).netloc
        spoken = (organization.default_language, *organization.languages)
        language = preferred_language(request.META.get("HTTP_ACCEPT_LANGUAGE", ""), spoken)
        if (
            language != settings.LANGUAGE_CODE
            and came_from != request.get_host()
            and queries.has_home(organization.site.root_page, language)
        ):
            query = request.META["QUERY_STRING"]
            response: HttpResponse = redirect(f"/{language}/{f'?{query}' if query else ''}")
        else:
            response = self.get_response(request)
        # A redirect that a browser or a proxy keeps would be in the way of who asks for the other language.
        patch_vary_headers(response, ["Accept-Language", "Referer"])
        return response


class PromoLinkMiddleware:
    """Leads who follows a link with `?code=` to any guest page by the cart, which keeps the code, to that page.

    It stands before the stored pages, which are the same for all.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "code=" not in request.META.get("QUERY_STRING", "") or request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        rest = request.GET.copy()
        codes = rest.pop("code", [])
        if not codes or request.path.startswith(NOT_GUESTS) or "/cart/code/" in request.path or is_preview(request):
            return self.get_response(request)
        page = f"{request.path}?{rest.urlencode()}" if rest else request.path
        return redirect(reverse("commerce:follow_code", query={"code": codes[0], "next": page}))


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
            and not is_preview(request)
            and request.method in ("GET", "HEAD")
            and STAFF_COOKIE not in request.COOKIES
            and not request.path.startswith("/admin/")
        )
        if not cacheable:
            return self.get_response(request)
        query = request.META.get("QUERY_STRING", "")
        path = f"{request.host_name}{request.path}"  # type: ignore[attr-defined]
        stored, generation = page_cache.fetch(
            organization.pk,
            path,
            query=query,
            accepts_gzip="gzip" in request.META.get("HTTP_ACCEPT_ENCODING", ""),
            etag=request.META.get("HTTP_IF_NONE_MATCH", ""),
        )
        if stored is not None:
            return stored
        response = self.get_response(request)
        # A page knows which queries are worth keeping: what others add to an address makes endless many.
        worth_keeping = query == getattr(request, "stored_query", "")
        if (
            worth_keeping
            and response.status_code == 200
            and getattr(response, "same_for_all", False)
            and not response.cookies
        ):
            changes_at = getattr(request, "page_changes_at", None)
            page_cache.store(organization.pk, path, response, query=query, generation=generation, changes_at=changes_at)
            patch_vary_headers(response, ["Accept-Encoding"])
            response.headers["X-Cache"] = "miss"
        return response


class StaffCookieMiddleware:
    """Marks the browsers of signed-in people."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/admin/"):
            signed_in = request.user.is_authenticated
            if signed_in and STAFF_COOKIE not in request.COOKIES:
                response.set_cookie(
                    STAFF_COOKIE, "1", httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
                )
            elif not signed_in and STAFF_COOKIE in request.COOKIES:
                response.delete_cookie(STAFF_COOKIE, samesite="Lax")
        return response


class RedirectMiddleware:
    """Leads guests from addresses at which there is nothing any more to where it is now, in one step."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if (
            response.status_code != 404
            or request.method not in ("GET", "HEAD")
            or not hasattr(request, "organization")
            or request.path.startswith(NOT_GUESTS)
        ):
            return response
        target = queries.redirect_target(request)
        if target is None:
            return response
        response = redirect(target.url, permanent=target.is_permanent)
        # A page may come back to its old address: browsers that kept the redirect for ever would then be led in a circle.
        response.headers["Cache-Control"] = "no-cache"
        return response


class ThrottleMiddleware:
    """Answers who did something too often with a page that says when to go on, and keeps what was typed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, TooManyTries):
            return too_many_tries(request, seconds=exception.seconds)
        return None


class AdminAreasMiddleware:
    """Sends staff away from areas of the admin that are not theirs, in the way Wagtail does where it looks itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        """Answer in place of the view when the person may not enter its area; who may not enter the admin is Wagtail's to ask."""
        if not request.path.startswith("/admin/"):
            return None
        area = permissions.area_of(request.resolver_match.view_name)
        if (
            not area
            or not request.user.has_perm("wagtailadmin.access_admin")
            or permissions.may_enter(request.user, area)
        ):
            return None
        return permission_denied(request)
