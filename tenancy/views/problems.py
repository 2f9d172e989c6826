from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tenancy import outbox
from tenancy.enums import DeliveryStatus
from tenancy.models import OutboxDelivery


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
