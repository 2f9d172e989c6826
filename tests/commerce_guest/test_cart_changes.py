import pytest

from tenancy.scope import organization_scope
from tests.commerce_guest.conftest import add_to_cart
from tests.factories import make_schedule
from tours.operations import close_schedule

pytestmark = pytest.mark.django_db


def change(guest, offer, adults, children=0, **more):
    return guest.post(f"/cart/{offer.morning.public_id}/change/", offer.quantities(adults, children), **more)


def quantities(guest):
    return [dict(line.item.quantities) for line in guest.get("/cart/").context["cart"].lines]


def test_people_are_changed_in_the_cart(guest, offer):
    add_to_cart(guest, offer, adults=2, children=1)
    response = change(guest, offer, 3)
    assert (response.status_code, response.headers["Location"]) == (302, "/cart/")
    assert quantities(guest) == [{offer.adult.pk: 3}]
    assert guest.get("/cart/").context["cart"].total_minor == 7500


@pytest.mark.parametrize(
    ("adults", "problem"),
    [
        ("0", "Choose how many people will come."),
        ("13", "Only 12 places are left on this departure."),
    ],
)
def test_people_for_whom_there_is_no_room_are_refused(guest, offer, adults, problem):
    add_to_cart(guest, offer, adults=2, children=1)
    response = change(guest, offer, adults)
    assert (response.status_code, response.context["cart"].lines[0].form.non_field_errors()) == (422, [problem])
    assert quantities(guest) == [{offer.adult.pk: 2, offer.child.pk: 1}]


def test_script_gets_the_problem_as_a_page_it_shows(guest, offer):
    add_to_cart(guest, offer)
    assert change(guest, offer, "13", headers={"hx-request": "true"}).status_code == 200


def test_departure_that_is_not_in_the_cart_is_not_changed(guest, offer):
    assert change(guest, offer, 2).headers["Location"] == "/cart/"
    assert quantities(guest) == []


def test_departure_that_closed_is_not_changed(guest, offer, harbour):
    add_to_cart(guest, offer, adults=2, children=1)
    with organization_scope(harbour.pk):
        close_schedule(offer.morning)
    assert change(guest, offer, 3).headers["Location"] == "/cart/"
    assert quantities(guest) == [{offer.adult.pk: 2, offer.child.pk: 1}]


def test_departures_at_the_same_time_are_pointed_out(guest, offer, harbour):
    with organization_scope(harbour.pk):
        start = offer.morning.start_time.replace(hour=11)
        later = make_schedule(offer.variant, date=offer.morning.date, start_time=start)
    add_to_cart(guest, offer)
    add_to_cart(guest, offer, schedule=offer.next_day)
    assert guest.get("/cart/").context["cart"].overlaps == []
    add_to_cart(guest, offer, schedule=later)
    pairs = guest.get("/checkout/").context["cart"].overlaps
    assert [(one.schedule, other.schedule) for one, other in pairs] == [(offer.morning, later)]
