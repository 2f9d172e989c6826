from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template import loader
from django.urls import reverse, translate_url
from django.utils import timezone
from django.utils.translation import get_language
from django.views.csrf import csrf_failure
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.views import serve as serve_found

from cms import operations, queries
from cms.forms import StillRightForm
from cms.models import Branding
from tenancy.throttle import throttled

CSRF_FIELD = "csrfmiddlewaretoken"


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
def branding(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(Branding.for_request(request).stylesheet, content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", "Disallow: /admin/", "Disallow: /book/", "Disallow: /cart/", "Disallow: /checkout/"]
    lines += [
        "Disallow: /order/",
        "Disallow: /pay/",
        "Disallow: /similar/",
        "Disallow: /still-right/",
        f"Sitemap: {request.build_absolute_uri(reverse('cms:sitemap'))}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    pages = queries.public_pages(request.organization.site.root_page)
    return render(request, "cms/sitemap.xml", {"pages": pages}, content_type="application/xml")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    template = "404.html" if hasattr(request, "organization") else "tenancy/no_site.html"
    return render(request, template, status=404)


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
