from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template import loader
from django.urls import reverse, translate_url
from django.utils import timezone
from django.utils.translation import get_language
from django.views.csrf import csrf_failure
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.views import serve as serve_found

from cms import operations, queries
from cms.enums import SearchKind
from cms.forms import SearchForm, StillRightForm
from cms.models import Branding
from cms.queries import sharing
from cms.queries.search import Hit, SearchResults, closed_paths
from cms.queries.search import search as find
from tenancy.throttle import allow, client_address, throttled

CSRF_FIELD = "csrfmiddlewaretoken"
# Of each kind, so many things are shown at first, and when only that kind is asked for; and so many while somebody types.
SHOWN, WHOLE_LIST, SUGGESTED = 5, 100, 4
# Of what the words of a wrong address find.
NEAR = 4
SHORTEST_SUGGESTED = 2
NOT_FOR_ROBOTS = (
    "/admin/",
    "/book/",
    "/cart/",
    "/checkout/",
    "/order/",
    "/pay/",
    "/search/",
    "/similar/",
    "/still-right/",
)


def page(request: HttpRequest, path: str) -> HttpResponse:
    organization, language = request.organization, get_language()
    if language not in organization.languages:
        spoken = translate_url(request.path, organization.default_language)
        if spoken == request.path:
            raise Http404
        return redirect(spoken)
    found = queries.page_at(organization.site.root_page, path, language)
    if found is None:
        raise Http404
    # Wagtail would look for the page step by step, from a home that this process may have kept for some seconds.
    request._wagtail_route_for_request = found.route(request, [])
    return serve_found(request, path)


@require_safe
def legal(request: HttpRequest, kind: str) -> HttpResponse:
    organization, language = request.organization, get_language()
    if language not in organization.languages:
        return redirect(translate_url(request.path, organization.default_language))
    text = queries.legal_text(kind, language=language, languages=organization.languages)
    if text is None:
        raise Http404
    response = render(request, "cms/legal.html", {"text": text})
    response.same_for_all = not request.user.is_authenticated
    return response


@require_safe
def similar_tours(request: HttpRequest, tour_public_id: UUID) -> HttpResponse:
    page = queries.page_of_tour(tour_public_id, language=get_language() or "")
    if page is None or page.get_view_restrictions():
        raise Http404
    response = render(request, "cms/_similar_tours.html", queries.beside_tour(page, now=timezone.now()))
    response.same_for_all = not request.user.is_authenticated
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@throttled("still-right", methods=("POST",))
def still_right(request: HttpRequest, key: UUID, part: str) -> HttpResponse:
    found = queries.page_with_part(key, part, language=get_language() or "")
    if found is None or found.page.specific.get_view_restrictions():
        raise Http404
    page, value = found.page, found.value
    form = StillRightForm(request.POST or None)
    context = {"page_asked": page, "name": queries.name_of_part(value), "form": form}
    if request.method == "POST" and form.is_valid():
        operations.ask_to_look(found.holder, part, words=form.cleaned_data["words"], now=timezone.now())
        context["is_asked"] = True
    return render(request, "cms/still_right.html", context)


@require_safe
@throttled("search")
def search(request: HttpRequest) -> HttpResponse:
    organization, language = request.organization, get_language()
    if language not in organization.languages:
        return redirect(translate_url(request.get_full_path(), organization.default_language))
    form = SearchForm(request.GET)
    text, kind = form.words, form.only
    closed = closed_paths(request) if text else []
    results = _found(request, text, closed=closed, kind=kind, shown=WHOLE_LIST if kind else SHOWN)
    if text and not results.groups and kind is None:
        operations.note_miss(text, language=language, today=timezone.localdate(timezone=organization.zone))
    groups = [
        {"kind": group.kind, "count": group.count, "hits": [(hit, hit.url(request)) for hit in group.hits]}
        for group in results.groups
    ]
    context = {"form": form, "text": text, "kind": kind, "results": results, "groups": groups}
    if text and not groups:
        context["helpful"] = queries.helpful_pages(organization.site.root_page, language=language, closed=closed)
    response = render(request, "cms/search.html", context)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@require_safe
@throttled("search")
def suggestions(request: HttpRequest) -> HttpResponse:
    text = SearchForm(request.GET).words
    hits = []
    if len(text) >= SHORTEST_SUGGESTED and get_language() in request.organization.languages:
        found = _found(request, text, closed=closed_paths(request), shown=SUGGESTED)
        hits = [hit for group in found.groups for hit in group.hits]
    response = JsonResponse(
        {
            "suggestions": [
                {"name": hit.name, "kind": str(hit.kind.one), "url": hit.url(request)} for hit in hits[: 2 * SUGGESTED]
            ]
        }
    )
    response.headers["Cache-Control"] = "private, max-age=60"
    return response


def _found(
    request: HttpRequest, text: str, *, closed: list[str], shown: int, kind: SearchKind | None = None
) -> SearchResults:
    return find(text, language=get_language() or "", now=timezone.now(), closed=closed, kind=kind, shown=shown)


