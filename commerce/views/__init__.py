"""The guest's way from a tour to a confirmed booking."""

from commerce.views.availability import availability, quote
from commerce.views.cancellations import cancel
from commerce.views.cart import cart, cart_badge, change_line, remove_line
from commerce.views.changes import change
from commerce.views.checkout import change_method, checkout, pay, pay_link, returned
from commerce.views.choices import choice
from commerce.views.holds import again, more_time
from commerce.views.orders import lost_link, order, order_ics, order_receipt, order_state
from commerce.views.participants import participants
from commerce.views.promo_codes import add_code, follow_code, remove_code

__all__ = [
    "add_code",
    "again",
    "availability",
    "cancel",
    "cart",
    "cart_badge",
    "change",
    "change_line",
    "change_method",
    "checkout",
    "choice",
    "follow_code",
    "lost_link",
    "more_time",
    "order",
    "order_ics",
    "order_receipt",
    "order_state",
    "participants",
    "pay",
    "pay_link",
    "quote",
    "remove_code",
    "remove_line",
    "returned",
]
