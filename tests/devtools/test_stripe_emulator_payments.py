import json
import urllib.error
import urllib.parse
import urllib.request
from operator import attrgetter

import pytest
import stripe

from devtools.stripe_emulator.params import _hints
from devtools.stripe_emulator.routes import ROUTES

DECLINES = [
    ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
    ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
    ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
    ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
]
DEBIT = {
    "type": "sepa_debit",
    "sepa_debit": {"iban": "DE89370400440532013000"},
    "billing_details": {"name": "Grete", "email": "grete@example.com"},
}


def types(client) -> list[str]:
    return [event.type for event in reversed(client.v1.events.list({"limit": 100}).data)]


def refusal(call, *arguments) -> stripe.StripeError:
    with pytest.raises(stripe.StripeError) as caught:
        call(*arguments)
    return caught.value


def create(client, **values):
    return client.v1.payment_intents.create({"amount": 5000, "currency": "eur", **values})


def test_every_route_honours_only_what_the_sdk_knows():
    for route in ROUTES:
        assert set(route.honoured.split()) - _hints(attrgetter(route.schema)(stripe.params)).keys() == set()


def test_payment_goes_from_its_creation_to_the_money(client):
    intent = create(
        client,
        automatic_payment_methods={"enabled": True},
        metadata={"order": "7"},
        receipt_email="grete@example.com",
        description="Two seats",
        statement_descriptor_suffix="TOUR",
    )
    assert (intent.status, intent.amount_received, intent.latest_charge) == ("requires_payment_method", 0, None)
    assert (intent.payment_method_types, intent.metadata.to_dict()) == (["card", "sepa_debit"], {"order": "7"})
    client.v1.payment_intents.update(intent.id, {"payment_method": "pm_card_visa"})
    assert client.v1.payment_intents.retrieve(intent.id).status == "requires_confirmation"
    paid = client.v1.payment_intents.confirm(intent.id, {"expand": ["latest_charge.balance_transaction"]})
    charge = paid.latest_charge
    assert (paid.status, paid.amount_received) == ("succeeded", 5000)
    assert (charge.paid, charge.captured, charge.amount_captured, charge.refunded) == (True, True, 5000, False)
    assert (charge.receipt_email, charge.description) == ("grete@example.com", "Two seats")
    assert charge.payment_method_details.card.last4 == "4242"
    assert (charge.balance_transaction.fee, charge.balance_transaction.net) == (100, 4900)
    assert types(client) == ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]


def test_payment_shows_no_notes_of_the_emulator(client):
    intent = create(client, payment_method="pm_card_visa", confirm=True)
    assert [name for name in intent.to_dict() if name.startswith("_")] == []


@pytest.mark.parametrize(("card", "code", "decline_code"), DECLINES)
def test_declined_card_leads_back_to_the_start(client, card, code, decline_code):
    intent = create(client)
    error = refusal(client.v1.payment_intents.confirm, intent.id, {"payment_method": card})
    assert isinstance(error, stripe.CardError)
    assert (error.http_status, error.code, error.error.decline_code) == (402, code, decline_code)
    assert error.error.payment_intent.id == intent.id
    after = client.v1.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    assert (after.status, after.payment_method, after.last_payment_error.code) == (
        "requires_payment_method",
        None,
        code,
    )
    assert (after.latest_charge.status, after.latest_charge.failure_code) == ("failed", code)
    assert types(client) == ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]
    paid = client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    assert (paid.status, paid.last_payment_error) == ("succeeded", None)


@pytest.mark.parametrize(
    ("passed", "status", "code"),
    [
        ("challenge_passed", "succeeded", None),
        ("challenge_failed", "requires_payment_method", "payment_intent_authentication_failure"),
    ],
)
def test_bank_asks_the_guest(client, stripe_emulator, passed, status, code):
    intent = create(client)
    params = {"payment_method": "pm_card_authenticationRequired", "return_url": "http://harbour.localhost/back"}
    asked = client.v1.payment_intents.confirm(intent.id, params)
    assert (asked.status, asked.next_action.type) == ("requires_action", "redirect_to_url")
    assert asked.next_action.redirect_to_url.return_url == "http://harbour.localhost/back"
    assert asked.next_action.redirect_to_url.url.startswith(f"{stripe_emulator.url}/_browser/challenge.html?")
    stripe_emulator.turn("advance", account="one", payment_intent=intent.id, status=passed)
    after = client.v1.payment_intents.retrieve(intent.id)
    assert (after.status, after.next_action) == (status, None)
    assert (after.last_payment_error.code if after.last_payment_error else None) == code


