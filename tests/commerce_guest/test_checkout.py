from uuid import uuid4

import pytest
from django.test import Client

from commerce.enums import OrderStatus, PaymentMethod
from tenancy.scope import organization_scope
from tests.commerce_guest.conftest import add_to_cart, checkout_data, orders, set_payment
from tests.parallel import in_parallel
from tours.models import Schedule
from tours.operations import SeatRequest, reserve_seats

pytestmark = pytest.mark.django_db
# Jobs start, and other connections see anything, only after a commit.
committing = pytest.mark.django_db(transaction=True)


def booked(organization, schedule):
    with organization_scope(organization.pk):
        return Schedule.objects.get(pk=schedule.pk).booked_count


def test_checkout_places_the_order_and_empties_the_cart(guest, offer, harbour):
    add_to_cart(guest, offer, adults=2, children=1)
    add_to_cart(guest, offer, schedule=offer.next_day, adults=1, children=0)
    response = guest.post("/checkout/", checkout_data(guest))
    (order,) = orders(harbour)
    assert (response.status_code, response.headers["Location"]) == (302, f"/order/{order.secret}/")
    assert (order.total_minor, order.currency, order.method, order.status) == (
        8500,
        "EUR",
        PaymentMethod.BANK_TRANSFER,
        OrderStatus.PENDING,
    )
    assert (order.first_name, order.last_name, order.email, str(order.phone), order.note, order.language) == (
        "Grete",
        "Hansen",
        "grete@example.com",
        "+4940123456",
        "With a pram",
        "en",
    )
    assert (booked(harbour, offer.morning), booked(harbour, offer.next_day)) == (3, 1)
    assert guest.get("/cart/").context["cart"].lines == []


def test_checkout_without_a_cart_leads_to_the_cart(guest, offer):
    for response in (guest.get("/checkout/"), guest.post("/checkout/", {})):
        assert (response.status_code, response.headers["Location"]) == (302, "/cart/")


def test_checkout_works_for_a_guest_who_never_ran_a_script(harbour, offer):
    guest = Client(headers={"host": "harbour.localhost"}, enforce_csrf_checks=True)

    def token(path):
        return guest.get(path).context["csrf_token"]

    def send(path, data):
        return guest.post(path, {**data, "csrfmiddlewaretoken": str(token(path))})

    page = guest.get(f"/book/{offer.tour.public_id}/availability/")
    departure = page.context["departures"][0]
    assert send(departure.url, offer.quantities(2)).headers["Location"] == "/cart/"
    assert guest.get("/cart/").status_code == 200
    response = send("/checkout/", checkout_data(guest, method="on_arrival"))
    order_page = guest.get(response.headers["Location"])
    assert (order_page.status_code, order_page.context["state"]) == (200, "confirmed")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("first_name", "", "Please enter your first name."),
        ("first_name", "   ", "Please enter your first name."),
        ("first_name", "x" * 101, "Ensure this value has at most 100 characters (it has 101)."),
        ("first_name", "Win at https://example.com", "Please enter a name."),
        ("first_name", "<b>", "Please enter a name."),
        ("last_name", "", "Please enter your last name."),
        ("last_name", "www.example.com", "Please enter a name."),
        ("email", "", "Please enter your e-mail address."),
        ("email", "grete", "This is not an e-mail address such as name@example.com."),
        ("email", "a@b@example.com", "This is not an e-mail address such as name@example.com."),
        ("email", "a@example.com\nBcc: b@example.com", "This is not an e-mail address such as name@example.com."),
        (
            "phone",
            "12",
            "This is not a phone number. Give it with its country code, such as +49 40 123456.",
        ),
        (
            "phone",
            "call me",
            "This is not a phone number. Give it with its country code, such as +49 40 123456.",
        ),
        ("note", "x" * 1001, "Ensure this value has at most 1000 characters (it has 1001)."),
        ("method", "", "Please choose how you would like to pay."),
        ("method", "card", "Please choose how you would like to pay."),
        ("method", "free", "Please choose how you would like to pay."),
        ("method", "cheque", "Please choose how you would like to pay."),
    ],
)
def test_checkout_says_what_is_wrong_and_keeps_what_was_typed(guest, offer, harbour, field, value, message):
    add_to_cart(guest, offer)
    data = checkout_data(guest, **{field: value})
    response = guest.post("/checkout/", data)
    form = response.context["form"]
    assert (response.status_code, form.errors) == (422, {field: [message]})
    # There is nothing to accept here.
    typed = {name: value for name, value in data.items() if name != "accept"}
    assert {name: form[name].value() for name in typed} == typed
    assert form.fields[field].widget.attrs.get("autofocus") is True
    assert orders(harbour) == []


