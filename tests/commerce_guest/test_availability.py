import datetime as dt
from uuid import uuid4

import pytest

from tenancy.scope import organization_scope
from tests.commerce_guest.conftest import book_url, make_offer, set_payment
from tests.factories import PatternFactory, TierFactory, TourFactory, VariantFactory, make_schedule
from tours.enums import PatternKind, ScheduleStatus, TourStatus
from tours.models import Schedule
from tours.operations import close_schedule

pytestmark = pytest.mark.django_db


def availability_url(tour):
    return f"/book/{tour.public_id}/availability/"


def days(response):
    return {day.date: day.departures for week in response.context["weeks"] for day in week if day.departures}


def test_availability_opens_at_the_first_day_with_departures(guest, offer):
    response = guest.get(availability_url(offer.tour))
    assert response.status_code == 200
    assert response.context["month"] == dt.date(2031, 6, 1)
    assert days(response) == {dt.date(2031, 6, 2): 2, dt.date(2031, 6, 3): 1}
    assert response.context["selected"] == dt.date(2031, 6, 2)
    assert [departure.schedule.pk for departure in response.context["departures"]] == [offer.morning.pk, offer.noon.pk]


def test_availability_is_a_page_without_script_and_a_fragment_with_htmx(guest, offer):
    page = guest.get(availability_url(offer.tour))
    fragment = guest.get(availability_url(offer.tour), headers={"HX-Request": "true"})
    assert (b"<html" in page.content, b"<html" in fragment.content) == (True, False)
    assert page.context["weeks"] == fragment.context["weeks"]
    assert fragment.headers["Vary"].split(", ").count("HX-Request") == 1


def test_availability_of_a_chosen_day(guest, offer):
    response = guest.get(availability_url(offer.tour), {"date": "2031-06-03"})
    assert [departure.schedule.pk for departure in response.context["departures"]] == [offer.next_day.pk]


def test_availability_tells_when_few_places_are_left(guest, offer):
    departures = guest.get(availability_url(offer.tour)).context["departures"]
    assert [(departure.few_left, departure.price_from_minor) for departure in departures] == [(None, 2500), (4, 2500)]


@pytest.mark.parametrize("month", ["", "x", "2031-13", "1999-01", "9999-12", "2031-06-01"])
def test_availability_stays_within_the_months_that_can_be_booked(guest, offer, month):
    response = guest.get(availability_url(offer.tour), {"month": month})
    assert response.context["month"] == dt.date(2031, 6, 1)
    assert (response.context["previous_url"], response.context["next_url"]) == ("", "")


def test_availability_goes_to_further_months(guest, offer, harbour):
    with organization_scope(harbour.pk):
        make_schedule(offer.variant, date=dt.date(2031, 8, 1))
    june = guest.get(availability_url(offer.tour))
    july = guest.get(june.context["next_url"])
    august = guest.get(july.context["next_url"])
    assert [(page.context["month"].month, len(days(page))) for page in (june, july, august)] == [(6, 2), (7, 0), (8, 1)]
    assert (june.context["previous_url"], august.context["next_url"]) == ("", "")
    assert guest.get(august.context["previous_url"]).context["month"].month == 7


def test_availability_of_a_tour_without_departures(guest, harbour):
    with organization_scope(harbour.pk):
        tour = TourFactory()
    response = guest.get(availability_url(tour))
    assert (response.status_code, days(response), response.context["departures"]) == (200, {}, [])


def test_availability_leaves_out_what_cannot_be_booked(guest, offer, harbour):
    with organization_scope(harbour.pk):
        close_schedule(offer.morning)
        close_schedule(offer.noon)
    assert days(guest.get(availability_url(offer.tour))) == {dt.date(2031, 6, 3): 1}


