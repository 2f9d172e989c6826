"""Why staff should look at an order, and when the reason is gone."""

from collections.abc import Callable, Mapping
from typing import Final

from django.utils.translation import gettext_noop

from commerce import queries
from commerce.enums import ChoiceStatus
from commerce.models import Order

REFUND_FAILED: Final = gettext_noop("A refund failed; pay the money back another way.")
REFUND_BY_HAND: Final = gettext_noop("Money is to be paid back by hand.")
PAID_BACK_TWICE: Final = gettext_noop(
    "More was paid back than came in: by hand and in Stripe's dashboard. If the money was not given back by hand, withdraw that refund."
)
CHEAPER_NOW: Final = gettext_noop("A booking became cheaper; pay the difference back.")
REFUND_TO_APPROVE: Final = gettext_noop(
    "The refund for a cancelled departure is above the limit of the person who cancelled it. Please approve it."
)
TOO_MUCH: Final = gettext_noop("More came in than the order costs; pay the difference back.")
RECORDED_LEFT: Final = gettext_noop(
    "The order ended while money that was written down waits for a second person. Please confirm it, or say that it is not there."
)
FEE_UNPAID: Final = gettext_noop("Cancelled, and what the guest owes for that is not paid.")


def _nothing_to_pay_back(order: Order) -> bool:
    return queries.surplus_minor(order) == 0


def _nothing_by_hand(order: Order) -> bool:
    return not queries.waits_for_refund_by_hand(order)


def _nothing_twice(order: Order) -> bool:
    return not any(queries.went_back_twice_minor(payment) for payment in order.payments.all())


def _nothing_to_approve(order: Order) -> bool:
    return not order.guest_choices.filter(status=ChoiceStatus.HELD).exists()


def _nothing_recorded(order: Order) -> bool:
    return queries.recorded_payment_of(order) is None


def _fee_is_paid(order: Order) -> bool:
    return queries.fee_owed_minor(order) == 0


# Reasons that end by what is done, not by being seen; each with whether it has ended.
_ENDS: Final[Mapping[str, Callable[[Order], bool]]] = {
    REFUND_FAILED: _nothing_to_pay_back,
    REFUND_BY_HAND: _nothing_by_hand,
    PAID_BACK_TWICE: _nothing_twice,
    CHEAPER_NOW: _nothing_to_pay_back,
    REFUND_TO_APPROVE: _nothing_to_approve,
    TOO_MUCH: _nothing_to_pay_back,
    RECORDED_LEFT: _nothing_recorded,
    FEE_UNPAID: _fee_is_paid,
}


def call_attention(order: Order, text: str) -> None:
    """Say on an order why staff should look at it; in the caller's transaction, order locked."""
    order.needs_attention = text
    order.save(update_fields=["needs_attention", "updated_at"])


def settle_attention(order: Order) -> None:
    """Take the reason off an order when what has been done ended it; in the caller's transaction, order locked."""
    has_ended = _ENDS.get(order.needs_attention)
    if has_ended is not None and has_ended(order):
        call_attention(order, "")
