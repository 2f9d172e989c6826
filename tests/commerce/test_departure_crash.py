"""Three hundred bookings are cancelled while the worker is killed: real processes, real connections, Stripe over HTTP."""

import datetime as dt
import json
import os
import re
import signal
import time
import urllib.parse
import urllib.request
from collections import Counter

import pytest
import redis
from django.conf import settings as django_settings
from django.utils import timezone

from commerce.enums import OrderStatus, PaymentMethod, PaymentStatus
from commerce.gateways import stripe
from commerce.models import DepartureChange, GuestChoice, Order, OrderLine, Payment, PaymentSettings, Refund
from commerce.operations import GuestPlan, cancel_departure
from config.celery import app
from crm.models import Customer, Message
from devtools.demo.environment import child_environment
from devtools.demo.stack import Stack
from tenancy.models import OutboxDelivery
from tenancy.scope import every_organization, organization_scope
from tests.factories import make_schedule
from tours.enums import BookingStatus
from tours.models import Booking, Schedule

COUNT = 300
PRICE = 2500
# What it may take on a machine that others use too, in seconds.
PATIENCE = 300


@pytest.fixture
def stack(tmp_path, stripe_emulator, monkeypatch):
    """A worker of the product on this test's database, queue and Stripe."""
    env = child_environment(
        tmp_path,
        port=0,
        stripe_port=0,
        database_url=os.environ["DATABASE_URL"],
        redis_url=os.environ["REDIS_URL"],
    )
    env["FIELD_ENCRYPTION_KEYS"] = django_settings.FIELD_ENCRYPTION_KEYS[0]
    env["STRIPE_API_BASE"] = stripe_emulator.url
    running = Stack(env, log_dir=tmp_path / "log")
    yield running
    running.stop()


def sell(schedule: Schedule, card, count: int) -> None:
    """Orders of one paid place each, as the checkout leaves them; in bulk, for it is not the checkout that is tried here."""
    row = PaymentSettings.objects.get()
    row.stripe_secret_key, row.stripe_publishable_key = "sk_test_harbour", "pk_test_harbour"
    row.save()
    keys, now = stripe.keys_of(row), timezone.now()
    intents = []
    for number in range(count):
        key = f"paid-{number}"
        intent = stripe.create_intent(
            keys, amount_minor=PRICE, currency="EUR", metadata={}, description=key, idempotency_key=key
        )
        card.pay(intent.reference)
        intents.append(intent.reference)
    customers = Customer.objects.bulk_create(
        Customer(first_name="Guest", last_name=f"{number}", email=f"guest{number}@example.com", language="en")
        for number in range(count)
    )
    orders = Order.objects.bulk_create(
        Order(
            number=f"HW-{number}",
            customer=customer,
            status=OrderStatus.PAID,
            method=PaymentMethod.CARD,
            language="de" if number % 2 else "en",
            first_name="Guest",
            last_name=f"{number}",
            email=customer.email,
            currency="EUR",
            subtotal_minor=PRICE,
            total_minor=PRICE,
            placed_at=now,
            paid_at=now,
        )
        for number, customer in enumerate(customers)
    )
    bookings = Booking.objects.bulk_create(
        Booking(schedule=schedule, customer=order.customer, status=BookingStatus.CONFIRMED, seats=1) for order in orders
    )
    Schedule.objects.filter(pk=schedule.pk).update(booked_count=count)
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            booking=booking,
            position=1,
            name="A walk",
            tier_name="Adult",
            quantity=1,
            unit_price_minor=PRICE,
            total_minor=PRICE,
        )
        for order, booking in zip(orders, bookings, strict=True)
    )
    Payment.objects.bulk_create(
        Payment(
            order=order,
            method=PaymentMethod.CARD,
            status=PaymentStatus.SUCCEEDED,
            amount_minor=PRICE,
            currency="EUR",
            captured_minor=PRICE,
            captured_currency="EUR",
            provider_reference=reference,
            succeeded_at=now,
        )
        for order, reference in zip(orders, intents, strict=True)
    )


