import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.e2e

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title></head>
<body><main><h1>Shop</h1><div id="card"></div></main>
<script src="{stripe}/v3/stripe.js"></script><script src="/shop.js"></script></body></html>"""
SHOP = """
window.violations = []; window.overheard = [];
document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective));
window.addEventListener("message", (event) => window.overheard.push(JSON.stringify(event.data)));
window.shop = (key, options, elementsOptions) => {
  window.stripe = Stripe(key, options);
  window.elements = window.stripe.elements(elementsOptions);
  const element = window.elements.create("payment", { layout: "tabs" });
  window.isComplete = new Promise((resolve) => element.on("change", ({ complete }) => { if (complete) resolve(true); }));
  return new Promise((resolve) => {
    element.on("ready", () => resolve(true));
    element.mount("#card");
  });
};
window.pay = (redirect) => window.stripe.confirmPayment({
  elements: window.elements, redirect, confirmParams: { return_url: location.origin + "/back?order=7" },
});
"""


@pytest.fixture
def shop(stripe_emulator) -> Iterator[str]:
    """A shop whose pages allow themselves and the emulator, and no inline styles or scripts."""
    home = stripe_emulator.url
    policy = f"default-src 'none'; script-src 'self' {home}; frame-src {home}; connect-src {home}; style-src 'self'"

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            is_script = self.path == "/shop.js"
            body = SHOP if is_script else PAGE.format(stripe=home)
            self.send_response(200)
            self.send_header("Content-Type", "text/javascript" if is_script else "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(body.encode())

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://shop.localhost:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def intent(client):
    return client.v1.payment_intents.create({"amount": 5000, "currency": "eur"})


def open_form(page, shop, intent, *, key="pk_test_one", options=None, **elements):
    page.goto(shop)
    page.evaluate(
        "([key, options, elements]) => window.shop(key, options, elements)",
        [key, options or {}, {"clientSecret": intent.client_secret, **elements}],
    )
    return page.frame_locator("#card iframe")


def fill(frame, number="4242424242424242", expiry="1240", cvc="123"):
    frame.locator("#number").press_sequentially(number)
    frame.locator("#expiry").press_sequentially(expiry)
    frame.locator("#cvc").press_sequentially(cvc)


def outcome(result: dict) -> tuple[str, str]:
    if "error" in result:
        return "error", result["error"]["code"]
    return "paymentIntent", result["paymentIntent"]["status"]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("4242424242424242", ("paymentIntent", "succeeded")),
        ("4000000000000002", ("error", "card_declined")),
        ("4000000000009995", ("error", "card_declined")),
        ("4000000000000259", ("paymentIntent", "succeeded")),
    ],
)
def test_guest_pays_on_the_page(page, shop, intent, client, number, said):
    frame = open_form(page, shop, intent)
    assert frame.get_by_text("Test payments: use 4242 4242 4242 4242").is_visible()
    fill(frame, number)
    assert page.evaluate("window.isComplete") is True
    result = page.evaluate("window.pay('if_required')")
    assert outcome(result) == said
    after = client.v1.payment_intents.retrieve(intent.id)
    assert after.status == ("succeeded" if said[0] == "paymentIntent" else "requires_payment_method")
    assert page.evaluate("window.violations") == []
    # The page never sees what was typed.
    assert number not in "".join(page.evaluate("window.overheard"))


def test_guest_returns_with_the_intent_in_the_address(page, shop, intent):
    frame = open_form(page, shop, intent)
    fill(frame)
    page.evaluate("window.pay('always').catch(() => {}) && null")
    page.wait_for_url("**/back?*")
    assert parse_qs(urlsplit(page.url).query) == {
        "order": ["7"],
        "payment_intent": [intent.id],
        "payment_intent_client_secret": [intent.client_secret],
        "redirect_status": ["succeeded"],
    }


def test_unfinished_card_is_not_sent(page, shop, intent, client):
    frame = open_form(page, shop, intent)
    fill(frame, "4242", "1220", "12")
    assert page.evaluate("window.elements.submit()")["error"]["code"] == "incomplete_number"
    assert outcome(page.evaluate("window.pay('if_required')")) == ("error", "incomplete_number")
    assert frame.locator("#number-error").inner_text() == "Your card number is incomplete."
    assert frame.locator("#expiry-error").inner_text() == "Your card's expiry date is in the past."
    assert frame.locator("#cvc").get_attribute("aria-invalid") == "true"
    assert client.v1.payment_intents.retrieve(intent.id).status == "requires_payment_method"


def test_second_card_on_the_same_page_after_a_declined_one(page, shop, intent):
    frame = open_form(page, shop, intent)
    fill(frame, "4000000000000002")
    assert outcome(page.evaluate("window.pay('if_required')")) == ("error", "card_declined")
    frame.locator("#number").fill("4242 4242 4242 4242")
    assert outcome(page.evaluate("window.pay('if_required')")) == ("paymentIntent", "succeeded")
    again = page.evaluate("window.pay('if_required')")
    assert outcome(again) == ("error", "payment_intent_unexpected_state")
    assert again["error"]["payment_intent"]["status"] == "succeeded"


@pytest.mark.parametrize(
    ("press", "said", "status"),
    [
        ("Complete payment", ("paymentIntent", "succeeded"), "succeeded"),
        ("Fail payment", ("error", "payment_intent_authentication_failure"), "requires_payment_method"),
        ("Escape", ("error", "payment_intent_authentication_failure"), "requires_payment_method"),
    ],
)
def test_bank_asks_in_a_dialog(page, shop, intent, client, press, said, status):
    frame = open_form(page, shop, intent)
    fill(frame, "4000002500003155")
    page.evaluate("window.result = window.pay('if_required'); null")
    dialog = page.frame_locator("dialog iframe")
    dialog.get_by_role("button", name="Complete payment").wait_for()
    assert client.v1.payment_intents.retrieve(intent.id).next_action.type == "use_stripe_sdk"
    if press == "Escape":
        page.locator("dialog").press("Escape")
    else:
        dialog.get_by_role("button", name=press).click()
    assert outcome(page.evaluate("window.result")) == said
    assert client.v1.payment_intents.retrieve(intent.id).status == status
    assert (page.locator("dialog").count(), page.evaluate("window.violations")) == (0, [])


@pytest.mark.parametrize(("press", "status"), [("Complete payment", "succeeded"), ("Fail payment", "failed")])
def test_bank_asks_on_a_page_of_its_own(page, shop, intent, client, press, status):
    params = {"payment_method": "pm_card_authenticationRequired", "return_url": f"{shop}/back?order=7"}
    asked = client.v1.payment_intents.confirm(intent.id, params)
    page.goto(asked.next_action.redirect_to_url.url)
    page.get_by_role("button", name=press).click()
    page.wait_for_url("**/back?*")
    query = parse_qs(urlsplit(page.url).query)
    assert (query["order"], query["payment_intent"], query["redirect_status"]) == (["7"], [intent.id], [status])


def test_intent_of_a_connected_account(page, shop, connect):
    tenant = connect(stripe_account="acct_tenant")
    intent = tenant.v1.payment_intents.create({"amount": 5000, "currency": "eur"})
    frame = open_form(page, shop, intent, options={"stripeAccount": "acct_tenant"})
    fill(frame)
    assert outcome(page.evaluate("window.pay('if_required')")) == ("paymentIntent", "succeeded")
    found = page.evaluate("(secret) => window.stripe.retrievePaymentIntent(secret)", intent.client_secret)
    assert outcome(found) == ("paymentIntent", "succeeded")
    assert tenant.v1.payment_intents.retrieve(intent.id).status == "succeeded"


def test_secret_of_another_account(page, shop, intent):
    frame = open_form(page, shop, intent, key="pk_test_two")
    fill(frame)
    assert outcome(page.evaluate("window.pay('if_required')")) == ("error", "resource_missing")


@pytest.mark.parametrize("call", ["Stripe('sk_test_one')", "Stripe('pk_test_one').elements({}).create('card')"])
def test_mistakes_of_the_page_are_thrown(page, shop, call):
    page.goto(shop)
    name = page.evaluate(f"(() => {{ try {{ {call}; }} catch (error) {{ return error.name; }} }})()")
    assert name == "IntegrationError"


@pytest.mark.parametrize(
    ("scheme", "theme", "background"),
    [("light", None, "rgb(255, 255, 255)"), ("dark", None, "rgb(23, 25, 29)"), ("light", "night", "rgb(23, 25, 29)")],
)
def test_form_in_light_and_dark_can_be_used_by_all(open_page, stripe_emulator, scheme, theme, background):
    page = open_page(color_scheme=scheme)
    appearance = json.dumps({"theme": theme} if theme else {})
    for name in ("form", "challenge"):
        page.goto(f"{stripe_emulator.url}/_browser/{name}.html?appearance={appearance}")
        if name == "form":
            # What is wrong is said in words too.
            page.locator("#number").press_sequentially("4242")
            page.locator("#cvc").focus()
            page.get_by_text("Your card number is incomplete.").wait_for()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == background
        assert [found["id"] for found in Axe().run(page).response["violations"]] == []


def test_form_speaks_german(page, shop, intent):
    frame = open_form(page, shop, intent, locale="de")
    assert frame.get_by_label("Kartennummer").count() == 1
    assert frame.locator("html").get_attribute("lang") == "de"


def test_form_takes_the_colours_and_grows_with_its_words(page, shop, intent):
    frame = open_form(page, shop, intent, appearance={"theme": "stripe", "variables": {"colorBackground": "#fafafa"}})
    body = frame.locator("body")
    assert body.evaluate("(body) => getComputedStyle(body).backgroundColor") == "rgb(250, 250, 250)"
    height = page.locator("#card iframe").bounding_box()["height"]
    page.evaluate("window.elements.submit()")
    page.evaluate(
        """(before) => new Promise((resolve) => new ResizeObserver(([{ target }]) => {
          if (target.getBoundingClientRect().height > before) resolve(true);
        }).observe(document.querySelector("#card iframe")))""",
        height,
    )
    assert body.evaluate("(body) => body.scrollHeight <= window.innerHeight") is True


def test_form_fits_a_phone(phone_page, shop, intent):
    frame = open_form(phone_page, shop, intent)
    fill(frame)
    assert frame.locator("body").evaluate("(body) => body.scrollWidth <= window.innerWidth") is True
    assert outcome(phone_page.evaluate("window.pay('if_required')")) == ("paymentIntent", "succeeded")
