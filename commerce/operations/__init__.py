"""Verbs that change orders and move money."""

from commerce.operations.acceptances import Accepted
from commerce.operations.adjustments import add_charge, write_off
from commerce.operations.authorisations import (
    capture_payment,
    follow_order,
    follow_reservations,
    take_reserved,
)
from commerce.operations.cancellations import CancellationRefused, cancel_places
from commerce.operations.card_payments import (
    CardPayment,
    begin_due_payment,
    refresh_payment,
    start_card_payment,
    stop_card_payment,
)
from commerce.operations.changes import ChangeRefused, change_booking, change_problem
from commerce.operations.choices import (
    ChoiceRefused,
    approve_refunds,
    end_choice,
    keep_departure,
    pay_approved,
    retry_refunds,
    take_alternative,
    take_money_back,
)
from commerce.operations.customers import customer_combining
from commerce.operations.departures import (
    GuestPlan,
    begin_cancelled,
    begin_choices,
    cancel_departure,
    move_departure,
    tell_guest,
)
from commerce.operations.differences import ReconciliationRefused, settle_difference
from commerce.operations.disputes import (
    DisputeRefused,
    accept_chargeback,
    leave_warning,
    refresh_dispute,
    remind_of_dispute,
    settle_dispute,
    tell_staff,
)
from commerce.operations.endings import (
    cancel_order,
    clear_attention,
    complete_orders,
    expire_order,
)
from commerce.operations.events import process_provider_event, receive_provider_event, retry_provider_event
from commerce.operations.evidence import (
    add_dispute_file,
    deliver_evidence,
    remove_dispute_file,
    save_statement,
    send_evidence,
)
from commerce.operations.holds import extend_hold, lines_of, place_again
from commerce.operations.ledger import (
    record_adjustment,
    record_charge,
    record_dispute,
    record_dispute_lost,
    record_fee,
    record_payout,
    record_refund,
    record_refund_failed,
    record_transfer,
    set_account_numbers,
)
from commerce.operations.manual_payments import (
    approve_payment,
    confirm_manual_payment,
    decline_payment,
    record_payment,
    reject_manual_payment,
)
from commerce.operations.manual_refunds import settle_manual_refund, withdraw_manual_refund
from commerce.operations.methods import change_method
from commerce.operations.notifications import create_notifications, send_notification
from commerce.operations.order_links import send_order_link, send_order_links
from commerce.operations.orders import (
    CartLine,
    Contact,
    OrderRefused,
    place_order,
)
from commerce.operations.payment_links import open_payment_link, send_payment_link, withdraw_payment_link
from commerce.operations.payment_reminders import cancel_overdue, remind_of_payment
from commerce.operations.payments import PaymentRefused, settle_payment
from commerce.operations.promo_codes import MOST_CODES, assign_promotion, end_promotion, make_codes
from commerce.operations.reconciliation import reconcile, start_reconciliation
from commerce.operations.refunds import (
    RefundRefused,
    adopt_refund,
    refund_order,
    retry_refund,
    run_refund,
    settle_refund,
    start_refund,
)

__all__ = [
    "MOST_CODES",
    "Accepted",
    "CancellationRefused",
    "CardPayment",
    "CartLine",
    "ChangeRefused",
    "ChoiceRefused",
    "Contact",
    "DisputeRefused",
    "GuestPlan",
    "OrderRefused",
    "PaymentRefused",
    "ReconciliationRefused",
    "RefundRefused",
    "accept_chargeback",
    "add_charge",
    "add_dispute_file",
    "adopt_refund",
    "approve_payment",
    "approve_refunds",
    "assign_promotion",
    "begin_cancelled",
    "begin_choices",
    "begin_due_payment",
    "cancel_departure",
    "cancel_order",
    "cancel_overdue",
    "cancel_places",
    "capture_payment",
    "change_booking",
    "change_method",
    "change_problem",
    "clear_attention",
    "complete_orders",
    "confirm_manual_payment",
    "create_notifications",
    "customer_combining",
    "decline_payment",
    "deliver_evidence",
    "end_choice",
    "end_promotion",
    "expire_order",
    "extend_hold",
    "follow_order",
    "follow_reservations",
    "keep_departure",
    "leave_warning",
    "lines_of",
    "make_codes",
    "move_departure",
    "open_payment_link",
    "pay_approved",
    "place_again",
    "place_order",
    "process_provider_event",
    "receive_provider_event",
    "reconcile",
    "record_adjustment",
    "record_charge",
    "record_dispute",
    "record_dispute_lost",
    "record_fee",
    "record_payment",
    "record_payout",
    "record_refund",
    "record_refund_failed",
    "record_transfer",
    "refresh_dispute",
    "refresh_payment",
    "refund_order",
    "reject_manual_payment",
    "remind_of_dispute",
    "remind_of_payment",
    "remove_dispute_file",
    "retry_provider_event",
    "retry_refund",
    "retry_refunds",
    "run_refund",
    "save_statement",
    "send_evidence",
    "send_notification",
    "send_order_link",
    "send_order_links",
    "send_payment_link",
    "set_account_numbers",
    "settle_difference",
    "settle_dispute",
    "settle_manual_refund",
    "settle_payment",
    "settle_refund",
    "start_card_payment",
    "start_reconciliation",
    "start_refund",
    "stop_card_payment",
    "take_alternative",
    "take_money_back",
    "take_reserved",
    "tell_guest",
    "tell_staff",
    "withdraw_manual_refund",
    "withdraw_payment_link",
    "write_off",
]