@require_safe
@throttled("search")
def share_image(request: HttpRequest, page_id: int, version: str) -> HttpResponse:
    page = queries.published_page(page_id)
    if page is None or page.get_view_restrictions():
        raise Http404
    look, name = Branding.for_request(request), request.organization.name
    right = sharing.share_path(page, look, name)
    if right != request.path:
        return redirect(right)
    response = HttpResponse(sharing.share_image(page, look, name), content_type="image/jpeg")
    # Others show it on their pages, and its address changes with it.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@require_safe
@gzip_page
def branding(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(Branding.for_request(request).stylesheet, content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *"]
    if settings.SEARCH_ENGINES:
        # In the site's own language, and below the code of another one.
        lines += [f"Disallow: {start}{path}" for start in ("", "/*") for path in NOT_FOR_ROBOTS]
        lines.append(f"Sitemap: {request.build_absolute_uri(reverse('cms:sitemap'))}")
    else:
        lines.append("Disallow: /")
    response = HttpResponse("\n".join(lines) + "\n", content_type="text/plain")
    response.same_for_all = True
    return response


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """The list of the sitemaps, one for each language."""
    if get_language() != settings.LANGUAGE_CODE:
        raise Http404
    pages = queries.public_pages(request.organization.site.root_page)
    maps: dict[str, datetime | None] = {}
    for entry in pages:
        code, changed = entry.page.locale.language_code, entry.page.last_published_at
        if code in request.organization.languages:
            maps[code] = max(filter(None, (maps.get(code), changed)), default=None)
    response = render(request, "cms/sitemap_index.xml", {"maps": maps}, content_type="application/xml")
    response.same_for_all = True
    return response


@require_safe
def sitemap_of_language(request: HttpRequest, language: str) -> HttpResponse:
    organization = request.organization
    if get_language() != settings.LANGUAGE_CODE or language not in organization.languages:
        raise Http404
    pages = queries.public_pages(organization.site.root_page)
    context = {
        "pages": [entry for entry in pages if entry.page.locale.language_code == language],
        "default": organization.default_language,
    }
    response = render(request, "cms/sitemap.xml", context, content_type="application/xml")
    response.same_for_all = True
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not hasattr(request, "organization"):
        return render(request, "tenancy/no_site.html", status=404)
    return render(request, "404.html", {"near": _near(request)}, status=404)


def _near(request: HttpRequest) -> list[tuple[Hit, str]]:
    """What the words of an address that leads nowhere find, when it looks like that of a page."""
    match = request.resolver_match
    if match is None or match.view_name != "cms:page" or not allow("search", client_address(request)):
        return []
    # The words of the page itself say more than those above it.
    parts = [part.replace("-", " ").replace("_", " ") for part in reversed(match.args[0].split("/")) if part]
    for text in parts[:2]:
        found = _found(request, text, closed=closed_paths(request), shown=NEAR)
        hits = [hit for group in found.groups for hit in group.hits if not hit.part]
        if hits:
            return [(hit, hit.url(request)) for hit in hits[:NEAR]]
    return []


def too_many_tries(request: HttpRequest, *, seconds: int = 300) -> HttpResponse:
    """Say when to go on, `seconds` from now. A form that was sent can be sent again from here as it was."""
    minutes = -(-seconds // 60)
    context = {"minutes": minutes, "organization": request.organization, "sent": _sent(request)}
    if request.htmx:
        response = render(request, "cms/_too_many_tries.html", context, status=429)
    elif "text/html" not in request.headers.get("Accept", ""):
        response = HttpResponse("too many requests", content_type="text/plain", status=429)
    else:
        is_staff_page = request.path.startswith(("/admin/", "/invitation/"))
        response = render(request, "tenancy/too_many_tries.html" if is_staff_page else "429.html", context, status=429)
    response.headers["Retry-After"] = str(seconds)
    response.headers["Cache-Control"] = "private, no-store"
    # The address may be the secret; the form on this page must say where it comes from.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say what to do when a form came without the token of the browser that sent it; scripts are given a new one to send it with."""
    if request.path.startswith("/admin/") or not hasattr(request, "organization"):
        return csrf_failure(request, reason)
    if "application/json" in request.headers.get("Accept", ""):
        response: HttpResponse = JsonResponse({"token": get_token(request)}, status=403)
    else:
        response = render(request, "403_csrf.html", status=403)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _sent(request: HttpRequest) -> list[tuple[str, str]]:
    """What was typed, but for secrets: a page with those in it is none to leave open."""
    fields = [(name, value) for name, values in request.POST.lists() for value in values if name != CSRF_FIELD]
    return [] if any("password" in name or name == "code" for name, _value in fields) else fields


def server_error(request: HttpRequest) -> HttpResponse:
    # Without the site's frame and any query: whatever broke may break those as well.
    context = {"organization": getattr(request, "organization", None)}
    return HttpResponse(loader.get_template("500.html").render(context), status=500)
