"""Who does something too often is told when to go on, and loses nothing."""

import pytest
import time_machine
from django.test import Client

from tenancy.scope import organization_scope
from tenancy.throttle import LIMITS, Limit
from tests.commerce_guest.conftest import add_to_cart, book_url, checkout_data, orders, set_payment

pytestmark = pytest.mark.django_db
BROWSER = {"accept": "text/html,application/xhtml+xml", "host": "harbour.localhost"}


@pytest.fixture
def one_in_ten_minutes(monkeypatch):
    """A function that lets something be done once only, in ten minutes."""
    return lambda name: monkeypatch.setitem(LIMITS, name, Limit(1, 600))


def test_checkout_sent_too_often_keeps_what_was_typed_and_can_be_sent_again(guest, offer, harbour, one_in_ten_minutes):
    one_in_ten_minutes("checkout")
    add_to_cart(guest, offer)
    data = checkout_data(guest, note="<b>With a pram</b>")
    assert guest.post("/checkout/", {**data, "email": "grete"}, headers=BROWSER).status_code == 422
    response = guest.post("/checkout/", data, headers=BROWSER)
    assert (response.status_code, response.headers["Retry-After"], response.headers["Cache-Control"]) == (
        429,
        "600",
        "private, no-store",
    )
    assert response.context["sent"] == list(data.items())
    assert "&lt;b&gt;With a pram&lt;/b&gt;" in response.text
    assert orders(harbour) == []
    with time_machine.travel("2031-05-20 08:10:00+00:00", tick=False):
        assert guest.post("/checkout/", dict(response.context["sent"]), headers=BROWSER).status_code == 302
    assert [order.note for order in orders(harbour)] == ["<b>With a pram</b>"]


def test_checkout_page_itself_is_not_counted(guest, offer, one_in_ten_minutes):
    one_in_ten_minutes("checkout")
    add_to_cart(guest, offer)
    assert [guest.get("/checkout/").status_code for _try in range(3)] == [200, 200, 200]


def test_other_addresses_and_other_organizations_are_counted_apart(guest, offer, kyoto, one_in_ten_minutes):
    one_in_ten_minutes("lost-link")
    letter = {"email": "grete@example.com"}
    elsewhere = Client(headers={"host": "kyoto.localhost"})
    assert [guest.post("/orders/find/", letter).status_code for _try in range(2)] == [200, 429]
    assert guest.post("/orders/find/", letter, REMOTE_ADDR="203.0.113.9").status_code == 200
    assert elsewhere.post("/orders/find/", letter).status_code == 200


@pytest.mark.parametrize("limit", ["availability", "quote"])
def test_panels_of_a_tour_say_it_in_their_place(guest, offer, one_in_ten_minutes, limit):
    one_in_ten_minutes(limit)
    path = f"/book/{offer.tour.public_id}/availability/" if limit == "availability" else book_url(offer.morning)
    fragment = {**BROWSER, "HX-Request": "true"}
    assert guest.get(path, headers=fragment).status_code == 200
    response = guest.get(path, headers=fragment)
    assert (response.status_code, response.headers["Retry-After"]) == (429, "600")
    assert [template.name for template in response.templates] == ["cms/_too_many_tries.html"]


@pytest.mark.parametrize("path", ["/order/not-a-secret/", "/order/not-a-secret/receipt.pdf", "/pay/not-a-secret/"])
def test_secret_addresses_cannot_be_tried_without_end(guest, offer, one_in_ten_minutes, path):
    for limit in ("order", "pay"):
        one_in_ten_minutes(limit)
    assert [guest.get(path, headers=BROWSER).status_code for _try in range(2)] == [404, 429]


def test_webhook_answers_a_machine(guest, offer, harbour, one_in_ten_minutes):
    one_in_ten_minutes("webhook")
    with organization_scope(harbour.pk):
        path = f"/webhooks/stripe/{set_payment().public_id}/"
    first, second = (guest.post(path, b"{}", content_type="application/json") for _try in range(2))
    assert (first.status_code, second.status_code, second.headers["Content-Type"]) == (400, 429, "text/plain")
    assert second.headers["Retry-After"] == "600"


def test_sign_in_tried_too_often_says_so_in_the_admin_s_look(harbour, harbour_client):
    attempt = {"login": "nobody@harbour.example", "password": "wrong"}
    for number in range(60):
        harbour_client.post("/admin/login/", {**attempt, "login": f"{number}@harbour.example"}, headers=BROWSER)
    response = harbour_client.post("/admin/login/", attempt, headers=BROWSER)
    assert (response.status_code, response.headers["Retry-After"]) == (429, "300")
    assert response.templates[0].name == "tenancy/too_many_tries.html"
    assert response.context["sent"] == []
