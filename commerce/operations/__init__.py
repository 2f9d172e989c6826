"""Verbs that change orders and move money."""

from commerce.operations.changes import ChangeRefused, change_booking, change_problem
from commerce.operations.endings import (
    cancel_order,
    clear_attention,
    complete_orders,
    expire_order,
    refund_cancelled_departure,
)
from commerce.operations.events import process_provider_event, receive_provider_event, retry_provider_event
from commerce.operations.methods import change_method
from commerce.operations.orders import (
    CartLine,
    Contact,
    OrderRefused,
    place_order,
    send_order_link,
    send_order_links,
)
from commerce.operations.payments import (
    CardPayment,
    PaymentRefused,
    begin_due_payment,
    confirm_manual_payment,
    refresh_payment,
    reject_manual_payment,
    settle_payment,
    start_card_payment,
)
from commerce.operations.refunds import (
    RefundRefused,
    adopt_refund,
    refund_order,
    run_refund,
    settle_manual_refund,
    settle_refund,
    start_refund,
)

__all__ = [
    "CardPayment",
    "CartLine",
    "ChangeRefused",
    "Contact",
    "OrderRefused",
    "PaymentRefused",
    "RefundRefused",
    "adopt_refund",
    "begin_due_payment",
    "cancel_order",
    "change_booking",
    "change_method",
    "change_problem",
    "clear_attention",
    "complete_orders",
    "confirm_manual_payment",
    "expire_order",
    "place_order",
    "process_provider_event",
    "receive_provider_event",
    "refresh_payment",
    "refund_cancelled_departure",
    "refund_order",
    "reject_manual_payment",
    "retry_provider_event",
    "run_refund",
    "send_order_link",
    "send_order_links",
    "settle_manual_refund",
    "settle_payment",
    "settle_refund",
    "start_card_payment",
    "start_refund",
]
