import datetime as dt
from uuid import uuid4

import pytest

from commerce.cart import MAX_LINES
from tenancy.scope import organization_scope
from tests.commerce_guest.conftest import add_to_cart, book_url, checkout_data, orders
from tests.factories import TierFactory, make_schedule
from tours.operations import SeatRequest, close_schedule, reserve_seats

pytestmark = pytest.mark.django_db


def cart(guest):
    return guest.get("/cart/").context["cart"]


def test_cart_is_empty_at_first(guest, offer):
    response = guest.get("/cart/")
    assert (response.status_code, response.context["cart"].lines) == (200, [])
    assert response.headers["Cache-Control"] == "private, no-store"


def test_cart_holds_several_departures(guest, offer):
    add_to_cart(guest, offer, schedule=offer.morning, adults=2, children=1)
    add_to_cart(guest, offer, schedule=offer.next_day, adults=1, children=0)
    shown = cart(guest)
    assert [(line.schedule, line.total_minor) for line in shown.lines] == [
        (offer.morning, 6000),
        (offer.next_day, 2500),
    ]
    assert shown.total_minor == 8500


def test_order_of_two_days_has_the_prices_of_each_day(guest, offer, harbour):
    with organization_scope(harbour.pk):
        offer.adult.valid_until = offer.morning.date
        offer.adult.save()
        summer = TierFactory(tour=offer.tour, name="Summer", price_minor=4000, valid_from=offer.next_day.date)
    add_to_cart(guest, offer, schedule=offer.morning, adults=1, children=0)
    guest.post(book_url(offer.next_day), {f"tier-{summer.pk}": "1"})
    assert [line.total_minor for line in cart(guest).lines] == [2500, 4000]
    guest.post("/checkout/", checkout_data(guest))
    assert [order.total_minor for order in orders(harbour)] == [6500]


def test_cart_line_is_changed_by_choosing_again(guest, offer):
    add_to_cart(guest, offer, adults=2)
    assert guest.get(book_url(offer.morning)).context["form"][f"tier-{offer.adult.pk}"].value() == 2
    add_to_cart(guest, offer, adults=3, children=0)
    assert [line.total_minor for line in cart(guest).lines] == [7500]


def test_cart_line_is_removed(guest, offer):
    add_to_cart(guest, offer)
    response = guest.post(f"/cart/{offer.morning.public_id}/remove/")
    assert (response.status_code, response.headers["Location"]) == (302, "/cart/")
    assert cart(guest).lines == []
    guest.post(f"/cart/{uuid4()}/remove/")
    assert guest.get(f"/cart/{offer.morning.public_id}/remove/").status_code == 405


def test_cart_belongs_to_one_browser(guest, offer, client):
    add_to_cart(guest, offer)
    other = type(guest)(headers={"host": "harbour.localhost"})
    assert cart(other).lines == []


def test_cart_takes_no_more_than_its_limit(guest, offer, harbour):
    with organization_scope(harbour.pk):
        schedules = [make_schedule(offer.variant, date=dt.date(2031, 7, 1 + n)) for n in range(MAX_LINES + 1)]
    for schedule in schedules[:-1]:
        add_to_cart(guest, offer, schedule=schedule)
    response = guest.post(book_url(schedules[-1]), offer.quantities(1))
    assert response.context["form"].non_field_errors() == [
        "Your cart holds 10 departures already. Please book those first."
    ]


def test_cart_marks_a_departure_that_closed(guest, offer, harbour):
    add_to_cart(guest, offer)
    add_to_cart(guest, offer, schedule=offer.next_day)
    with organization_scope(harbour.pk):
        close_schedule(offer.morning)
    shown = cart(guest)
    assert [line.problem for line in shown.lines] == ["This departure can no longer be booked.", ""]
    assert (shown.has_problems, shown.total_minor) == (True, 6000)


def test_cart_marks_a_departure_with_too_few_places(guest, offer, harbour):
    add_to_cart(guest, offer, schedule=offer.noon, adults=3, children=0)
    with organization_scope(harbour.pk):
        reserve_seats([SeatRequest(offer.noon.pk, 2)], now=dt.datetime(2031, 5, 20, tzinfo=dt.UTC))
    assert [line.problem for line in cart(guest).lines] == ["Only 2 places are left on this departure."]


def test_cart_tells_of_a_new_price(guest, offer, harbour):
    add_to_cart(guest, offer, adults=2, children=0)
    with organization_scope(harbour.pk):
        offer.adult.price_minor = 3000
        offer.adult.save()
    (line,) = cart(guest).lines
    assert (line.has_new_price, line.item.shown_total_minor, line.total_minor) == (True, 5000, 6000)
    assert "The price has changed from €50.00 to €60.00." in guest.get("/cart/").content.decode()


def test_cart_marks_a_price_that_is_gone(guest, offer, harbour):
    add_to_cart(guest, offer, adults=2, children=1)
    with organization_scope(harbour.pk):
        offer.child.delete()
    assert [line.problem for line in cart(guest).lines] == [
        "One of the prices is not offered any more. Please choose again."
    ]


def test_cart_forgets_a_departure_that_was_deleted(guest, offer, harbour):
    add_to_cart(guest, offer)
    with organization_scope(harbour.pk):
        offer.morning.delete()
    assert cart(guest).lines == []


def test_cart_badge_counts_people(guest, offer):
    assert guest.get("/cart/badge/").context["people"] == 0
    add_to_cart(guest, offer, adults=2, children=1)
    add_to_cart(guest, offer, schedule=offer.next_day, adults=1, children=0)
    response = guest.get("/cart/badge/")
    assert (response.context["people"], response.headers["Cache-Control"]) == (4, "private, no-store")


def test_cart_badge_of_a_stranger_asks_the_database_nothing(guest, harbour, django_assert_num_queries):
    guest.get("/cart/badge/")
    with django_assert_num_queries(0):
        guest.get("/cart/badge/")


def test_adding_to_the_cart_needs_the_token_of_the_page(harbour, offer):
    from django.test import Client

    strict = Client(headers={"host": "harbour.localhost"}, enforce_csrf_checks=True)
    assert strict.post(book_url(offer.morning), offer.quantities(1)).status_code == 403
