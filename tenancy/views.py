import mimetypes

from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.db import connection
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tenancy import outbox
from tenancy.enums import DeliveryStatus
from tenancy.models import OutboxDelivery

# What a browser may show in place; anything else is offered as a download.
SHOWN_TYPES = ("image/", "audio/", "video/")


@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    cache.set("readyz", 1, 1)
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def media(request: HttpRequest, name: str) -> FileResponse:
    prefix = f"{request.organization.public_id}/"  # type: ignore[attr-defined]
    if not name.startswith(prefix) or name.startswith(f"{prefix}documents/"):
        raise Http404
    try:
        if not default_storage.exists(name):
            raise Http404
    except SuspiciousFileOperation as error:
        raise Http404 from error
    content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    response = FileResponse(
        default_storage.open(name),
        content_type=content_type,
        as_attachment=not content_type.startswith(SHOWN_TYPES) or "svg" in content_type,
    )
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@require_http_methods(["GET", "POST"])
def retry_delivery(request, pk):
    if not request.user.has_perm("tenancy.retry_outboxdelivery"):
        raise PermissionDenied
    delivery = get_object_or_404(OutboxDelivery.objects.select_related("event"), pk=pk, status=DeliveryStatus.FAILED)
    if request.method == "POST":
        outbox.retry_delivery(delivery, now=timezone.now(), actor=request.user)
        messages.success(request, _("It is tried again."))
        return redirect("deliveries:index")
    context = {
        "delivery": delivery,
        "page_title": _("Try again"),
        "header_title": f"{_('Try again')}: {delivery.event}",
        "header_icon": "warning",
        "breadcrumbs_items": [
            {"url": reverse("deliveries:index"), "label": _("Problems")},
            {"url": reverse("deliveries:inspect", args=[delivery.pk]), "label": str(delivery.event)},
            {"url": "", "label": _("Try again")},
        ],
    }
    return render(request, "tenancy/retry_delivery.html", context)
