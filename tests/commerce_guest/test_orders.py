import datetime as dt

import icalendar
import pytest
from django.core import mail
from django.test import Client

from commerce.enums import RefundReason
from commerce.models import Order
from commerce.operations import cancel_order, confirm_manual_payment, expire_order
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.commerce_guest.conftest import NOW, add_to_cart, checkout_data, orders, set_payment
from tests.factories import StopFactory
from tests.fixtures import make_member

pytestmark = pytest.mark.django_db
# Jobs start, and other connections see anything, only after a commit.
committing = pytest.mark.django_db(transaction=True)


def place(guest: Client, offer, *, language: str = "", **changes: str) -> str:
    """Order two adults and a child; return the path of the order's page."""
    add_to_cart(guest, offer)
    response = guest.post(f"{language}/checkout/", checkout_data(guest, **changes))
    return response.headers["Location"]


def pay(order: Order, organization) -> None:
    with organization_scope(organization.pk):
        payment = order.payments.get()
        confirm_manual_payment(
            payment, amount_minor=payment.amount_minor, now=NOW, actor=make_member(organization, Role.OWNER)
        )


def test_order_page_of_a_transfer_says_what_is_owed_and_where_to(guest, offer):
    page = guest.get(place(guest, offer))
    context = page.context
    assert (context["state"], context["owed_minor"], context["bank_details"]) == ("owed", 6000, "IBAN DE00 1234")
    assert (context["has_calendar"], context["has_receipt"]) == (False, False)


def test_order_page_says_where_and_when(guest, offer, harbour):
    with organization_scope(harbour.pk):
        StopFactory(tour=offer.tour, title="Old warehouse")
    (visit,) = guest.get(place(guest, offer)).context["visits"]
    assert (visit.schedule, visit.place_name, visit.zone) == (
        offer.morning,
        "Pier 1",
        "Berlin (Central European Summer Time)",
    )
    assert [(line.quantity, line.tier_name) for line in visit.lines] == [(2, "Adult"), (1, "Child")]
    assert [(point["number"], point["name"]) for point in visit.points] == [
        ("", "Meeting point: Pier 1"),
        (1, "Old warehouse"),
    ]
    assert visit.map_url == "https://www.google.com/maps/dir/?api=1&destination=53.545600%2C9.966600"


def test_order_page_is_told_to_nobody(guest, offer):
    headers = guest.get(place(guest, offer)).headers
    assert (headers["Referrer-Policy"], headers["Cache-Control"], headers["X-Robots-Tag"]) == (
        "no-referrer",
        "private, no-store",
        "noindex, nofollow",
    )


def test_order_page_of_a_paid_order(guest, offer, harbour):
    path = place(guest, offer)
    pay(orders(harbour)[0], harbour)
    context = guest.get(path).context
    assert (context["state"], context["paid_minor"], context["owed_minor"]) == ("paid", 6000, 0)
    assert (context["bank_details"], context["has_calendar"], context["has_receipt"]) == ("", True, True)


def test_order_page_of_an_order_to_be_paid_on_arrival(guest, offer):
    context = guest.get(place(guest, offer, method="on_arrival")).context
    assert (context["state"], context["owed_minor"], context["has_calendar"]) == ("confirmed", 6000, True)


def test_order_page_of_an_expired_order(guest, offer, harbour, clock):
    path = place(guest, offer)
    clock.shift(dt.timedelta(days=6))
    with organization_scope(harbour.pk):
        expire_order(orders(harbour)[0].pk, now=NOW + dt.timedelta(days=6))
    context = guest.get(path).context
    assert (context["state"], context["owed_minor"], context["is_over"]) == ("expired", 0, True)


def test_order_page_of_a_cancelled_order_that_was_paid(guest, offer, harbour):
    path = place(guest, offer)
    (order,) = orders(harbour)
    pay(order, harbour)
    with organization_scope(harbour.pk):
        cancel_order(Order.objects.get(), reason=RefundReason.CANCELLED_BY_US, now=NOW)
    context = guest.get(path).context
    assert (context["state"], [refund.amount_minor for refund in context["refunds"]]) == ("cancelled", [6000])


def test_order_page_in_german(guest, offer):
    page = guest.get(place(guest, offer, language="/de"))
    (visit,) = page.context["visits"]
    assert (visit.place_name, visit.name, page.context["LANGUAGE_CODE"]) == (
        "Brücke 1",
        "Hafenrundgang · Kleine Gruppe",
        "de",
    )


