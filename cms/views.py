from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.urls import reverse
from django.views.decorators.http import require_safe
from wagtail.contrib.sitemaps.views import sitemap as wagtail_sitemap

from cms.models import Branding


@require_safe
def branding(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(Branding.for_request(request).stylesheet, content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", "Disallow: /admin/", "Disallow: /book/", "Disallow: /cart/", "Disallow: /checkout/"]
    lines += ["Disallow: /order/", "Disallow: /pay/", f"Sitemap: {request.build_absolute_uri(reverse('cms:sitemap'))}"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


def sitemap(request: HttpRequest) -> HttpResponse:
    return wagtail_sitemap(request)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    # Without the request: whatever broke may break the site's frame as well.
    return HttpResponse(loader.get_template("500.html").render(), status=500)