def refunds_at_stripe(url: str) -> list[dict]:
    found, after = [], ""
    while True:
        query = urllib.parse.urlencode({"limit": 100} | ({"starting_after": after} if after else {}))
        request = urllib.request.Request(
            f"{url}/v1/refunds?{query}", headers={"Authorization": "Bearer sk_test_harbour"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            page = json.load(answer)
        found += page["data"]
        if not page["has_more"]:
            return found
        after = page["data"][-1]["id"]


def let_minutes_pass() -> None:
    """What waits for its next try is due now, and the clock starts the sweeps."""
    past = timezone.now() - dt.timedelta(seconds=1)
    OutboxDelivery.objects.filter(status="pending").update(next_attempt_at=past)
    Message.objects.filter(status="pending").update(next_attempt_at=past)
    Refund.objects.filter(status="pending").update(next_attempt_at=past)
    for name in ("tenancy.sweep_outbox", "crm.sweep_messages", "commerce.sweep_refunds"):
        app.send_task(name, ignore_result=True)


@pytest.fixture
def left_in_queue():
    """A function that says how many jobs wait."""
    queue = f"{app.conf.broker_transport_options['global_keyprefix']}{app.conf.task_default_queue}"
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        yield lambda: client.llen(queue)


def run_until(stack: Stack, job: str, *, count: int) -> None:
    """Run a worker until it has done some jobs of a kind, and kill it with its children as the kernel would."""
    stack.start_worker()
    worker = stack.parts[-1]
    done = re.compile(rf"Task {re.escape(job)}\S* succeeded")
    stack.wait_until(lambda: len(done.findall(worker.log.read_text())) >= count, job, seconds=PATIENCE)
    stack.parts.remove(worker)
    os.killpg(worker.child.pid, signal.SIGKILL)
    worker.child.wait()


@pytest.mark.django_db(transaction=True)
def test_three_hundred_guests_are_told_and_paid_back_once_although_the_worker_is_killed(
    harbour, stack, stripe_emulator, left_in_queue
):
    with organization_scope(harbour.pk):
        schedule = make_schedule(capacity=COUNT)
        sell(schedule, stripe_emulator, COUNT)
        began = time.perf_counter()
        change = cancel_departure(schedule, plan=GuestPlan(reason="Storm"), now=timezone.now())
        answered_after = time.perf_counter() - began

    def finished() -> bool:
        with organization_scope(harbour.pk):
            told = Message.objects.filter(kind="departure_cancelled", status="sent").count()
            open_refunds = Refund.objects.exclude(status="succeeded").count()
            return told == COUNT and open_refunds == 0 and Refund.objects.count() == COUNT

    # Killed once while guests are being told, and once while their money goes back.
    for job, count in (("tenancy.deliver_event", 100), ("commerce.run_refund", 60)):
        run_until(stack, job, count=count)
    with organization_scope(harbour.pk):
        assert 60 <= Refund.objects.filter(status="succeeded").count() < COUNT

    stack.start_worker()
    # What the dead worker had in its hands is found by the sweeps, once the others are through.
    stack.wait_until(lambda: left_in_queue() == 0, "the rest of the queue", seconds=PATIENCE)
    while not finished():
        with every_organization():
            let_minutes_pass()
        stack.wait_until(lambda: left_in_queue() == 0, "what was left", seconds=PATIENCE)

    with organization_scope(harbour.pk):
        assert GuestChoice.objects.filter(change=change, status="given_back").count() == COUNT
        assert Order.objects.filter(status="cancelled").count() == COUNT
        recipients = Counter(Message.objects.values_list("recipient", flat=True))
        assert recipients == {f"guest{number}@example.com": 1 for number in range(COUNT)}
        assert Counter(Message.objects.values_list("language", flat=True)) == {"en": COUNT / 2, "de": COUNT / 2}
        assert DepartureChange.objects.get().booking_count == COUNT
        assert OutboxDelivery.objects.exclude(status="delivered").count() == 0
        paid = set(Payment.objects.values_list("provider_reference", "amount_minor", "refunded_minor"))
    at_stripe = refunds_at_stripe(stripe_emulator.url)
    assert {(refund["payment_intent"], refund["amount"], refund["amount"]) for refund in at_stripe} == paid
    assert [refund["status"] for refund in at_stripe] == ["succeeded"] * COUNT
    assert answered_after < 5
