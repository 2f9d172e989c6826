import pytest
import time_machine
from django.core import mail
from django.urls import reverse

from commerce import queries
from commerce.enums import RefundReason
from commerce.operations import cancel_order
from tenancy.models import AuditEntry
from tenancy.scope import organization_scope
from tests.commerce.factories import order_of
from tests.commerce_guest.conftest import NOW, orders
from tests.commerce_guest.test_orders import pay, place
from tours.enums import Asked
from tours.models import Participant, Tour

pytestmark = pytest.mark.django_db
committing = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asking(offer, harbour):
    with organization_scope(harbour.pk):
        Tour.objects.filter(pk=offer.tour.pk).update(
            **dict.fromkeys(("ask_name", "ask_age", "ask_needs", "ask_diet", "ask_emergency"), Asked.OPTIONAL)
        )
    return offer


@pytest.fixture
def order_url(guest, asking):
    return place(guest, asking)


@pytest.fixture
def url(order_url):
    return f"{order_url}people/"


def people(harbour):
    with organization_scope(harbour.pk):
        return list(Participant.objects.order_by("pk"))


def told(harbour, **of_first):
    found = people(harbour)
    data = {f"person-{person.pk}-name": "" for person in found}
    return {**data, **{f"person-{found[0].pk}-{name}": value for name, value in of_first.items()}}


def test_guest_is_asked_where_the_tour_wants_it(guest, order_url, url):
    page = guest.get(order_url).content.decode()
    assert "Tell us who comes" in page
    assert url in page
    form_page = guest.get(url)
    assert form_page.status_code == 200
    assert form_page.headers["Cache-Control"] == "private, no-store"
    assert [len(forms) for _booking, forms in form_page.context["parties"]] == [3]


def test_guest_is_not_asked_otherwise(guest, offer):
    address = place(guest, offer)
    assert "Tell us who comes" not in guest.get(address).content.decode()
    assert guest.get(f"{address}people/").status_code == 404


def test_guest_tells_who_comes_and_changes_it(guest, harbour, order_url, url):
    answer = guest.post(
        url,
        told(
            harbour, name="Zoë", needs="Wheelchair", diet="Vegan", emergency_name="Ole", emergency_phone="040 1234567"
        ),
    )
    assert (answer.status_code, answer.url) == (302, order_url)
    first, *others = people(harbour)
    assert (first.name, first.needs, first.diet, first.emergency_name, str(first.emergency_phone)) == (
        "Zoë",
        "Wheelchair",
        "Vegan",
        "Ole",
        "+49401234567",
    )
    assert [person.name for person in others] == ["", ""]
    assert 'value="Zoë"' in guest.get(url).content.decode()
    guest.post(url, told(harbour, name="Zoe"))
    assert people(harbour)[0].name == "Zoe"
    with organization_scope(harbour.pk):
        entries = AuditEntry.objects.filter(action="booking.people_described").order_by("pk")
        assert [(entry.actor_id, entry.network, "Zoë" in str(entry.details)) for entry in entries] == [
            (None, "", False),
            (None, "", False),
        ]


def test_wrong_number_is_said_and_nothing_is_lost(guest, harbour, url):
    answer = guest.post(url, told(harbour, name="Zoë", emergency_phone="12"))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "This is not a phone number." in page
    assert 'value="Zoë"' in page
    assert [person.name for person in people(harbour)] == ["", "", ""]


def test_person_who_came_to_the_booking_meanwhile_is_left_alone(guest, harbour, url):
    data = told(harbour, name="Zoë")
    with organization_scope(harbour.pk):
        Participant.objects.create(booking=people(harbour)[0].booking, tier_name="Adult", name="Tom")
    assert guest.post(url, data).status_code == 302
    assert [person.name for person in people(harbour)] == ["Zoë", "", "", "Tom"]


def test_people_of_another_order_are_not_written(guest, harbour, asking, url):
    with organization_scope(harbour.pk):
        other = order_of(asking.noon, now=NOW, quantity=1)
        (stranger,) = Participant.objects.filter(booking__order_lines__order=other)
    assert guest.post(url, {f"person-{stranger.pk}-name": "Mine"}).status_code == 302
    assert {person.name for person in people(harbour)} == {""}


def test_after_the_departure_it_is_too_late(guest, harbour, asking, url):
    with time_machine.travel(asking.morning.starts_at, tick=False):
        answers = [guest.get(url).status_code, guest.post(url, told(harbour, name="Zoë")).status_code]
    assert answers == [404, 404]


def test_cancelled_order_is_not_asked(guest, harbour, order_url, url):
    with organization_scope(harbour.pk):
        cancel_order(orders(harbour)[0], reason=RefundReason.CANCELLED_BY_GUEST, now=NOW)
    assert guest.get(url).status_code == 404
    assert "Tell us who comes" not in guest.get(order_url).content.decode()


def test_unknown_secret_does_not_exist(guest, url):
    assert guest.get(reverse("commerce:participants", args=["nobody"])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_page_has_a_fixed_number_of_queries(guest, harbour, asking, django_assert_num_queries, count):
    with organization_scope(harbour.pk):
        order = order_of(asking.morning, now=NOW, quantity=count)
    address = reverse("commerce:participants", args=[order.secret])
    guest.get(address)
    with django_assert_num_queries(12):
        guest.get(address)


@committing
def test_confirmation_asks_who_comes(guest, harbour, asking, run_jobs):
    place(guest, asking)
    pay(orders(harbour)[0], harbour)
    run_jobs()
    (message,) = [sent for sent in mail.outbox if "confirmed" in sent.subject]
    assert "Please tell us on the page of your booking who comes" in message.body


# What guides are told of money


@pytest.mark.parametrize("count", [1, 3])
def test_what_is_owed_is_read_in_three_queries(harbour, offer, django_assert_num_queries, count):
    with organization_scope(harbour.pk):
        bookings = [
            line.booking
            for _number in range(count)
            for line in order_of(offer.morning, now=NOW, quantity=1).lines.select_related("booking")
        ]
        with django_assert_num_queries(3):
            owed = queries.owed_for_bookings(bookings)
        assert {key: money.amount_minor for key, money in owed.items()} == {one.pk: 2500 for one in bookings}
        with django_assert_num_queries(0):
            assert queries.owed_for_bookings([]) == {}


def test_paid_orders_owe_nothing(harbour, offer):
    with organization_scope(harbour.pk):
        order = order_of(offer.morning, now=NOW, quantity=1)
        booking = order.lines.get().booking
    pay(order, harbour)
    with organization_scope(harbour.pk):
        assert queries.owed_for_bookings([booking]) == {}