def test_order_page_shows_the_names_of_the_day_it_was_bought(guest, offer, harbour):
    path = place(guest, offer)
    with organization_scope(harbour.pk):
        offer.tour.name = "Renamed"
        offer.tour.save()
        offer.adult.price_minor = 9900
        offer.adult.save()
    context = guest.get(path).context
    assert (context["visits"][0].name, context["order"].total_minor) == ("Harbour walk · Small group", 6000)


@pytest.mark.parametrize("page", ["", "state/", "calendar.ics", "receipt.pdf"])
def test_order_pages_of_unknown_and_foreign_orders(guest, offer, kyoto_client, page):
    path = place(guest, offer)
    assert kyoto_client.get(f"{path}{page}").status_code == 404
    assert guest.get(f"/order/{'x' * 32}/{page}").status_code == 404


@pytest.mark.parametrize("page", ["", "returned/"])
def test_pay_pages_of_unknown_orders(guest, offer, page):
    assert guest.get(f"/pay/{'x' * 32}/{page}").status_code == 404


def test_pay_page_of_an_order_without_card_leads_to_the_order(guest, offer, harbour):
    path = place(guest, offer)
    secret = orders(harbour)[0].secret
    assert guest.get(f"/pay/{secret}/").headers["Location"] == path
    assert guest.get(f"/pay/{secret}/returned/").headers["Location"] == path


def test_calendar_file_holds_the_departure_in_its_zone(guest, offer, harbour):
    path = place(guest, offer, method="on_arrival")
    response = guest.get(f"{path}calendar.ics")
    number = orders(harbour)[0].number
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{number}.ics"'
    (event,) = icalendar.Calendar.from_ical(response.content).walk("VEVENT")
    assert event["DTSTART"].dt.isoformat() == "2031-06-02T10:00:00+02:00"


def test_receipt_is_a_pdf(guest, offer, harbour):
    path = place(guest, offer)
    pay(orders(harbour)[0], harbour)
    response = guest.get(f"{path}receipt.pdf")
    assert (response.headers["Content-Type"], response.content[:5]) == ("application/pdf", b"%PDF-")
    assert response.headers["Cache-Control"] == "private, no-store"


def find(guest: Client, email: str) -> str:
    response = guest.post("/orders/find/", {"email": email})
    assert response.status_code == 200
    return response.content.decode().replace(email, "…")


def letters(run_jobs) -> list[tuple[str, ...]]:
    mail.outbox.clear()
    run_jobs()
    return [tuple(message.to) for message in mail.outbox]


@committing
def test_lost_link_gives_the_same_answer_whether_there_is_an_order_or_not(guest, offer, run_jobs):
    place(guest, offer)
    run_jobs()
    known, unknown = find(guest, "GRETE@example.com"), find(guest, "nobody@example.com")
    assert known == unknown
    assert letters(run_jobs) == [("grete@example.com",)]


@committing
def test_lost_link_leads_to_the_order(guest, offer, run_jobs):
    path = place(guest, offer)
    run_jobs()
    find(guest, "grete@example.com")
    mail.outbox.clear()
    run_jobs()
    assert [f"http://harbour.localhost:8000{path}" in message.body for message in mail.outbox] == [True]


@committing
def test_lost_link_of_another_organization_is_not_sent(guest, offer, kyoto, kyoto_client, run_jobs):
    with organization_scope(kyoto.pk):
        set_payment()
    place(guest, offer)
    run_jobs()
    find(kyoto_client, "grete@example.com")
    assert letters(run_jobs) == []


@committing
def test_lost_link_is_sent_to_one_address_only_so_often(guest, offer, run_jobs):
    place(guest, offer)
    run_jobs()
    answers = {find(guest, "grete@example.com") for _try in range(4)}
    assert len(answers) == 1
    assert run_jobs().count("commerce.send_order_links") == 3


@committing
def test_lost_link_is_asked_from_one_computer_only_so_often(guest, offer, run_jobs):
    for number in range(20):
        find(guest, f"guest{number}@example.com")
    response = guest.post("/orders/find/", {"email": "guest20@example.com"}, headers={"accept": "text/html"})
    assert (response.status_code, response.context["sent"]) == (429, [("email", "guest20@example.com")])
    assert run_jobs().count("commerce.send_order_links") == 20


@pytest.mark.parametrize("email", ["", "x", "a@b"])
def test_lost_link_needs_an_address(guest, offer, email):
    response = guest.post("/orders/find/", {"email": email})
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["email"])