def test_bank_may_not_ask_when_nobody_is_there(client):
    error = refusal(
        client.v1.payment_intents.create,
        {"amount": 5000, "currency": "eur", "payment_method": "pm_card_authenticationRequired", "confirm": True,
         "error_on_requires_action": True},
    )  # fmt: skip
    assert (error.http_status, error.code) == (402, "authentication_required")


@pytest.mark.parametrize(
    ("iban", "told", "status"),
    [
        ("DE89370400440532013000", None, "succeeded"),
        ("DE62370400440532013001", None, "requires_payment_method"),
        ("DE89370400440532013000", "failed", "requires_payment_method"),
    ],
)
def test_debit_takes_days(client, stripe_emulator, iban, told, status):
    intent = create(client, payment_method_data={**DEBIT, "sepa_debit": {"iban": iban}}, confirm=True)
    assert intent.status == "processing"
    assert refusal(client.v1.payment_intents.cancel, intent.id).code == "payment_intent_unexpected_state"
    refund = refusal(client.v1.refunds.create, {"payment_intent": intent.id})
    assert refund.http_status == 400
    stripe_emulator.turn("advance", account="one", payment_intent=intent.id, **({"status": told} if told else {}))
    assert client.v1.payment_intents.retrieve(intent.id).status == status


def test_debit_is_for_euros_only(client):
    intent = client.v1.payment_intents.create({"amount": 5000, "currency": "usd"})
    error = refusal(client.v1.payment_intents.confirm, intent.id, {"payment_method_data": DEBIT})
    assert error.code == "payment_intent_incompatible_payment_method"


@pytest.mark.parametrize(("asked", "taken"), [(None, 5000), (3000, 3000)])
def test_manual_capture(client, pay, asked, taken):
    intent = pay(capture_method="manual")
    assert (intent.status, intent.amount_capturable, intent.amount_received) == ("requires_capture", 5000, 0)
    assert refusal(client.v1.refunds.create, {"payment_intent": intent.id}).http_status == 400
    too_much = refusal(client.v1.payment_intents.capture, intent.id, {"amount_to_capture": 5001})
    assert too_much.code == "amount_too_large"
    params = {} if asked is None else {"amount_to_capture": asked}
    captured = client.v1.payment_intents.capture(intent.id, params)
    assert (captured.status, captured.amount_received, captured.amount_capturable) == ("succeeded", taken, 0)
    assert refusal(client.v1.payment_intents.capture, intent.id).code == "payment_intent_unexpected_state"
    assert types(client)[1:] == [
        "charge.succeeded",
        "payment_intent.amount_capturable_updated",
        *(["refund.created"] if asked else []),
        "charge.captured",
        "payment_intent.succeeded",
    ]


def test_cancel_is_final(client, pay):
    intent = create(client)
    cancelled = client.v1.payment_intents.cancel(intent.id, {"cancellation_reason": "abandoned"})
    assert (cancelled.status, cancelled.cancellation_reason) == ("canceled", "abandoned")
    for call in (client.v1.payment_intents.cancel, client.v1.payment_intents.confirm):
        error = refusal(call, intent.id)
        assert (error.code, error.error.payment_intent.status) == ("payment_intent_unexpected_state", "canceled")
    assert refusal(client.v1.payment_intents.cancel, pay().id).code == "payment_intent_unexpected_state"


def test_cancel_releases_what_was_authorised(client, pay):
    intent = client.v1.payment_intents.cancel(pay(capture_method="manual").id, {"expand": ["latest_charge"]})
    assert (intent.status, intent.latest_charge.refunded, intent.latest_charge.captured) == ("canceled", True, False)


def test_reserved_money_has_an_end(client, pay, stripe_emulator):
    intent = pay(capture_method="manual", expand=["latest_charge"])
    card = intent.latest_charge.payment_method_details.card
    assert card.capture_before == intent.latest_charge.created + 7 * 24 * 3600
    assert intent.payment_method_types == ["card"]
    stripe_emulator.turn("advance", account="one", payment_intent=intent.id, status="expired")
    ended = client.v1.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    assert (ended.status, ended.cancellation_reason, ended.amount_capturable) == ("canceled", "automatic", 0)
    assert (ended.latest_charge.refunded, ended.latest_charge.captured, ended.amount_received) == (True, False, 0)
    assert refusal(client.v1.payment_intents.capture, intent.id).code == "payment_intent_unexpected_state"
    assert types(client)[-3:] == ["refund.created", "charge.expired", "payment_intent.canceled"]


def test_only_reserved_money_ends(pay, stripe_emulator):
    answer = stripe_emulator.turn("advance", account="one", payment_intent=pay().id, status="expired")
    assert answer["error"]["code"] == "payment_intent_unexpected_state"


