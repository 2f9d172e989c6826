from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from commerce.cart import Cart
from tenancy.throttle import throttled


def _back(request):
    return redirect("commerce:checkout" if request.POST.get("page") == "checkout" else "commerce:cart")


@require_POST
@cache_control(private=True, no_store=True)
@throttled("promo-code")
def add_code(request):
    """Where it leads, the cart says whether the code counts."""
    Cart(request.session).add_code(request.POST.get("code", ""))
    return _back(request)


@require_POST
@cache_control(private=True, no_store=True)
def remove_code(request):
    Cart(request.session).remove_codes([request.POST.get("code", "")])
    return _back(request)


@require_safe
@cache_control(private=True, no_store=True)
@throttled("promo-code")
def follow_code(request):
    """The code of a link is kept until something is in the cart; the guest goes on to the page of the link."""
    Cart(request.session).add_code(request.GET.get("code", ""))
    page = request.GET.get("next", "/")
    is_ours = page.startswith("/") and url_has_allowed_host_and_scheme(page, allowed_hosts=None)
    return redirect(page if is_ours else "/")