@pytest.mark.parametrize("phone", ["", "+81 75 123 4567", "040-123456", "0049 40 123456"])
def test_checkout_takes_phone_numbers_as_people_write_them(guest, offer, harbour, phone):
    add_to_cart(guest, offer)
    guest.post("/checkout/", checkout_data(guest, phone=phone))
    assert len(orders(harbour)) == 1


def test_checkout_names_the_fields_for_the_browser(guest, offer):
    add_to_cart(guest, offer)
    form = guest.get("/checkout/").context["form"]
    named = {
        name: form.fields[name].widget.attrs["autocomplete"] for name in ("first_name", "last_name", "email", "phone")
    }
    assert named == {"first_name": "given-name", "last_name": "family-name", "email": "email", "phone": "tel"}


def test_checkout_sent_twice_places_one_order(guest, offer, harbour):
    add_to_cart(guest, offer)
    data = checkout_data(guest)
    first, second = guest.post("/checkout/", data), guest.post("/checkout/", data)
    assert first.headers["Location"] == second.headers["Location"]
    assert (len(orders(harbour)), booked(harbour, offer.morning)) == (1, 3)


def test_checkout_in_two_tabs_places_one_order_and_spares_the_next_cart(guest, offer, harbour):
    add_to_cart(guest, offer)
    first_tab, second_tab = checkout_data(guest), checkout_data(guest, email="other@example.com")
    placed = guest.post("/checkout/", first_tab)
    add_to_cart(guest, offer, schedule=offer.next_day, adults=1, children=0)
    again = guest.post("/checkout/", second_tab)
    assert again.headers["Location"] == placed.headers["Location"]
    assert len(orders(harbour)) == 1
    assert [line.schedule for line in guest.get("/cart/").context["cart"].lines] == [offer.next_day]


@committing
def test_checkout_sent_from_two_tabs_at_once_places_one_order(guest, offer, harbour):
    add_to_cart(guest, offer)
    data = checkout_data(guest)

    def send(number):
        tab = Client(headers={"host": "harbour.localhost"})
        tab.cookies = guest.cookies
        return tab.post("/checkout/", data).headers["Location"]

    pages = in_parallel(harbour, 4, send)
    (order,) = orders(harbour)
    assert pages == [f"/order/{order.secret}/"] * 4
    assert booked(harbour, offer.morning) == 3


def test_checkout_of_a_cart_changed_in_another_tab_is_shown_again(guest, offer, harbour):
    add_to_cart(guest, offer, adults=2, children=0)
    data = checkout_data(guest)
    add_to_cart(guest, offer, adults=3, children=0)
    response = guest.post("/checkout/", data)
    assert (response.status_code, response.context["cart"].total_minor, orders(harbour)) == (409, 7500, [])
    again = {**data, "seen": response.context["form"]["seen"].value()}
    assert guest.post("/checkout/", again).status_code == 302


def test_checkout_with_the_token_of_no_cart_is_shown_again(guest, offer, harbour):
    add_to_cart(guest, offer)
    response = guest.post("/checkout/", checkout_data(guest, token=str(uuid4())))
    assert (response.status_code, orders(harbour)) == (409, [])


def test_checkout_with_a_broken_token_is_shown_again(guest, offer, harbour):
    add_to_cart(guest, offer)
    response = guest.post("/checkout/", checkout_data(guest, token="x"))
    assert (response.status_code, orders(harbour)) == (422, [])


