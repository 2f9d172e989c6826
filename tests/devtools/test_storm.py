import datetime as dt

import pytest
import stripe
from django.db.models import F

from commerce.enums import OrderSource, PaymentMethod, RefundReason
from commerce.models import Order, Payment, PaymentSettings, Refund
from commerce.operations import (
    CartLine,
    expire_order,
    place_order,
    record_adjustment,
    refresh_payment,
    run_refund,
    settle_dispute,
    start_card_payment,
    start_refund,
)
from crm.models import Message
from devtools.storm.browser import Form, forms_of
from devtools.storm.reckoning import verify, waiting
from tests.commerce.factories import GRETE, NOW, tier_of
from tests.factories import make_schedule
from tours.models import Schedule

pytestmark = pytest.mark.django_db(transaction=True)

ACCOUNT = "storm"
SOON = NOW + dt.timedelta(minutes=1)
LATER = NOW + dt.timedelta(minutes=20)


@pytest.fixture
def ask(in_harbour, stripe_emulator, settings, tmp_path):
    """A function that returns what does not add up at Harbour."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    row = PaymentSettings.objects.get()
    row.card_enabled = True
    row.stripe_secret_key, row.stripe_publishable_key = f"sk_test_{ACCOUNT}", f"pk_test_{ACCOUNT}"
    row.save()
    return lambda: verify(ACCOUNT, mail_folder=tmp_path)["problems"]


@pytest.fixture
def schedule(in_harbour) -> Schedule:
    return make_schedule()


@pytest.fixture
def order(ask, schedule: Schedule, stripe_emulator, run_jobs) -> Order:
    """An order that was paid by card, with everything done that follows."""
    order = place_order(
        [CartLine(str(schedule.public_id), {tier_of(schedule).pk: 2})],
        contact=GRETE,
        method=PaymentMethod.CARD,
        source=OrderSource.WEB,
        now=NOW,
    )
    payment = order.payments.get()
    start_card_payment(payment, now=SOON)
    payment.refresh_from_db()
    stripe_emulator.pay(payment.provider_reference, account=ACCOUNT)
    refresh_payment(payment, now=SOON)
    run_jobs()
    order.refresh_from_db()
    return order


def test_reckoning_finds_nothing_where_everything_adds_up(ask, order, run_jobs):
    assert (ask(), waiting()) == ([], {})
    refund = start_refund(order.payments.get(), amount_minor=500, reason=RefundReason.OTHER, now=SOON)
    assert waiting() == {"refunds on their way": 1, "deliveries": 1}
    run_refund(refund.pk, now=SOON)
    run_jobs()
    assert (ask(), waiting()) == ([], {})


def test_reckoning_counts_places(ask, order, schedule):
    Schedule.objects.filter(pk=schedule.pk).update(booked_count=F("booked_count") + 1)
    assert ask() == [f"Departure {schedule.pk} counts 3 places; its bookings have 2."]


def test_reckoning_compares_each_payment_with_the_provider(ask, order):
    payment = order.payments.get()
    Payment.objects.filter(pk=payment.pk).update(captured_minor=4999)
    assert ask() == [
        f"{payment.provider_reference} took 5000; our payments say [4999].",
        "The payments add up to 4999 for gross; the payments report says 5000.",
        f"{order} is paid with 4999 of 5000 and bookings ['confirmed'].",
    ]
    Payment.objects.filter(pk=payment.pk).update(captured_minor=5000, provider_reference="pi_of_nobody")
    assert ask() == [
        f"{payment.provider_reference} took 5000; our payments say [].",
        "1 payments of pi_of_nobody are not at the provider.",
    ]


def test_reckoning_compares_each_refund_with_the_provider(ask, order, settings):
    payment = order.payments.get()
    client = stripe.StripeClient(f"sk_test_{ACCOUNT}", base_addresses={"api": settings.STRIPE_API_BASE})
    made = client.v1.refunds.create({"payment_intent": payment.provider_reference, "amount": 700})
    missing = [
        f"{made.id} moved the provider's balance by -700; the ledger says 0.",
        "The provider's list sums up to 700 for refunds; the payments report says 0.",
        "The provider's list sums up to 4200 for net; the payments report says 4900.",
        "The provider's balance is 4200; the payments report says 4900.",
    ]
    assert ask() == [f"{made.id} gave 700 back (succeeded); ours says nothing.", *missing]
    refund = start_refund(payment, amount_minor=800, reason=RefundReason.OTHER, now=SOON)
    Refund.objects.filter(pk=refund.pk).update(provider_reference=made.id, status="succeeded")
    assert ask()[:2] == [
        f"{made.id} gave 700 back (succeeded); ours says (800, 'succeeded').",
        f"Payment {payment.pk} says 0 went back; its refunds say 800.",
    ]


def test_reckoning_compares_the_ledger_with_each_movement_of_the_providers_balance(ask, order, stripe_emulator):
    intent = order.payments.get().provider_reference
    record_adjustment(reference="txn_of_nobody", amount_minor=3, currency="EUR", occurred_at=NOW)
    assert ask() == [
        "txn_of_nobody moved the provider's balance by 0; the ledger says 3.",
        "The provider's list sums up to 0 for other; the payments report says 3.",
        "The provider's list sums up to 4900 for net; the payments report says 4903.",
        "The provider's balance is 4900; the payments report says 4903.",
    ]
    dispute = stripe_emulator.turn("dispute", account=ACCOUNT, payment_intent=intent)
    [withdrawn] = dispute["balance_transactions"]
    assert ask() == [
        f"{withdrawn['id']} moved the provider's balance by -7000; the ledger says 0.",
        "txn_of_nobody moved the provider's balance by 0; the ledger says 3.",
        "The provider's list sums up to 5000 for disputes; the payments report says 0.",
        "The provider's list sums up to 2100 for fees; the payments report says 100.",
        "The provider's list sums up to 0 for other; the payments report says 3.",
        "The provider's list sums up to -2100 for net; the payments report says 4903.",
        "The provider's balance is -2100; the payments report says 4903.",
    ]
    settle_dispute(order.payments.get(), dispute["id"], now=SOON)
    assert [line for line in ask() if "disputes" in line or "fees" in line or withdrawn["id"] in line] == []


def test_reckoning_finds_what_was_left_lying(ask, order, schedule):
    unpaid = place_order(
        [CartLine(str(schedule.public_id), {tier_of(schedule).pk: 1})],
        contact=GRETE,
        method=PaymentMethod.CARD,
        source=OrderSource.WEB,
        now=NOW,
    )
    assert waiting() == {"places held": 1, "orders unpaid": 1, "deliveries": 1}
    assert ask() == [f"Still waiting: 1 {what}." for what in ("places held", "orders unpaid", "deliveries")]
    expire_order(unpaid.pk, now=LATER)
    assert waiting() == {"deliveries": 2}


def test_reckoning_counts_mails(ask, order, tmp_path):
    written = sorted(tmp_path.glob("*.log"))
    (tmp_path / "again.log").write_bytes(written[0].read_bytes())
    assert (
        verify(ACCOUNT, mail_folder=tmp_path)["counts"]["e-mails sent again after a kill, under the same Message-ID"]
        == 1
    )
    assert ask() == []
    for path in tmp_path.glob("*.log"):
        path.unlink()
    assert ask() == ["2 messages were written, 0 different ones were sent."]
    Message.objects.all().delete()
    assert ask() == [f"Order {order.pk} was paid or told so, and not both."]


def test_forms_are_read_as_a_browser_sends_them():
    html = """
    <input name="outside" value="1">
    <form action="/a/" data-pay><input type="hidden" name="token" value="t">
      <input name="first"><textarea name="note"></textarea>
      <input type="checkbox" name="terms" required><input type="checkbox" name="news">
      <input type="radio" name="method" value="card"><input type="radio" name="method" value="cash" checked>
      <input type="submit" name="go" value="Go"></form>
    <form action="/b/"></form>
    """
    first, second = forms_of(html)
    assert first.data == {"token": "t", "first": "", "note": "", "method": "cash"}
    assert (first.action, first.required_boxes, second) == ("/a/", ["terms"], Form("/b/", attributes={"action": "/b/"}))
    assert first.values["method"] == {"card", "cash"}
