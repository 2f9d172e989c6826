"""Whatever happens to payments, in any order: our books are Stripe's, and those of the orders."""

from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commerce import queries
from commerce.enums import LedgerAccount, RefundReason
from commerce.gateways import stripe
from commerce.models import LedgerEntry, LedgerTransaction, Payment, Refund
from commerce.operations import (
    RefundRefused,
    reconcile,
    refresh_payment,
    run_refund,
    start_reconciliation,
    start_refund,
)
from tests.commerce.test_card_payments import card, order_by_card, reference_of
from tests.factories import make_schedule
from tests.isolation.world import undone

__all__ = ["card"]

# What may happen, to which payment (of those there are) and with which amount.
MOVES = ("pay", "pay_unheard", "refund", "refund_pending", "refund_at_stripe", "fail_refund", "dispute", "win", "lose")
STEPS = st.lists(st.tuples(st.sampled_from(MOVES), st.integers(0, 3), st.integers(100, 3000)), min_size=1, max_size=12)


class Till:
    """An organization that sells, and all that may happen to what it sold."""

    def __init__(self, card):
        self.card = card
        self.disputes = []

    def turn(self, knob, **values):
        return self.card.turn(knob, account="harbour", **values)

    def pay(self, number, amount, *, is_heard=True):
        order = order_by_card(make_schedule(), quantity=1, price_minor=amount + 2000, now=timezone.now())
        self.card.pay(reference_of(order, now=timezone.now()))
        if is_heard:
            refresh_payment(order.payments.get(), now=timezone.now())

    def pay_unheard(self, number, amount):
        self.pay(number, amount, is_heard=False)

    def refund(self, number, amount):
        if payment := self._received(number):
            try:
                refund = start_refund(payment, amount_minor=amount, reason=RefundReason.OTHER, now=timezone.now())
            except RefundRefused:
                return
            run_refund(refund.pk, now=timezone.now())

    def refund_pending(self, number, amount):
        self.turn("advance", next_refund_status="pending")
        self.refund(number, amount)
        self.turn("advance", next_refund_status="succeeded")

    def refund_at_stripe(self, number, amount):
        keys = stripe.keys_of(queries.payment_settings())
        if payment := self._received(number):
            try:
                stripe.create_refund(
                    keys,
                    intent=payment.provider_reference,
                    amount_minor=amount,
                    currency="EUR",
                    metadata={},
                    idempotency_key=f"{payment.pk}-{amount}-{timezone.now()}",
                )
            except stripe.GatewayRefused:
                return

    def fail_refund(self, number, amount):
        refunds = list(Refund.objects.filter(status="succeeded").order_by("pk"))
        if refunds:
            self.turn("advance", refund=refunds[number % len(refunds)].provider_reference, status="failed")

    def dispute(self, number, amount):
        payment = self._received(number)
        if payment and payment.provider_reference not in {intent for intent, _reference in self.disputes}:
            made = self.turn("dispute", payment_intent=payment.provider_reference, amount=min(amount, 2000))
            self.disputes.append((payment.provider_reference, made["id"]))

    def win(self, number, amount, *, status="won"):
        if self.disputes:
            self.turn("advance", dispute=self.disputes.pop(0)[1], status=status)

    def lose(self, number, amount):
        self.win(number, amount, status="lost")

    def _received(self, number):
        received = list(Payment.objects.filter(captured_minor__gt=0).order_by("pk"))
        return received[number % len(received)] if received else None


def stripes_list():
    keys = stripe.keys_of(queries.payment_settings())
    return list(stripe._client(keys).v1.balance_transactions.list({"limit": 100}).auto_paging_iter())


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_books_agree_with_stripe_and_with_the_orders_after_anything(in_harbour, harbour, card, steps):
    card.turn("reset")
    with undone():
        till = Till(card)
        for move, number, amount in steps:
            getattr(till, move)(number, amount)
        now = timezone.now()
        run = reconcile(start_reconciliation(now=now).pk, now=now)
        assert (run.last_error, list(queries.open_differences())) == ("", [])
        listed = stripes_list()
        today = now.astimezone(harbour.zone).date()
        report = queries.payments_report(first=today, last=today, zone=harbour.zone)
        totals = {kind: sum(m.amount for m in listed if m.type == kind) for kind in {m.type for m in listed}}
        assert report.closing == sum(m.net for m in listed)
        assert report.at_stripe.gross == totals.get("charge", 0)
        assert report.at_stripe.refunds == -totals.get("refund", 0) - totals.get("refund_failure", 0)
        assert report.at_stripe.disputes == -totals.get("adjustment", 0)
        assert report.at_stripe.fees == sum(m.fee for m in listed)
        assert report.total == report.at_stripe
        # The orders know of refunds once they have arrived; Stripe has taken those under way already.
        payments = Payment.objects.all()
        under_way = sum(refund.amount_minor for refund in Refund.objects.filter(status="pending"))
        paid = sum(payment.captured_minor - payment.refunded_minor for payment in payments) - under_way
        assert paid == report.total.gross - report.total.refunds
        customers = LedgerEntry.objects.filter(account=LedgerAccount.CUSTOMERS).values_list("amount_minor", flat=True)
        assert -sum(customers) == paid
        before = LedgerTransaction.objects.count()
        again = reconcile(start_reconciliation(now=now).pk, now=now)
        assert (again.replayed, LedgerTransaction.objects.count()) == (0, before)
