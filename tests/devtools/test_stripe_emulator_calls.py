import json
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request

import pytest
import stripe

from devtools.stripe_emulator.server import running_emulator
from tests.devtools.test_stripe_emulator_payments import refusal

EUROS = {"amount": 5000, "currency": "eur"}


def create(client, key: str, **values):
    return client.v1.payment_intents.create({**EUROS, **values}, {"idempotency_key": key})


def count(client) -> int:
    return len(client.v1.payment_intents.list().data)


def replayed(thing) -> bool:
    return thing.last_response.headers.get("Idempotent-Replayed") == "true"


def test_key_gives_the_same_answer_again(client):
    first, second = create(client, "k"), create(client, "k")
    assert (second.id, replayed(first), replayed(second), count(client)) == (first.id, False, True, 1)


def test_key_with_other_parameters_is_refused(client):
    first = create(client, "k")
    for call in (
        lambda: create(client, "k", amount=5001),
        lambda: client.v1.payment_intents.cancel(first.id, {}, {"idempotency_key": "k"}),
    ):
        error = refusal(call)
        assert (type(error), error.http_status) == (stripe.IdempotencyError, 400)


def test_key_of_a_declined_card_is_declined_again(client):
    def attempt():
        return create(client, "k", payment_method="pm_card_chargeDeclined", confirm=True)

    errors = [refusal(attempt), refusal(attempt)]
    assert [error.http_status for error in errors] == [402, 402]
    assert [error.headers.get("Idempotent-Replayed") for error in errors] == [None, "true"]
    assert count(client) == 1


def test_key_of_a_wrong_request_is_free(client):
    assert refusal(lambda: create(client, "k", amount=1)).code == "amount_too_small"
    assert replayed(create(client, "k")) is False


def test_key_of_what_does_not_fit_remembers(client, pay):
    intent = client.v1.payment_intents.create({**EUROS, "payment_method": "pm_card_visa"})

    def refund():
        return client.v1.refunds.create({"payment_intent": intent.id}, {"idempotency_key": "k"})

    refusal(refund)
    client.v1.payment_intents.confirm(intent.id)
    assert refusal(refund).headers["Idempotent-Replayed"] == "true"


def test_key_belongs_to_its_account(client, connect):
    create(client, "k")
    for other in (connect("sk_test_two"), connect(stripe_account="acct_tenant")):
        assert replayed(create(other, "k")) is False


def test_key_is_forgotten_after_a_day(client, stripe_emulator):
    create(client, "k")
    stripe_emulator.turn("forget_keys", account="one")
    assert (replayed(create(client, "k")), count(client)) == (False, 2)


def test_key_in_use_is_refused(client, stripe_emulator):
    stripe_emulator.turn("fail_next", how="hold", path="/v1/payment_intents")
    made = []
    thread = threading.Thread(target=lambda: made.append(create(client, "k")))
    thread.start()
    assert stripe_emulator.turn("held") == {"held": 1}
    error = refusal(lambda: create(client, "k"))
    assert (error.http_status, error.json_body["error"]["code"]) == (409, "idempotency_key_in_use")
    assert stripe_emulator.turn("release") == {"released": 1}
    thread.join(10)
    assert create(client, "k").id == made[0].id


@pytest.mark.parametrize(
    ("when", "how", "kind", "effects"),
    [
        ("before", "error", stripe.APIError, 0),
        ("before", "drop", stripe.APIConnectionError, 0),
        ("before", "timeout", stripe.APIConnectionError, 0),
        ("after", "error", stripe.APIError, 1),
        ("after", "drop", stripe.APIConnectionError, 1),
        ("after", "timeout", stripe.APIConnectionError, 1),
    ],
)
def test_failures(connect, stripe_emulator, when, how, kind, effects):
    client = connect()
    hasty = stripe.StripeClient(
        "sk_test_one",
        base_addresses={"api": stripe_emulator.url},
        http_client=stripe.RequestsClient(timeout=0.5),
        max_network_retries=0,
    )
    stripe_emulator.turn("fail_next", when=when, how=how, count=1)
    error = refusal(lambda: create(hasty, "k"))
    assert (type(error), count(client)) == (kind, effects)
    if (when, how) == ("after", "error"):
        # As Stripe does: the key remembers that it failed.
        assert refusal(lambda: create(client, "k")).http_status == 500
    else:
        assert replayed(create(client, "k")) is bool(effects)
    assert count(client) == 1


