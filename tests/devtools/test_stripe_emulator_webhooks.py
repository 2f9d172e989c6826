import time

import pytest
import stripe

from devtools.stripe_emulator.account import API_VERSION
from tests.devtools.test_stripe_emulator_payments import refusal

ALL = ["*"]


@pytest.fixture
def endpoint(client, sink):
    return client.v1.webhook_endpoints.create({"url": sink.url, "enabled_events": ALL})


def verified(sink, secret: str) -> list[stripe.Event]:
    return [
        stripe.Webhook.construct_event(body, headers["Stripe-Signature"], secret) for headers, body in sink.received
    ]


def drain(stripe_emulator) -> None:
    assert stripe_emulator.turn("drain")["drained"] is True


def test_webhooks_are_signed_and_come_in_order(client, pay, sink, endpoint, stripe_emulator):
    intent = pay()
    drain(stripe_emulator)
    events = verified(sink, endpoint.secret)
    assert [event.type for event in events] == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]
    last = events[-1]
    assert (last.api_version, last.livemode, last.data.object.id) == (API_VERSION, False, intent.id)
    assert (last.data.object.status, last.data.object.latest_charge) == ("succeeded", intent.latest_charge)
    assert client.v1.events.retrieve(last.id).pending_webhooks == 0
    headers, _body = sink.received[0]
    port = endpoint.url.split(":")[2].split("/")[0]
    assert (headers["Host"], headers["Content-Type"]) == (
        f"harbour.localhost:{port}",
        "application/json; charset=utf-8",
    )


def test_event_tells_how_things_were_then(pay, client, sink, endpoint, stripe_emulator):
    stripe_emulator.turn("delivery", paused=True)
    intent = pay()
    client.v1.payment_intents.update(intent.id, {"metadata": {"order": "7"}})
    stripe_emulator.turn("delivery", paused=False)
    drain(stripe_emulator)
    assert [event["data"]["object"].get("status") for event in sink.events] == [
        "requires_confirmation",
        "succeeded",
        "succeeded",
    ]
    assert sink.events[-1]["data"]["object"]["metadata"] == {}


def test_only_wanted_events_are_sent(client, pay, sink, stripe_emulator):
    client.v1.webhook_endpoints.create({"url": sink.url, "enabled_events": ["payment_intent.succeeded"]})
    pay()
    drain(stripe_emulator)
    assert sink.types == ["payment_intent.succeeded"]


def test_endpoints_of_an_account(client, connect, pay, sink, endpoint, stripe_emulator):
    (listed,) = client.v1.webhook_endpoints.list().data
    assert (listed.id, listed.url, "secret" in listed.to_dict()) == (endpoint.id, sink.url, False)
    assert connect("sk_test_two").v1.webhook_endpoints.list().data == []
    client.v1.webhook_endpoints.delete(endpoint.id)
    pay()
    drain(stripe_emulator)
    assert sink.received == []


@pytest.mark.parametrize(
    "params",
    [
        {"url": "ftp://a.example", "enabled_events": ALL},
        {"url": "http://a.example", "enabled_events": ["no.such.event"]},
        {"url": "http://a.example"},
        {"url": "http://a.example", "enabled_events": ALL, "api_version": "2020-08-27"},
    ],
)
def test_wrong_endpoint(client, params):
    assert refusal(client.v1.webhook_endpoints.create, params).http_status == 400


def test_endpoint_for_connected_accounts(client, connect, sink, stripe_emulator):
    endpoint = client.v1.webhook_endpoints.create({"url": sink.url, "enabled_events": ALL, "connect": True})
    client.v1.payment_intents.create({"amount": 5000, "currency": "eur"})
    connect(stripe_account="acct_tenant").v1.payment_intents.create({"amount": 5000, "currency": "eur"})
    drain(stripe_emulator)
    assert [event.account for event in verified(sink, endpoint.secret)] == ["acct_tenant"]


