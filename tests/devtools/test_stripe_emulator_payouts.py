import pytest

from tests.devtools.test_stripe_emulator_payments import refusal, types


def test_payout_empties_the_balance_and_may_come_back(client, pay, stripe_emulator):
    intent = pay()
    assert refusal(client.v1.payouts.create, {"amount": 4901, "currency": "eur"}).code == "balance_insufficient"
    # 50.00 less the fee of 1.00.
    payout = client.v1.payouts.create({"amount": 4900, "currency": "eur"})
    assert [found.id for found in client.v1.payouts.list({"status": "paid"}).data] == [payout.id]
    failed = stripe_emulator.turn("payout", account="one", payout=payout.id, status="failed")
    assert (failed["status"], client.v1.payouts.retrieve(payout.id).failure_code) == ("failed", "account_closed")
    listed = client.v1.balance_transactions.list({"expand": ["data.source"]}).data
    assert [(moved.type, moved.amount, moved.fee, moved.net, moved.source.id) for moved in listed] == [
        ("payout_failure", 4900, 0, 4900, payout.id),
        ("payout", -4900, 0, -4900, payout.id),
        ("charge", 5000, 100, 4900, intent.latest_charge),
    ]
    assert types(client)[-3:] == ["payout.created", "payout.paid", "payout.failed"]


def test_movements_are_listed_by_time_and_kind(client, pay, stripe_emulator):
    pay()
    moved = stripe_emulator.turn("move", account="one", amount=-70, kind="stripe_fee", description="Radar")
    assert (moved["amount"], moved["source"], moved["description"]) == (-70, None, "Radar")
    fees = client.v1.balance_transactions.list({"type": "stripe_fee", "created": {"gte": moved["created"]}}).data
    assert [found.id for found in fees] == [moved["id"]]
    assert client.v1.balance_transactions.list({"created": {"gt": moved["created"] + 60}}).data == []


@pytest.mark.parametrize("page", [1, 2])
def test_pages_of_movements_hold_each_once(client, pay, page):
    for _payment in range(3):
        pay()
    found = list(client.v1.balance_transactions.list({"limit": page}).auto_paging_iter())
    assert len({moved.id for moved in found}) == len(found) == 3
