from contextlib import suppress
from urllib.parse import urlencode

from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from commerce.cart import LONGEST_CODE, Cart, CodesFull
from commerce.views.cart import TOO_MANY, shown_cart
from tenancy.throttle import allow, client_address, throttled


def _back(request):
    return redirect("commerce:checkout" if request.POST.get("page") == "checkout" else "commerce:cart")


def _add(request, text):
    """Keeps a code; where there is no room, in place of one that does not count, or of the first while nothing is chosen yet."""
    basket = Cart(request.session)
    try:
        basket.add_code(text)
    except CodesFull:
        shown = shown_cart(request, now=timezone.now())
        spare = [refused.text for refused in shown.refused_codes] if shown.departures else basket.codes
        basket.remove_codes(spare[:1])
        basket.add_code(text)


@require_POST
@cache_control(private=True, no_store=True)
@throttled("promo-code")
def add_code(request):
    """Where it leads, the cart says whether the code counts."""
    text = request.POST.get("code", "")[:LONGEST_CODE]
    try:
        _add(request, text)
    except CodesFull:
        return redirect(f"{_back(request).url}?{urlencode({TOO_MANY: text})}")
    return _back(request)


@require_POST
@cache_control(private=True, no_store=True)
def remove_code(request):
    Cart(request.session).remove_codes([request.POST.get("code", "")])
    return _back(request)


@require_safe
@cache_control(private=True, no_store=True)
def follow_code(request):
    """The code of a link is kept until something is in the cart; the guest goes on to the link's page, whatever becomes of the code."""
    if allow("promo-link", client_address(request)):
        with suppress(CodesFull):
            _add(request, request.GET.get("code", ""))
    page = request.GET.get("next", "/")
    is_ours = page.startswith("/") and url_has_allowed_host_and_scheme(page, allowed_hosts=None)
    return redirect(page if is_ours else "/")