def test_bank_debit_cannot_be_reserved(client):
    intent = create(client, capture_method="manual")
    error = refusal(client.v1.payment_intents.confirm, intent.id, {"payment_method_data": DEBIT})
    assert error.code == "payment_intent_incompatible_payment_method"


def test_confirm_needs_a_payment_method(client):
    assert refusal(client.v1.payment_intents.confirm, create(client).id).code == "payment_intent_unexpected_state"


def test_update_changes_the_amount_before_the_money_only(client, pay):
    intent = create(client, metadata={"a": "1", "b": "2"})
    changed = client.v1.payment_intents.update(intent.id, {"amount": 7000, "metadata": {"a": "", "c": "3"}})
    assert (changed.amount, changed.metadata.to_dict()) == (7000, {"b": "2", "c": "3"})
    paid = pay()
    assert client.v1.payment_intents.update(paid.id, {"metadata": {"a": "1"}}).metadata.to_dict() == {"a": "1"}
    assert refusal(client.v1.payment_intents.update, paid.id, {"amount": 1}).code == "payment_intent_unexpected_state"


@pytest.mark.parametrize(
    ("params", "code", "param"),
    [
        ({"currency": "eur"}, "parameter_missing", "amount"),
        ({"amount": 5000}, "parameter_missing", "currency"),
        ({"amount": "12.5", "currency": "eur"}, "parameter_invalid_integer", "amount"),
        ({"amount": 0, "currency": "eur"}, "parameter_invalid_integer", "amount"),
        ({"amount": 5000, "currency": "EUR"}, None, "currency"),
        ({"amount": 5000, "currency": "eur", "colour": "red"}, "parameter_unknown", "colour"),
        ({"amount": 5000, "currency": "eur", "transfer_group": "x"}, "parameter_unknown", "transfer_group"),
        ({"amount": 5000, "currency": "eur", "capture_method": "later"}, None, "capture_method"),
        ({"amount": 5000, "currency": "eur", "automatic_payment_methods": {"enable": True}}, "parameter_unknown",
         "automatic_payment_methods[enable]"),
        ({"amount": 49, "currency": "eur"}, "amount_too_small", "amount"),
        ({"amount": 1499, "currency": "czk"}, "amount_too_small", "amount"),
        ({"amount": 550, "currency": "isk"}, "invalid_charge_amount", "amount"),
        ({"amount": 550, "currency": "ugx"}, "invalid_charge_amount", "amount"),
        ({"amount": 5124, "currency": "kwd"}, "invalid_charge_amount", "amount"),
        ({"amount": 5000, "currency": "eur", "return_url": "http://a.example"}, None, "return_url"),
        ({"amount": 5000, "currency": "eur", "expand": ["nothing"]}, None, "expand"),
    ],
)  # fmt: skip
def test_wrong_parameters_are_refused(client, params, code, param):
    error = refusal(client.v1.payment_intents.create, params)
    assert isinstance(error, stripe.InvalidRequestError)
    assert (error.http_status, error.code, error.param) == (400, code, param)


@pytest.mark.parametrize(
    ("amount", "currency"), [(50, "eur"), (50, "jpy"), (500, "isk"), (500, "ugx"), (5120, "kwd"), (17500, "huf")]
)
def test_amounts_that_stripe_charges(client, amount, currency):
    intent = client.v1.payment_intents.create({"amount": amount, "currency": currency})
    assert (intent.amount, intent.currency) == (amount, currency)


def test_unknown_object(client):
    error = refusal(client.v1.payment_intents.retrieve, "pi_none")
    assert (error.http_status, error.code) == (404, "resource_missing")


@pytest.mark.parametrize("key", ["sk_live_one", "pk_test_one", "nonsense"])
def test_key_of_another_kind(connect, key):
    client = connect(key)
    error = refusal(client.v1.payment_intents.list)
    assert (error.http_status, isinstance(error, stripe.PermissionError | stripe.AuthenticationError)) == (
        403 if key == "pk_test_one" else 401,
        True,
    )


def test_accounts_are_apart(connect, pay):
    intent = pay()
    for other in (connect("sk_test_two"), connect(stripe_account="acct_tenant")):
        assert refusal(other.v1.payment_intents.retrieve, intent.id).http_status == 404
        assert other.v1.payment_intents.list().data == []
    one = connect()
    own = one.v1.accounts.retrieve_current()
    assert connect(stripe_account=own.id).v1.payment_intents.retrieve(intent.id).id == intent.id
    assert own.id != connect("sk_test_two").v1.accounts.retrieve_current().id
    assert refusal(connect(stripe_account="tenant").v1.payment_intents.list).http_status == 403


