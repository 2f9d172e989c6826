from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from commerce import operations
from commerce.gateways.stripe_events import BadSignature
from commerce.models import PaymentSettings
from tenancy.throttle import throttled


# Stripe signs what it sends; it has no form to take a token from.
@csrf_exempt
@require_POST
@throttled("webhook")
def stripe_webhook(request: HttpRequest, public_id: UUID) -> HttpResponse:
    row = PaymentSettings.objects.filter(public_id=public_id).first()
    if row is None:
        raise Http404
    try:
        operations.receive_provider_event(
            row, body=request.body, signature=request.headers.get("Stripe-Signature", ""), now=timezone.now()
        )
    except BadSignature:
        return HttpResponseBadRequest("bad signature", content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")
