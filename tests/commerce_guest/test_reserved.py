"""What guests see whose card is only reserved until it is certain that their departure takes place."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from commerce.models import AuthorisationRule, CancellationPolicy, Order, Payment
from commerce.operations import capture_payment, follow_reservations
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.commerce_guest.conftest import NOW, add_to_cart, checkout_data, orders, set_payment
from tours.models import Participant, Tour
from tours.operations import guarantee_departure

pytestmark = pytest.mark.django_db
SOON = NOW + dt.timedelta(days=10)
RESERVED = "€60.00 are reserved on the card. The money is taken when it is certain that the departure takes place;"


@pytest.fixture
def card(stripe_emulator, harbour, offer, clock):
    """A tour from six people on that reserves cards, four days before it leaves."""
    with organization_scope(harbour.pk):
        set_payment(card_enabled=True, stripe_secret_key="sk_test_harbour", stripe_publishable_key="pk_test_harbour")
        Tour.objects.filter(pk=offer.tour.pk).update(min_participants=6)
        AuthorisationRule.objects.create(tour=offer.tour)
        CancellationPolicy.objects.create(name="Strict", is_default=True, steps=[{"hours": 1, "percent": 50}])
    clock.move_to(SOON)
    return stripe_emulator


@pytest.fixture
def reserved(card, guest: Client, offer, harbour) -> Order:
    add_to_cart(guest, offer)
    pay = guest.post("/checkout/", checkout_data(guest, method="card")).headers["Location"]
    guest.get(pay)
    with organization_scope(harbour.pk):
        card.pay(Payment.objects.get().provider_reference)
    order = orders(harbour)[0]
    assert guest.get(f"{pay}returned/").headers["Location"] == f"/order/{order.secret}/"
    return order


def page(guest: Client, order: Order) -> str:
    return guest.get(f"/order/{order.secret}/").content.decode()


def test_guest_is_told_before_the_card_is_typed(card, guest, offer, harbour):
    add_to_cart(guest, offer)
    said = "Your card is only reserved now. The money is taken when 6 people have booked; if too few do, nothing is charged."
    assert said in guest.get("/checkout/").content.decode()
    pay = guest.get(guest.post("/checkout/", checkout_data(guest, method="card")).headers["Location"]).content.decode()
    assert (said in pay, "Reserve €60.00" in pay, "Pay €60.00" in pay) == (True, True, False)


@pytest.mark.parametrize("is_reserved", [True, False])
def test_card_that_is_charged_otherwise_than_was_said_is_said_anew(card, guest, offer, harbour, is_reserved):
    add_to_cart(guest, offer)
    data = checkout_data(guest, method="card")
    with organization_scope(harbour.pk):
        if is_reserved:
            guarantee_departure(offer.morning, now=SOON)
        else:
            AuthorisationRule.objects.all().delete()
    answer = guest.post("/checkout/", data)
    assert (answer.status_code, orders(harbour), "only reserved" in answer.text) == (409, [], False)
    form = answer.context["form"]
    data |= {"token": form["token"].value(), "seen": form["seen"].value()}
    assert guest.post("/checkout/", data).status_code == 302
    with organization_scope(harbour.pk):
        assert not Payment.objects.get().takes_later


def test_guest_of_a_later_departure_is_told_nothing(card, guest, offer, harbour, clock):
    clock.move_to(NOW)
    add_to_cart(guest, offer)
    assert "only reserved" not in guest.get("/checkout/").content.decode()


def test_page_of_a_reserved_order(reserved, guest, harbour):
    shown = page(guest, reserved)
    assert "Your booking is confirmed" in shown
    assert RESERVED in shown
    assert ("Still to pay" in shown, "We have received" in shown) == (False, False)
    assert guest.get(f"/pay/{reserved.secret}/").headers["Location"] == f"/order/{reserved.secret}/"


def test_guest_gives_up_a_place_without_a_fee(reserved, guest, harbour):
    with organization_scope(harbour.pk):
        child = Participant.objects.order_by("pk").last()
    url = f"/order/{reserved.secret}/cancel/"
    shown = guest.get(url, {"people": child.pk, "look": "1"})
    assert (shown.context["preview"].fee_minor, shown.context["preview"].freed_minor) == (0, 1000)
    assert "Freed on your card; nothing was charged" in shown.content.decode()
    assert guest.post(url, {"people": child.pk, "expected": "0:0:1000"}).status_code == 302
    assert RESERVED.replace("60", "50") in page(guest, reserved)


def test_page_says_when_the_money_was_taken(reserved, guest, harbour, offer):
    with organization_scope(harbour.pk):
        guarantee_departure(offer.morning, now=SOON)
        follow_reservations(offer.morning.pk, now=SOON)
    assert "€60.00 are being taken from the card, because the departure takes place." in page(guest, reserved)
    with organization_scope(harbour.pk):
        capture_payment(Payment.objects.get().pk, now=SOON)
    shown = page(guest, reserved)
    assert ("We have received €60.00" in shown, "reserved" in shown) == (True, False)


def test_staff_take_the_money(reserved, member_client, harbour, offer):
    manager = member_client(harbour, Role.MANAGER)
    order_page = manager.get(reverse("orders:inspect", args=[reserved.pk])).content.decode()
    assert RESERVED in order_page
    take = reverse("orders:take", args=[reserved.pk])
    assert take in order_page
    departure = reverse("schedules:inspect", args=[offer.morning.pk])
    takes_place = reverse("schedules:takes_place", args=[offer.morning.pk])
    assert takes_place in manager.get(departure).content.decode()
    said = "€60.00 that are reserved on the card of 1 order are taken now."
    assert said in manager.get(takes_place).content.decode()
    assert manager.post(takes_place).headers["Location"] == departure
    with organization_scope(harbour.pk):
        offer.morning.refresh_from_db()
        assert offer.morning.guaranteed_at == SOON
    assert manager.post(take).headers["Location"] == reverse("orders:inspect", args=[reserved.pk])
    with organization_scope(harbour.pk):
        assert Payment.objects.exclude(capture_at=None).count() == 1
    # It is being taken: there is nothing to press any more.
    assert manager.get(take).status_code == 302


@pytest.mark.parametrize("role", [Role.EDITOR, Role.GUIDE])
def test_others_take_nothing(reserved, member_client, harbour, offer, role):
    client = member_client(harbour, role)
    for url in (reverse("orders:take", args=[reserved.pk]), reverse("schedules:takes_place", args=[offer.morning.pk])):
        answer = client.post(url)
        assert (answer.status_code, answer.headers.get("Location")) in [(403, None), (302, "/admin/")]
    with organization_scope(harbour.pk):
        assert Payment.objects.exclude(capture_at=None).count() == 0
        offer.morning.refresh_from_db()
        assert offer.morning.guaranteed_at is None


def test_rule_once_for_each_tour(card, member_client, harbour, offer):
    owner = member_client(harbour, Role.OWNER)
    answer = owner.post(reverse("card_reservations:add"), {"tour": offer.tour.pk, "when_ending": "capture"})
    assert answer.status_code == 200
    assert "There is a rule for this already." in answer.content.decode()
    with organization_scope(harbour.pk):
        rule = AuthorisationRule.objects.get()
    edit = reverse("card_reservations:edit", args=[rule.pk])
    assert owner.post(edit, {"tour": offer.tour.pk, "when_ending": "capture"}).status_code == 302
    with organization_scope(harbour.pk):
        rule.refresh_from_db()
    assert rule.when_ending == "capture"