@pytest.mark.parametrize("departures", [1, 3])
def test_availability_of_a_month_takes_seven_queries(guest, harbour, django_assert_num_queries, departures):
    with organization_scope(harbour.pk):
        variant = VariantFactory()
        TierFactory(tour=variant.tour)
        for day in range(departures):
            make_schedule(variant, date=dt.date(2031, 6, 2 + day))
    url = availability_url(variant.tour)
    guest.get(url, headers={"HX-Request": "true"})
    # The tour with its first and last day, the departures of the month, the prices, rules, taxes and variants of the chosen day.
    with django_assert_num_queries(7):
        guest.get(url, headers={"HX-Request": "true"})


@pytest.mark.parametrize("status", [TourStatus.DRAFT, TourStatus.ARCHIVED])
def test_availability_of_a_tour_that_is_not_offered(guest, harbour, status):
    with organization_scope(harbour.pk):
        tour = TourFactory(status=status)
    assert guest.get(availability_url(tour)).status_code == 404


def test_ids_of_another_organization_lead_nowhere(guest, kyoto):
    with organization_scope(kyoto.pk):
        set_payment()
        foreign = make_offer()
    assert guest.get(availability_url(foreign.tour)).status_code == 404
    assert guest.get(book_url(foreign.morning)).status_code == 404
    assert guest.post(book_url(foreign.morning), foreign.quantities(1)).status_code == 404


def test_unknown_ids_lead_nowhere(guest, offer):
    assert guest.get(f"/book/{uuid4()}/availability/").status_code == 404
    assert guest.get(f"/book/{uuid4()}/").status_code == 404


def test_availability_in_german(guest, offer):
    page = guest.get(f"/de{availability_url(offer.tour)}")
    assert page.context["tour_name"] == "Hafenrundgang"
    assert page.context["departures"][0].variant == "Kleine Gruppe"
    assert "Juni 2031" in page.content.decode()
    # Weeks begin on Monday there.
    assert page.context["weekdays"][0].weekday() == 0


def test_quote_shows_the_price_step_by_step(guest, offer):
    response = guest.get(book_url(offer.morning), offer.quantities(2, 1), headers={"HX-Request": "true"})
    assert [step.label for line in response.context["quote"].lines for step in line.steps] == [
        "2 × Adult at €25.00",
        "1 × Child at €10.00",
    ]
    assert response.context["quote"].total_minor == 6000


def test_quote_shows_the_price_without_script_and_orders_nothing(guest, offer):
    response = guest.post(book_url(offer.morning), {**offer.quantities(2, 1), "show": "price"})
    assert (response.status_code, response.context["quote"].total_minor) == (200, 6000)
    assert guest.get("/cart/").context["cart"].lines == []


def test_quote_starts_with_one_person(guest, offer):
    assert guest.get(book_url(offer.morning)).context["quote"].total_minor == 2500


@pytest.mark.parametrize(
    ("adults", "children", "message"),
    [
        ("0", "0", "Choose how many people will come."),
        ("", "", "Choose how many people will come."),
        ("5", "0", "Only 4 places are left on this departure."),
        ("3", "2", "Only 4 places are left on this departure."),
    ],
)
def test_quote_says_what_is_wrong(guest, offer, adults, children, message):
    response = guest.post(book_url(offer.noon), offer.quantities(adults, children))
    assert (response.status_code, response.context["form"].non_field_errors()) == (200, [message])
    assert guest.get("/cart/").context["cart"].lines == []


@pytest.mark.parametrize("adults", ["-1", "x", "1.5", "51", "999999999999"])
def test_quote_refuses_what_is_no_number_of_people(guest, offer, adults):
    response = guest.post(book_url(offer.noon), offer.quantities(adults))
    assert list(response.context["form"].errors) == [f"tier-{offer.adult.pk}"]
    assert response.context["quote"] is None


def test_quote_needs_somebody_who_takes_a_place(guest, offer, harbour):
    with organization_scope(harbour.pk):
        infant = TierFactory(tour=offer.tour, name="Infant", price_minor=0, seats=0, is_default=False)
    response = guest.post(book_url(offer.morning), {f"tier-{infant.pk}": "1"})
    assert response.context["form"].non_field_errors() == ["Choose at least one person who needs a place."]


