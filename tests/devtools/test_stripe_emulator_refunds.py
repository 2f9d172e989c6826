import pytest
import stripe

from tests.devtools.test_stripe_emulator_payments import refusal, types


def test_partial_refunds_up_to_the_charge(client, pay):
    intent = pay()
    first = client.v1.refunds.create({"payment_intent": intent.id, "amount": 2000, "metadata": {"refund": "1"}})
    assert (first.status, first.amount, first.metadata.to_dict()) == ("succeeded", 2000, {"refund": "1"})
    error = refusal(client.v1.refunds.create, {"payment_intent": intent.id, "amount": 3001})
    assert (error.http_status, error.code, error.param) == (400, "amount_too_large", "amount")
    rest = client.v1.refunds.create({"charge": intent.latest_charge, "reason": "requested_by_customer"})
    assert rest.amount == 3000
    charge = client.v1.charges.retrieve(intent.latest_charge)
    assert (charge.amount_refunded, charge.refunded) == (5000, True)
    assert refusal(client.v1.refunds.create, {"payment_intent": intent.id}).code == "charge_already_refunded"
    assert [refund.id for refund in client.v1.refunds.list({"payment_intent": intent.id}).data] == [rest.id, first.id]
    assert client.v1.refunds.retrieve(first.id, {"expand": ["balance_transaction"]}).balance_transaction.net == -2000
    assert types(client)[3:] == ["refund.created", "charge.refunded"] * 2


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, "parameter_missing"),
        ({"amount": 0}, "parameter_invalid_integer"),
        ({"reason": "because"}, None),
        ({"colour": "red"}, "parameter_unknown"),
    ],
)
def test_wrong_refund(client, pay, params, code):
    of = {"payment_intent": pay().id} if params else {}
    assert refusal(client.v1.refunds.create, {**of, **params}).code == code


def test_refund_of_a_payment_without_money(client):
    intent = client.v1.payment_intents.create({"amount": 5000, "currency": "eur"})
    assert refusal(client.v1.refunds.create, {"payment_intent": intent.id}).param == "payment_intent"
    refusal(client.v1.payment_intents.confirm, intent.id, {"payment_method": "pm_card_chargeDeclined"})
    assert refusal(client.v1.refunds.create, {"payment_intent": intent.id}).param == "payment_intent"


def test_refund_in_steps_of_the_currency(client, pay):
    intent = pay(amount=5120, currency="kwd")
    error = refusal(client.v1.refunds.create, {"payment_intent": intent.id, "amount": 124})
    assert error.code == "invalid_charge_amount"


@pytest.mark.parametrize(("first", "then"), [("pending", "succeeded"), ("pending", "failed"), ("requires_action", "failed"),
                                             ("succeeded", "failed")])  # fmt: skip
def test_refund_goes_on_later(client, pay, stripe_emulator, first, then):
    intent = pay()
    stripe_emulator.turn("advance", account="one", next_refund_status=first)
    refund = client.v1.refunds.create({"payment_intent": intent.id, "amount": 2000})
    assert refund.status == first
    stripe_emulator.turn("advance", account="one", refund=refund.id, status=then)
    after = client.v1.refunds.retrieve(
        refund.id, {"expand": ["failure_balance_transaction", "charge"]} if then == "failed" else {"expand": ["charge"]}
    )
    assert (after.status, after.charge.amount_refunded) == (then, 0 if then == "failed" else 2000)
    if then == "failed":
        assert (after.failure_reason, after.failure_balance_transaction.amount) == ("expired_or_canceled_card", 2000)
    news = ["refund.created", "charge.refunded", "refund.updated", *(["refund.failed"] if then == "failed" else [])]
    assert types(client)[3:] == news
    again = stripe_emulator.turn("advance", account="one", refund=refund.id, status="failed")
    assert ("error" in again) == (then == "failed")