def test_lists_come_in_pages_the_newest_first(client, pay):
    made = [create(client).id for _number in range(5)]
    page = client.v1.payment_intents.list({"limit": 2})
    assert ([intent.id for intent in page.data], page.has_more) == (made[:2:-1], True)
    assert [intent.id for intent in page.auto_paging_iter()] == made[::-1]
    before = client.v1.payment_intents.list({"ending_before": made[0], "limit": 2})
    assert [intent.id for intent in before.data] == [made[2], made[1]]
    assert client.v1.payment_intents.list({"created": {"lt": 1}}).data == []
    assert refusal(client.v1.payment_intents.list, {"limit": 101}).param == "limit"
    charge = pay().latest_charge
    assert [found.id for found in client.v1.charges.list().data] == [charge]
    assert client.v1.charges.list({"payment_intent": made[0]}).data == []


def test_customer_of_a_payment(client):
    customer = client.v1.customers.create({"email": "grete@example.com", "name": "Grete"})
    intent = create(client, customer=customer.id, expand=["customer"])
    assert intent.customer.email == "grete@example.com"
    assert [found.id for found in client.v1.payment_intents.list({"customer": customer.id}).data] == [intent.id]
    assert (
        refusal(client.v1.payment_intents.create, {"amount": 50, "currency": "eur", "customer": "cus_x"}).code
        == "resource_missing"
    )


def browser(url: str, path: str, values: dict[str, str] | None = None, **query: str) -> tuple[int, dict, str]:
    """What Stripe.js does: no header with a key, a form or a query."""
    body = urllib.parse.urlencode(values).encode() if values else None
    request = urllib.request.Request(
        f"{url}{path}?{urllib.parse.urlencode(query)}", body, {"Origin": "http://x.localhost"}
    )
    try:
        answer = urllib.request.urlopen(request, timeout=10)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.status, json.load(answer), answer.headers["Access-Control-Allow-Origin"]


def card(intent, number: str = "4242424242424242", **values: str) -> dict[str, str]:
    return {
        "key": "pk_test_one",
        "client_secret": intent.client_secret,
        "payment_method_data[type]": "card",
        "payment_method_data[card][number]": number,
        "payment_method_data[card][exp_month]": "12",
        "payment_method_data[card][exp_year]": "40",
        "payment_method_data[card][cvc]": "123",
        **values,
    }


def test_browser_pays_with_the_client_secret(client, stripe_emulator):
    intent = create(client, metadata={"order": "7"})
    path = f"/v1/payment_intents/{intent.id}"
    status, seen, origin = browser(stripe_emulator.url, path, key="pk_test_one", client_secret=intent.client_secret)
    assert (status, seen["status"], origin, "metadata" in seen) == (200, "requires_payment_method", "*", False)
    status, paid, origin = browser(stripe_emulator.url, f"{path}/confirm", card(intent))
    assert (status, paid["status"], origin) == (200, "succeeded", "*")
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"


@pytest.mark.parametrize(
    ("values", "status", "code"),
    [
        ({"client_secret": "pi_other_secret_x"}, 400, "payment_intent_invalid_parameter"),
        ({"key": "pk_test_two"}, 404, "resource_missing"),
        ({"payment_method_data[card][number]": "4242424242424241"}, 402, "invalid_number"),
        ({"payment_method_data[card][exp_month]": "13"}, 402, "invalid_expiry_month"),
        ({"payment_method_data[card][exp_year]": "20"}, 402, "invalid_expiry_year"),
        ({"payment_method_data[card][cvc]": "12"}, 402, "invalid_cvc"),
        ({"payment_method_data[card][number]": "4000000000000002"}, 402, "card_declined"),
        ({"payment_method_data[card][number]": "4111111111111111"}, 402, "card_declined"),
        ({"amount": "1"}, 400, "parameter_unknown"),
    ],
)
def test_browser_is_refused(client, stripe_emulator, values, status, code):
    intent = create(client)
    path = f"/v1/payment_intents/{intent.id}/confirm"
    answer = browser(stripe_emulator.url, path, card(intent, **values))
    assert (answer[0], answer[1]["error"]["code"]) == (status, code)
    assert client.v1.payment_intents.retrieve(intent.id).status == "requires_payment_method"


def test_browser_may_do_nothing_else(stripe_emulator):
    status, body, _origin = browser(stripe_emulator.url, "/v1/refunds", key="pk_test_one")
    assert (status, body["error"]["code"]) == (403, "secret_key_required")


def test_server_may_not_send_numbers_of_cards(client):
    data = {"type": "card", "card": {"number": "4242424242424242"}}
    error = refusal(client.v1.payment_intents.confirm, create(client).id, {"payment_method_data": data})
    assert (error.code, error.param) == ("parameter_unknown", "payment_method_data[card]")