def test_client_of_the_sdk_survives_a_lost_answer(connect, stripe_emulator):
    client = connect(max_network_retries=2)
    stripe_emulator.turn("fail_next", when="after", path="/v1/payment_intents")
    client.v1.payment_intents.create(EUROS)
    assert count(client) == 1


def test_knobs_are_not_turned_by_pages(stripe_emulator):
    request = urllib.request.Request(
        f"{stripe_emulator.url}/_emulator/reset", b"{}", {"Origin": "http://evil.localhost"}
    )
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=10)
    with caught.value as error:
        assert error.status == 403


def test_unknown_knobs(stripe_emulator):
    assert "error" in stripe_emulator.turn("turn_back_time")
    assert "error" in stripe_emulator.turn("delivery", speed=3)
    assert "error" in stripe_emulator.turn("fail_next", how="loudly")
    assert "error" in stripe_emulator.turn("advance", account="one")


def test_other_version_of_the_api(connect):
    client = connect(stripe_version="2020-08-27")
    assert refusal(client.v1.payment_intents.list).http_status == 400


def test_key_by_basic_authentication(stripe_emulator):
    passwords = urllib.request.HTTPPasswordMgrWithPriorAuth()
    passwords.add_password(None, stripe_emulator.url, "sk_test_one", "", is_authenticated=True)
    opener = urllib.request.build_opener(urllib.request.HTTPBasicAuthHandler(passwords))
    with opener.open(f"{stripe_emulator.url}/v1/account", timeout=10) as answer:
        assert json.load(answer)["object"] == "account"


def test_state_is_kept_from_start_to_start(tmp_path, sink):
    path = tmp_path / "stripe.json"

    def connect(url):
        return stripe.StripeClient("sk_test_one", base_addresses={"api": url})

    def turn(url, knob, **values):
        request = urllib.request.Request(f"{url}/_emulator/{knob}", json.dumps(values).encode())
        urllib.request.urlopen(request, timeout=10).close()

    with running_emulator(state_file=path) as url:
        turn(url, "delivery", paused=True)
        client = connect(url)
        endpoint = client.v1.webhook_endpoints.create({"url": sink.url, "enabled_events": ["*"]})
        intent = create(client, "k")
    with running_emulator(state_file=path) as url:
        client = connect(url)
        assert create(client, "k").id == intent.id
        turn(url, "drain")
    assert sink.types == ["payment_intent.created"]
    headers, body = sink.received[0]
    assert (
        stripe.Webhook.construct_event(body, headers["Stripe-Signature"], endpoint.secret).data.object.id == intent.id
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"payment_intents": {}}',
        '{"accounts": {"one/": []}, "waiting": []}',
        '{"accounts": {}, "waiting": [{"url": "http://x"}]}',
    ],
)
def test_state_of_another_version_is_put_aside(tmp_path, capfd, text):
    path = tmp_path / "stripe.json"
    path.write_text(text)
    with running_emulator(state_file=path) as url:
        intent = create(stripe.StripeClient("sk_test_one", base_addresses={"api": url}), "k")
    assert (tmp_path / "stripe.json.unreadable").read_text() == text
    assert list(json.loads(path.read_text())["accounts"]["one/"]["payment_intents"]) == [intent.id]
    assert capfd.readouterr().err == (
        f"{path} was not written by this version of the emulator: it begins empty, without the payments made before."
        " The file is kept as stripe.json.unreadable.\n"
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_process_says_when_it_is_ready_and_stops_when_told(tmp_path, number):
    path = tmp_path / "stripe.json"
    command = [sys.executable, "-m", "devtools.stripe_emulator", "--port", "0", "--state-file", str(path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ}
    ) as process:
        word, url = process.stdout.readline().split()
        assert (word, url.startswith("http://127.0.0.1:")) == ("ready", True)
        create(stripe.StripeClient("sk_test_one", base_addresses={"api": url}), "k")
        process.send_signal(number)
        out, errors = process.communicate(timeout=20)
    assert (process.returncode, out, errors) == (0, "", "")
    assert list(json.loads(path.read_text())["accounts"]) == ["one/"]