def test_dispute_takes_the_money_and_blocks_refunds(client, pay, stripe_emulator):
    intent = pay("pm_card_createDispute")
    (dispute,) = client.v1.disputes.list({"payment_intent": intent.id}).data
    assert (dispute.status, dispute.amount, dispute.is_charge_refundable) == ("needs_response", 5000, False)
    assert [(booked.amount, booked.fee) for booked in dispute.balance_transactions] == [(-5000, 2000)]
    assert client.v1.charges.retrieve(intent.latest_charge).disputed is True
    assert refusal(client.v1.refunds.create, {"payment_intent": intent.id}).code == "charge_disputed"
    stripe_emulator.turn("advance", account="one", dispute=dispute.id, status="under_review")
    stripe_emulator.turn("advance", account="one", dispute=dispute.id, status="won")
    assert client.v1.disputes.retrieve(dispute.id).status == "won"
    assert types(client)[3:] == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.updated",
        "charge.dispute.funds_reinstated",
        "charge.dispute.closed",
    ]
    assert client.v1.refunds.create({"payment_intent": intent.id}).status == "succeeded"


def test_dispute_that_is_lost_is_final_but_for_an_appeal(client, pay, stripe_emulator):
    intent = pay()
    made = stripe_emulator.turn(
        "dispute", account="one", payment_intent=intent.id, amount=3000, reason="product_not_received"
    )
    assert (made["amount"], made["reason"]) == (3000, "product_not_received")
    stripe_emulator.turn("advance", account="one", dispute=made["id"], status="lost")
    assert refusal(client.v1.refunds.create, {"payment_intent": intent.id}).code == "charge_disputed"
    assert "error" in stripe_emulator.turn("advance", account="one", dispute=made["id"], status="under_review")
    assert stripe_emulator.turn("advance", account="one", dispute=made["id"], status="won")["status"] == "won"


def test_inquiry_moves_no_money(client, pay):
    intent = pay("pm_card_createDisputeInquiry")
    (dispute,) = client.v1.disputes.list().data
    assert (dispute.status, dispute.balance_transactions) == ("warning_needs_response", [])
    assert types(client)[3:] == ["charge.dispute.created"]
    assert client.v1.refunds.create({"payment_intent": intent.id}).status == "succeeded"


def test_shapes_are_those_of_the_sdk(client, pay):
    intent = pay("pm_card_createDispute")
    other = pay()
    refund = client.v1.refunds.create({"payment_intent": other.id})
    charge = client.v1.charges.retrieve(intent.latest_charge)
    shown = [
        (stripe.PaymentIntent, intent),
        (stripe.Charge, charge),
        (stripe.Refund, refund),
        (stripe.Dispute, client.v1.disputes.list().data[0]),
        (stripe.BalanceTransaction, client.v1.balance_transactions.retrieve(charge.balance_transaction)),
        (stripe.PaymentMethod, client.v1.payment_methods.retrieve(intent.payment_method)),
        (stripe.Event, client.v1.events.list().data[0]),
        (stripe.Customer, client.v1.customers.create({})),
        (stripe.Account, client.v1.accounts.retrieve_current()),
    ]
    assert {kind.__name__: sorted(thing.to_dict().keys() - kind.__annotations__.keys()) for kind, thing in shown} == {
        kind.__name__: [] for kind, _thing in shown
    }


@pytest.mark.parametrize(("taken", "freed"), [(None, [5000]), (3000, [2000]), (5000, [])])
def test_reserved_money_that_is_freed_is_a_refund_that_moves_nothing(client, pay, taken, freed):
    intent = pay(capture_method="manual")
    if taken is None:
        client.v1.payment_intents.cancel(intent.id)
    else:
        client.v1.payment_intents.capture(intent.id, {"amount_to_capture": taken})
    found = client.v1.refunds.list({"payment_intent": intent.id}).data
    assert [(refund.amount, refund.status, refund.balance_transaction) for refund in found] == [
        (amount, "succeeded", None) for amount in freed
    ]
    charge = client.v1.charges.retrieve(intent.latest_charge)
    assert (charge.amount_captured, charge.amount_refunded) == (taken or 0, sum(freed))
    assert types(client).count("refund.created") == len(freed)
    if taken is not None:
        # All that was taken can be paid back, and no more.
        assert refusal(client.v1.refunds.create, {"charge": charge.id, "amount": taken + 1}).code == "amount_too_large"
        assert client.v1.refunds.create({"charge": charge.id}).amount == taken
        assert client.v1.charges.retrieve(charge.id).refunded
