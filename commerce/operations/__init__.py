"""Verbs that change orders and move money."""

from commerce.operations.events import process_provider_event, receive_provider_event
from commerce.operations.methods import change_method
from commerce.operations.orders import (
    CartLine,
    Contact,
    OrderRefused,
    cancel_order,
    expire_order,
    place_order,
    refund_cancelled_departure,
    send_order_links,
)
from commerce.operations.payments import (
    CardPayment,
    PaymentRefused,
    confirm_manual_payment,
    refresh_payment,
    reject_manual_payment,
    settle_payment,
    start_card_payment,
)
from commerce.operations.refunds import RefundRefused, run_refund, settle_manual_refund, settle_refund, start_refund

__all__ = [
    "CardPayment",
    "CartLine",
    "Contact",
    "OrderRefused",
    "PaymentRefused",
    "RefundRefused",
    "cancel_order",
    "change_method",
    "confirm_manual_payment",
    "expire_order",
    "place_order",
    "process_provider_event",
    "receive_provider_event",
    "refresh_payment",
    "refund_cancelled_departure",
    "reject_manual_payment",
    "run_refund",
    "send_order_links",
    "settle_manual_refund",
    "settle_payment",
    "settle_refund",
    "start_card_payment",
    "start_refund",
]