def test_webhook_is_sent_again_until_it_is_taken(pay, sink, endpoint, stripe_emulator):
    stripe_emulator.turn("delivery", retry_seconds=[0.0, 0.0])
    sink.statuses[:] = [500, 302]
    pay(confirm=False)
    drain(stripe_emulator)
    assert sink.types == ["payment_intent.created"] * 3
    log = stripe_emulator.turn("deliveries")["data"]
    assert [(entry["type"], entry["status"], entry["attempt"], entry["given_up"]) for entry in log] == [
        ("payment_intent.created", 500, 1, False),
        ("payment_intent.created", 302, 2, False),
        ("payment_intent.created", 200, 3, False),
    ]


def test_webhook_is_given_up_in_the_end_and_can_be_sent_by_hand(client, pay, sink, endpoint, stripe_emulator):
    stripe_emulator.turn("delivery", retry_seconds=[0.0])
    sink.statuses[:] = [500, 500]
    pay(confirm=False)
    drain(stripe_emulator)
    log = stripe_emulator.turn("deliveries")["data"]
    assert [(entry["status"], entry["given_up"]) for entry in log] == [(500, False), (500, True)]
    (event,) = client.v1.events.list().data
    assert event.pending_webhooks == 1
    stripe_emulator.turn("deliver", account="one", event=event.id)
    drain(stripe_emulator)
    assert [sent["id"] for sent in sink.events] == [event.id] * 3


def test_webhook_to_nobody_is_noted(client, pay, stripe_emulator):
    client.v1.webhook_endpoints.create({"url": "http://localhost:9/", "enabled_events": ALL})
    stripe_emulator.turn("delivery", retry_seconds=[])
    pay(confirm=False)
    drain(stripe_emulator)
    assert [entry["status"] for entry in stripe_emulator.turn("deliveries")["data"]] == [0]


def test_pause_resume_and_send_now(pay, sink, endpoint, stripe_emulator):
    stripe_emulator.turn("delivery", paused=True)
    pay(confirm=False)
    assert (stripe_emulator.turn("drain"), sink.received) == ({"drained": True, "waiting": 1}, [])
    stripe_emulator.turn("deliver")
    drain(stripe_emulator)
    pay(confirm=False)
    assert sink.types == ["payment_intent.created"]
    stripe_emulator.turn("delivery", paused=False)
    drain(stripe_emulator)
    assert sink.types == ["payment_intent.created"] * 2


def test_duplicates_twins_and_the_newest_first(pay, sink, endpoint, stripe_emulator):
    stripe_emulator.turn("delivery", paused=True, copies=2, twins=True, shuffle=True)
    pay()
    stripe_emulator.turn("delivery", paused=False)
    drain(stripe_emulator)
    news = ["payment_intent.succeeded", "charge.succeeded", "payment_intent.created"]
    assert sink.types == [kind for kind in news for _time in range(4)]
    assert len({event["id"] for event in sink.events}) == 6


def test_delay(pay, sink, endpoint, stripe_emulator):
    stripe_emulator.turn("delivery", delay=60.0)
    pay(confirm=False)
    assert stripe_emulator.turn("drain", seconds=0.05) == {"drained": False, "waiting": 1}
    stripe_emulator.turn("deliver")
    drain(stripe_emulator)
    assert sink.types == ["payment_intent.created"]


@pytest.mark.parametrize(
    ("knobs", "message"),
    [({"age": 400}, "Timestamp outside the tolerance zone"), ({"wrong_secret": True}, "No signatures found matching")],
)
def test_signatures_that_must_be_refused(pay, sink, endpoint, stripe_emulator, knobs, message):
    stripe_emulator.turn("delivery", **knobs)
    pay(confirm=False)
    drain(stripe_emulator)
    with pytest.raises(stripe.SignatureVerificationError, match=message):
        verified(sink, endpoint.secret)


def test_each_attempt_is_signed_anew(pay, sink, endpoint, stripe_emulator):
    stripe_emulator.turn("delivery", retry_seconds=[0.0])
    sink.statuses[:] = [500]
    pay(confirm=False)
    drain(stripe_emulator)
    assert [event.type for event in verified(sink, endpoint.secret)] == ["payment_intent.created"] * 2
    stamps = [int(headers["Stripe-Signature"].split(",")[0][2:]) for headers, _body in sink.received]
    assert [abs(stamp - time.time()) < 60 for stamp in stamps] == [True, True]
