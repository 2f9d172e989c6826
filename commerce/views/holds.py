import logging
from uuid import UUID

from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from commerce import operations
from commerce.cart import Cart, CartItem
from commerce.enums import OrderSource, OrderStatus
from commerce.gateways.stripe import GatewayError
from commerce.views.checkout import hold_is_over, next_step, order_or_404, private
from tenancy.throttle import client_address, throttled

logger = logging.getLogger(__name__)


@private
@require_POST
@throttled("pay")
def more_time(request, secret):
    """Keeps the places longer; what was typed into the card form stays, because only the clock is fetched anew."""
    order = order_or_404(secret)
    try:
        operations.extend_hold(order, now=timezone.now())
    except operations.PaymentRefused:
        return redirect("commerce:order", secret)
    return redirect("commerce:pay", secret)


@private
@require_POST
@throttled("checkout")
def again(request, secret):
    """An order whose time ran out, placed once more; where that cannot be, its cart comes back with what was typed."""
    order, now = order_or_404(secret), timezone.now()
    if hold_is_over(order, now):
        try:
            # Its places may be those that are wanted now; and what was paid in the meantime is not paid twice.
            order = operations.expire_order(order.pk, now=now)
        except GatewayError:
            logger.warning("The card payment of order %s could not be stopped.", order.number, exc_info=True)
    if order.status != OrderStatus.EXPIRED or order.source != OrderSource.WEB:
        return redirect("commerce:order", secret)
    try:
        placed = operations.place_again(
            order, address=client_address(request), user_agent=request.headers.get("User-Agent", ""), now=now
        )
    except operations.OrderRefused:
        return _back_into_cart(request, order)
    return next_step(placed)


def _back_into_cart(request, order):
    basket = Cart(request.session)
    is_alone = not basket.items
    codes = [discount.code for discount in order.discounts.order_by("pk")]
    basket.add(
        (
            # What it cost without the codes is not known any more.
            CartItem(UUID(line.schedule_public_id), line.quantities, None if codes else line.expected_total_minor)
            for line in operations.lines_of(order)
            if line.quantities
        ),
        codes=codes,
    )
    # Beside other departures the guest looks at all of them first.
    page = reverse("commerce:checkout" if is_alone else "commerce:cart")
    return redirect(f"{page}?again={order.secret}")
