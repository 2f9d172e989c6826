import logging
from uuid import UUID

from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from commerce import operations
from commerce.cart import Cart, CartItem
from commerce.enums import OrderSource, OrderStatus
from commerce.gateways.stripe import GatewayError
from commerce.rules import fold_code
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
    basket.remember(order.secret, left_out=_left_out_of(basket, order))
    # Beside other departures the guest looks at all of them first.
    return redirect("commerce:checkout" if is_alone and basket.items else "commerce:cart")


def _left_out_of(basket, order):
    """In words, what of an order that has just come back as a cart is not in it."""
    found = []
    for line in order.lines.all():
        schedule = line.booking.schedule
        what = _("%(count)d × %(kind)s, %(tour)s, %(day)s") % {
            "count": line.quantity,
            "kind": line.tier_name,
            "tour": line.name,
            "day": date_format(schedule.date),
        }
        if line.tier_id is None:
            found.append(_("%(what)s: this price is not offered any more.") % {"what": what})
        elif basket.get(schedule.public_id) is None:
            found.append(_("%(what)s: there is no room for it in your cart.") % {"what": what})
    kept = {fold_code(code) for code in basket.codes}
    codes = (discount.code for discount in order.discounts.order_by("pk"))
    return found + [_("The code “%(code)s”") % {"code": code} for code in codes if fold_code(code) not in kept]
