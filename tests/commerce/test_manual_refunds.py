"""Money that staff pay back themselves: marked as paid, withdrawn, and paid back at Stripe as well."""

import pytest
from django.urls import reverse

from commerce import queries
from commerce.enums import RefundReason
from commerce.gateways import stripe
from commerce.models import Order, ProviderEvent, Refund
from commerce.operations import (
    RefundRefused,
    process_provider_event,
    settle_manual_refund,
    start_refund,
    withdraw_manual_refund,
)
from tenancy.enums import Role
from tenancy.models import AuditEntry
from tenancy.scope import organization_scope
from tests.commerce.test_card_payments import SOON, card, webhook
from tests.commerce.test_dispute_money import balances, by_hand
from tests.commerce.test_disputes import attention, figures, paid_order
from tests.fixtures import client_for, make_member

__all__ = ["card"]

TWICE = "More was paid back than came in: by hand and in Stripe's dashboard. If the money was not given back by hand, withdraw that refund."


def refunded_at_stripe(organization, order: Order, amount: int) -> None:
    """Let somebody pay back in Stripe's dashboard, and Stripe tell of it."""
    intent = order.payments.get().provider_reference
    made = stripe.create_refund(
        stripe.keys_of(queries.payment_settings()),
        intent=intent,
        amount_minor=amount,
        currency="EUR",
        metadata={},
        idempotency_key="dashboard",
    )
    webhook(organization, "refund.created", {"id": made.reference, "payment_intent": intent})
    process_provider_event(ProviderEvent.objects.get().pk, now=SOON)


def test_payment_that_went_back_by_hand_and_at_stripe_is_shown_and_mended(in_harbour, card):
    order = paid_order(card)
    refund = by_hand(order, 3000)
    settle_manual_refund(refund, now=SOON, actor=None)
    refunded_at_stripe(in_harbour, order, 5000)
    event = ProviderEvent.objects.get()
    assert (event.processed_at, event.last_error) == (SOON, "")
    payment = order.payments.get()
    assert (payment.status, payment.refunded_minor, attention(order)) == ("refunded", 5000, TWICE)
    assert balances() == {"stripe": -100, "customers": 3000, "bank": -3000, "fees": 100}
    withdraw_manual_refund(refund, reason="It was in the dashboard", now=SOON, actor=None)
    payment = order.payments.get()
    assert (payment.status, payment.refunded_minor, attention(order)) == ("refunded", 5000, "")
    assert balances() == {"stripe": -100, "customers": 0, "bank": 0, "fees": 100}


def test_refund_by_hand_that_was_not_made_is_withdrawn(in_harbour, card):
    order = paid_order(card)
    waiting, marked = by_hand(order, 1000), by_hand(order, 500)
    settle_manual_refund(marked, now=SOON, actor=None)
    assert figures(order) == ("partially_refunded", 0, 0, 3500)
    for refund in (waiting, marked):
        withdraw_manual_refund(refund, reason="A mistake", now=SOON, actor=None)
        with pytest.raises(RefundRefused):
            withdraw_manual_refund(refund, reason="Again", now=SOON, actor=None)
    assert (figures(order), attention(order)) == (("succeeded", 0, 0, 5000), "")
    assert set(Refund.objects.values_list("status", flat=True)) == {"cancelled"}
    assert balances() == {"stripe": 4900, "customers": -5000, "bank": 0, "fees": 100}
    assert Order.objects.get().status == "paid"


def test_refund_by_card_is_not_withdrawn(in_harbour, card):
    order = paid_order(card)
    refund = start_refund(order.payments.get(), amount_minor=100, reason=RefundReason.OTHER, now=SOON)
    with pytest.raises(RefundRefused):
        withdraw_manual_refund(refund, reason="A mistake", now=SOON, actor=None)


def test_staff_withdraw_a_refund_on_its_page(harbour, card):
    manager = client_for(harbour, make_member(harbour, Role.MANAGER))
    with organization_scope(harbour.pk):
        order = paid_order(card)
        refund = by_hand(order, 1000)
    url = reverse("orders:withdraw_refund", args=[order.pk, refund.pk])
    assert url in manager.get(reverse("orders:inspect", args=[order.pk])).content.decode()
    assert "€10.00" in manager.get(url).content.decode()
    assert manager.post(url, {"note": ""}).status_code == 200
    manager.post(url, {"note": "The guest changed their mind"})
    with organization_scope(harbour.pk):
        assert Refund.objects.get().status == "cancelled"
        assert AuditEntry.objects.filter(action="refund.withdrawn").count() == 1
    assert url not in manager.get(reverse("orders:inspect", args=[order.pk])).content.decode()