def test_quote_ignores_prices_of_other_tours(guest, offer, harbour):
    with organization_scope(harbour.pk):
        other = TierFactory(tour=TourFactory(), price_minor=1)
    response = guest.post(book_url(offer.morning), {f"tier-{other.pk}": "1"})
    assert response.context["form"].non_field_errors() == ["Choose how many people will come."]


@pytest.mark.parametrize("tiers", [1, 3])
def test_quote_takes_four_queries(guest, harbour, django_assert_num_queries, tiers):
    with organization_scope(harbour.pk):
        variant = VariantFactory()
        made = [TierFactory(tour=variant.tour, name=f"Tier {n}") for n in range(tiers)]
        schedule = make_schedule(variant)
    data = {f"tier-{tier.pk}": "1" for tier in made}
    guest.get(book_url(schedule), data)
    # The departure, its prices, their rules, the taxes.
    with django_assert_num_queries(4):
        guest.get(book_url(schedule), data, headers={"HX-Request": "true"})


def test_quote_of_a_departure_that_closed_offers_other_dates(guest, offer, harbour):
    with organization_scope(harbour.pk):
        close_schedule(offer.morning)
    response = guest.get(book_url(offer.morning))
    assert (response.status_code, response.context["back_url"]) == (200, availability_url(offer.tour))


def on_request(variant, **options):
    return PatternFactory(variant=variant, kind=PatternKind.ON_REQUEST, weekdays=[], start_times=[], **options)


def test_tour_on_request_says_so_and_whom_to_ask(guest, harbour):
    with organization_scope(harbour.pk):
        variant = VariantFactory()
        on_request(variant)
    page = guest.get(availability_url(variant.tour)).content.decode()
    assert "This tour takes place on request." in page
    assert '<a href="mailto:hello@harbour.example">hello@harbour.example</a>' in page
    assert '<a href="tel:+494012345678">+49 40 12345678</a>' in page
    assert "There is nothing to book in this month." not in page


def test_tour_with_departures_offers_more_on_request(guest, offer, harbour, django_assert_num_queries):
    fragment = {"HX-Request": "true"}
    guest.get(availability_url(offer.tour), headers=fragment)
    with organization_scope(harbour.pk):
        on_request(offer.variant)
    with django_assert_num_queries(7):
        page = guest.get(availability_url(offer.tour), headers=fragment).content.decode()
    assert ("Another day or time?" in page, "This tour takes place on request." in page) == (True, False)


@pytest.mark.parametrize(
    "options", [{"is_active": False}, {"valid_until": dt.date(2031, 5, 18), "valid_from": dt.date(2031, 5, 1)}]
)
def test_what_is_not_offered_on_request_any_more_is_not_named(guest, offer, harbour, options):
    with organization_scope(harbour.pk):
        on_request(offer.variant, **options)
        on_request(VariantFactory(tour=offer.tour, is_active=False))
    assert "on-request" not in guest.get(availability_url(offer.tour)).content.decode()


def test_calendar_says_on_which_days_few_or_no_places_are_left(guest, offer, harbour):
    with organization_scope(harbour.pk):
        make_schedule(offer.variant, date=dt.date(2031, 6, 4), capacity=2)
        full = make_schedule(offer.variant, date=dt.date(2031, 6, 5), capacity=1)
        Schedule.objects.filter(pk=full.pk).update(booked_count=1, status=ScheduleStatus.FULL)
    answer = guest.get(availability_url(offer.tour))
    marked = {
        day.date.day: (day.has_few_left, day.is_full)
        for week in answer.context["weeks"]
        for day in week
        if day.in_month and (day.departures or day.is_full)
    }
    assert marked == {2: (False, False), 3: (False, False), 4: (True, False), 5: (False, True)}
    text = answer.content.decode()
    assert ("5<span" in text, "fully booked" in text, "few places left" in text) == (True, True, True)