def test_checkout_shows_a_new_price_before_it_is_taken(guest, offer, harbour):
    add_to_cart(guest, offer, adults=2, children=0)
    data = checkout_data(guest)
    with organization_scope(harbour.pk):
        offer.adult.price_minor = 3000
        offer.adult.save()
    response = guest.post("/checkout/", data)
    assert (response.status_code, orders(harbour)) == (409, [])
    assert "The price has changed from €50.00 to €60.00." in response.content.decode()
    accepted = guest.post("/checkout/", {**data, "seen": response.context["form"]["seen"].value()})
    (order,) = orders(harbour)
    assert (accepted.status_code, order.total_minor) == (302, 6000)


def test_checkout_of_a_departure_sold_out_meanwhile_loses_nothing(guest, offer, harbour):
    add_to_cart(guest, offer, schedule=offer.noon, adults=3, children=0)
    add_to_cart(guest, offer, schedule=offer.morning, adults=1, children=0)
    data = checkout_data(guest)
    with organization_scope(harbour.pk):
        reserve_seats([SeatRequest(offer.noon.pk, 4)], now=offer.noon.created_at)
    response = guest.post("/checkout/", data)
    assert response.status_code == 409
    assert [line.problem for line in response.context["cart"].lines] == ["This departure is fully booked.", ""]
    assert response.context["form"]["email"].value() == "grete@example.com"
    assert (orders(harbour), booked(harbour, offer.morning)) == ([], 0)
    guest.post(f"/cart/{offer.noon.public_id}/remove/")
    assert guest.post("/checkout/", checkout_data(guest)).status_code == 302


def test_checkout_with_nothing_to_pay(guest, offer, harbour):
    with organization_scope(harbour.pk):
        offer.adult.price_minor = 0
        offer.adult.save()
    add_to_cart(guest, offer, adults=1, children=0)
    assert [offer.method for offer in guest.get("/checkout/").context["offers"]] == [PaymentMethod.FREE]
    response = guest.post("/checkout/", checkout_data(guest, method="free"))
    assert guest.get(response.headers["Location"]).context["state"] == "paid"


def test_checkout_where_nothing_can_be_paid(guest, offer, harbour):
    with organization_scope(harbour.pk):
        set_payment(bank_transfer_enabled=False, on_arrival_enabled=False)
    add_to_cart(guest, offer)
    page = guest.get("/checkout/")
    assert (page.status_code, page.context["can_be_paid"]) == (200, False)
    assert guest.post("/checkout/", checkout_data(guest)).status_code == 422


def test_checkout_too_small_for_a_card_says_why(guest, offer, harbour):
    with organization_scope(harbour.pk):
        set_payment(card_enabled=True, stripe_secret_key="sk_test_x", stripe_publishable_key="pk_test_x")
        offer.adult.price_minor = 40
        offer.adult.save()
    add_to_cart(guest, offer, adults=1, children=0)
    card = guest.get("/checkout/").context["offers"][0]
    assert (card.method, card.problem) == (PaymentMethod.CARD, "Cards are accepted from €0.50.")
    response = guest.post("/checkout/", checkout_data(guest, method="card"))
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["method"])


def test_checkout_in_german_makes_a_german_order(guest, offer, harbour):
    add_to_cart(guest, offer, adults=1, children=0)
    response = guest.post("/de/checkout/", checkout_data(guest))
    (order,) = orders(harbour)
    assert (response.headers["Location"], order.language) == (f"/de/order/{order.secret}/", "de")
    with organization_scope(harbour.pk):
        assert [(line.name, line.tier_name) for line in order.lines.all()] == [
            ("Hafenrundgang · Kleine Gruppe", "Erwachsene")
        ]


def test_checkout_is_kept_by_nobody(guest, offer):
    add_to_cart(guest, offer)
    assert guest.get("/checkout/").headers["Cache-Control"] == "private, no-store"


def test_checkout_needs_the_token_of_the_page(harbour, offer, guest):
    add_to_cart(guest, offer)
    data = checkout_data(guest)
    strict = Client(headers={"host": "harbour.localhost"}, enforce_csrf_checks=True)
    strict.cookies = guest.cookies
    assert strict.post("/checkout/", data).status_code == 403
