"""Pure rules of orders, payments and the words of notifications."""

from commerce.rules.amounts import (
    share_minor,
    within_refund_limit,
)
from commerce.rules.methods import (
    METHODS,
    Method,
    first_booking_status,
    first_order_status,
    first_payment_status,
    order_may_change,
)
from commerce.rules.notifications import (
    PLACEHOLDERS,
    fill_text,
    unknown_placeholders,
    usual_text,
)
from commerce.rules.states import (
    ORDER_CHANGES,
    PAID_AND_STANDING,
    PAYMENT_CHANGES,
    REFUND_CHANGES,
    IllegalChange,
    check_order_change,
    check_payment_change,
    refund_may_become,
)

__all__ = [
    "METHODS",
    "ORDER_CHANGES",
    "PAID_AND_STANDING",
    "PAYMENT_CHANGES",
    "PLACEHOLDERS",
    "REFUND_CHANGES",
    "IllegalChange",
    "Method",
    "check_order_change",
    "check_payment_change",
    "fill_text",
    "first_booking_status",
    "first_order_status",
    "first_payment_status",
    "order_may_change",
    "refund_may_become",
    "share_minor",
    "unknown_placeholders",
    "usual_text",
    "within_refund_limit",
]
