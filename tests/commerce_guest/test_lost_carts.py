"""What goes wrong between a cart and a paid order: nothing is lost, and nothing is ordered or charged twice."""

import datetime as dt

import pytest

from commerce.enums import OrderStatus
from commerce.models import DepositRule, Payment
from commerce.operations import expire_order
from tenancy.scope import organization_scope
from tests.commerce_guest.conftest import NOW, add_to_cart, checkout_data, orders, set_payment
from tours.enums import Asked
from tours.models import Participant, PricingTier, Schedule, Tour
from tours.operations import SeatRequest, reserve_seats

pytestmark = pytest.mark.django_db
committing = pytest.mark.django_db(transaction=True)


@pytest.fixture
def card(stripe_emulator, harbour, offer):
    with organization_scope(harbour.pk):
        set_payment(card_enabled=True, stripe_secret_key="sk_test_harbour", stripe_publishable_key="pk_test_harbour")
    return stripe_emulator


def cart_of(guest):
    return guest.get("/cart/").context["cart"].lines


def test_script_is_told_where_to_go_on(guest, offer, harbour):
    add_to_cart(guest, offer)
    data = checkout_data(guest)
    answers = [guest.post("/checkout/", data, headers={"accept": "application/json"}) for _attempt in range(2)]
    (order,) = orders(harbour)
    assert [answer.json() for answer in answers] == [{"next": f"/order/{order.secret}/"}] * 2


def test_session_that_is_over_does_not_lose_the_cart(guest, offer, harbour):
    add_to_cart(guest, offer, adults=2, children=1)
    add_to_cart(guest, offer, schedule=offer.next_day, adults=1, children=0)
    data = checkout_data(guest)
    del guest.cookies["sessionid"]
    response = guest.post("/checkout/", data)
    assert (response.status_code, orders(harbour)) == (409, [])
    assert [line.item.quantities for line in cart_of(guest)] == [
        {offer.adult.pk: 2, offer.child.pk: 1},
        {offer.adult.pk: 1},
    ]
    form = response.context["form"]
    assert form["email"].value() == "grete@example.com"
    again = {**data, "token": str(form["token"].value()), "seen": form["seen"].value()}
    assert guest.post("/checkout/", again).status_code == 302
    assert [order.total_minor for order in orders(harbour)] == [8500]


@pytest.mark.parametrize(
    "seen",
    [
        "",
        "x",
        "a=b=c",
        "{schedule}=1x1=1=1 x",
        "{schedule}={tier}x999=0=0",
        "{schedule}={tier}x1=0=0",
        "{schedule}=0x0=0=0",
    ],
)
def test_page_that_was_tampered_with_orders_nothing(guest, offer, harbour, seen):
    text = seen.format(schedule=offer.morning.public_id, tier=offer.adult.pk)
    data = {**_typed(), "token": "9b2f9a52-5b0e-4f0c-8a55-0a8f7d6a2b11", "seen": text}
    assert guest.post("/checkout/", data).status_code in (302, 409, 422)
    assert orders(harbour) == []


def test_lower_price_that_was_sent_is_not_believed(guest, offer, harbour):
    add_to_cart(guest, offer, adults=2, children=0)
    data = checkout_data(guest)
    response = guest.post("/checkout/", {**data, "seen": data["seen"].replace("=5000", "=50", 1)})
    assert (response.status_code, orders(harbour)) == (409, [])


def _typed():
    return {"first_name": "Grete", "last_name": "Hansen", "email": "grete@example.com", "method": "bank_transfer"}


def test_second_window_that_changed_the_cart_is_noticed(guest, offer, harbour):
    add_to_cart(guest, offer, adults=2, children=0)
    data = checkout_data(guest)
    guest.post(f"/cart/{offer.morning.public_id}/change/", offer.quantities(1))
    response = guest.post("/checkout/", data)
    assert (response.status_code, response.context["cart"].total_minor, orders(harbour)) == (409, 2500, [])


def test_back_button_after_ordering_leads_to_the_same_order(guest, offer, harbour):
    add_to_cart(guest, offer)
    data = checkout_data(guest)
    first = guest.post("/checkout/", data)
    add_to_cart(guest, offer, schedule=offer.next_day)
    second = guest.post("/checkout/", data)
    assert first.headers["Location"] == second.headers["Location"]
    assert (len(orders(harbour)), [line.schedule for line in cart_of(guest)]) == (1, [offer.next_day])


def test_order_of_another_organization_is_not_found(guest, offer, harbour, kyoto, kyoto_client):
    add_to_cart(guest, offer)
    guest.post("/checkout/", checkout_data(guest))
    secret = orders(harbour)[0].secret
    assert [
        kyoto_client.post(f"/order/{secret}/again/").status_code,
        kyoto_client.post(f"/pay/{secret}/more-time/").status_code,
    ] == [404, 404]


def by_card(guest, offer, **chosen):
    add_to_cart(guest, offer, **chosen)
    return guest.post("/checkout/", checkout_data(guest, method="card")).headers["Location"]


def test_payment_is_checked_for_two_minutes_before_it_is_on_its_way(guest, offer, harbour, card, clock):
    by_card(guest, offer)
    (order,) = orders(harbour)
    with organization_scope(harbour.pk):
        Payment.objects.update(status="processing", updated_at=NOW)
    states = []
    for seconds in (5, 119, 120):
        clock.move_to(NOW + dt.timedelta(seconds=seconds))
        states.append(guest.get(f"/order/{order.secret}/").context["state"])
    assert states == ["checking", "checking", "on_its_way"]


@committing
def test_places_are_kept_longer_once(guest, offer, harbour, card, clock):
    path = by_card(guest, offer)
    secret = guest.get(path).context["card"].client_secret
    clock.move_to(NOW + dt.timedelta(minutes=14))
    assert [guest.post(f"{path}more-time/").headers["Location"] for _tap in range(2)] == [path, path]
    page = guest.get(path)
    assert (page.context["seconds_left"], page.context["may_extend"], page.context["card"].client_secret) == (
        960,
        False,
        secret,
    )
    assert orders(harbour)[0].hold_expires_at == NOW + dt.timedelta(minutes=30)
    clock.move_to(NOW + dt.timedelta(minutes=29))
    with organization_scope(harbour.pk):
        card.pay(Payment.objects.get().provider_reference)
    guest.get(f"{path}returned/")
    assert orders(harbour)[0].status == OrderStatus.PAID


@committing
def test_places_are_not_kept_longer_when_time_has_run_out(guest, offer, harbour, card, clock):
    path = by_card(guest, offer)
    clock.move_to(NOW + dt.timedelta(minutes=15))
    assert guest.post(f"{path}more-time/").headers["Location"] == f"/order/{orders(harbour)[0].secret}/"
    assert orders(harbour)[0].hold_extended_at is None


@committing
def test_order_that_ran_out_is_placed_again_with_one_tap(guest, offer, harbour, card, clock):
    with organization_scope(harbour.pk):
        Tour.objects.update(ask_name=Asked.OPTIONAL)
    add_to_cart(guest, offer, schedule=offer.noon, adults=3, children=1)
    data = checkout_data(guest, method="card")
    guest.post("/checkout/", {**data, f"who-{offer.noon.public_id.hex}-0-name": "Zoë"})
    (first,) = orders(harbour)
    clock.move_to(NOW + dt.timedelta(minutes=16))
    answers = [guest.post(f"/order/{first.secret}/again/").headers["Location"] for _tap in range(2)]
    old, new = orders(harbour)
    assert answers == [f"/pay/{new.secret}/"] * 2
    assert (old.status, new.status, new.total_minor, new.email, new.note) == (
        OrderStatus.EXPIRED,
        OrderStatus.PENDING,
        old.total_minor,
        old.email,
        old.note,
    )
    with organization_scope(harbour.pk):
        names = list(
            Participant.objects.filter(booking__order_lines__order=new)
            .distinct()
            .order_by("pk")
            .values_list("name", flat=True)
        )
        assert names == ["Zoë", "", "", ""]
        assert Schedule.objects.get(pk=offer.noon.pk).booked_count == 4


@committing
def test_order_that_ran_out_comes_back_as_a_cart_when_its_places_are_gone(guest, offer, harbour, card, clock):
    by_card(guest, offer, schedule=offer.noon, adults=3, children=0)
    (first,) = orders(harbour)
    clock.move_to(NOW + dt.timedelta(minutes=16))
    guest.get(f"/order/{first.secret}/")
    with organization_scope(harbour.pk):
        expire_order(first.pk, now=NOW + dt.timedelta(minutes=16))
        reserve_seats([SeatRequest(offer.noon.pk, 2)], now=NOW)
    answer = guest.post(f"/order/{first.secret}/again/")
    assert answer.headers["Location"] == "/checkout/"
    page = guest.get(answer.headers["Location"])
    assert [line.problem for line in page.context["cart"].lines] == ["Only 2 places are left on this departure."]
    assert [page.context["form"][name].value() for name in ("first_name", "email", "note")] == [
        "Grete",
        "grete@example.com",
        "With a pram",
    ]
    assert len(orders(harbour)) == 1


@committing
def test_order_paid_at_the_last_moment_is_not_placed_again(guest, offer, harbour, card, clock):
    path = by_card(guest, offer)
    guest.get(path)
    with organization_scope(harbour.pk):
        card.pay(Payment.objects.get().provider_reference)
    clock.move_to(NOW + dt.timedelta(minutes=16))
    (order,) = orders(harbour)
    assert guest.post(f"/order/{order.secret}/again/").headers["Location"] == f"/order/{order.secret}/"
    assert [one.status for one in orders(harbour)] == [OrderStatus.PAID]


def test_order_by_transfer_has_no_clock_to_extend(guest, offer, harbour):
    add_to_cart(guest, offer)
    guest.post("/checkout/", checkout_data(guest))
    (order,) = orders(harbour)
    assert guest.post(f"/pay/{order.secret}/more-time/").headers["Location"] == f"/order/{order.secret}/"
    assert orders(harbour)[0].hold_extended_at is None


def run_out(harbour):
    """The only order, whose time has run out."""
    (order,) = orders(harbour)
    with organization_scope(harbour.pk):
        return expire_order(order.pk, now=NOW + dt.timedelta(days=30))


def typed_in(page):
    """What stands in a checkout: the contact, and the kind and name of each person."""
    people = [one for _line, forms in page.context["parties"] for one in forms]
    return (
        [page.context["form"][name].value() or "" for name in ("first_name", "email", "note")],
        [(one.person.tier_name, one["name"].value() or "") for one in people],
    )


@committing
def test_cart_that_came_back_keeps_what_was_typed_until_it_is_emptied(guest, offer, harbour):
    with organization_scope(harbour.pk):
        Tour.objects.update(ask_name=Asked.OPTIONAL)
    add_to_cart(guest, offer, schedule=offer.noon, adults=3, children=1)
    who = f"who-{offer.noon.public_id.hex}"
    names = {f"{who}-{position}-name": name for position, name in enumerate(("Grete", "Ole", "", "Zoë"))}
    guest.post("/checkout/", {**checkout_data(guest), **names})
    order = run_out(harbour)
    with organization_scope(harbour.pk):
        reserve_seats([SeatRequest(offer.noon.pk, 1)], now=NOW)
    assert guest.post(f"/order/{order.secret}/again/").url == "/checkout/"
    guest.post(f"/cart/{offer.noon.public_id}/change/", offer.quantities(2, 1))
    assert guest.post("/cart/code/", {"code": "TYPO", "page": "checkout"}).url == "/checkout/"
    contact = ["Grete", "grete@example.com", "With a pram"]
    assert [typed_in(guest.get(path)) for path in ("/checkout/", "/de/checkout/")] == [
        (contact, [("Adult", "Grete"), ("Adult", "Ole"), ("Child", "Zoë")]),
        (contact, [("Erwachsene", "Grete"), ("Erwachsene", "Ole"), ("Kind", "Zoë")]),
    ]
    guest.post(f"/cart/{offer.noon.public_id}/remove/")
    add_to_cart(guest, offer, adults=1, children=0)
    page = guest.get("/checkout/")
    assert (typed_in(page), page.context["notice"]) == ((["", "", ""], [("Adult", "")]), "")


BESIDE = "Your earlier booking stands beside what was in your cart already."


@committing
def test_order_of_which_nothing_comes_back_is_told(guest, offer, harbour):
    add_to_cart(guest, offer, adults=2, children=0)
    guest.post("/checkout/", checkout_data(guest))
    order = run_out(harbour)
    with organization_scope(harbour.pk):
        PricingTier.objects.get(pk=offer.adult.pk).delete()
    assert guest.post(f"/order/{order.secret}/again/").url == "/cart/"
    page = guest.get("/cart/")
    gone = "2 × Adult, Harbour walk · Small group, 2 June 2031: this price is not offered any more."
    assert [text in page.text for text in (gone, "Not everything could be booked again as it was.", BESIDE)] == [
        True,
        True,
        False,
    ]
    add_to_cart(guest, offer, adults=0, children=1)
    assert [gone in guest.get(path).text for path in ("/cart/", "/checkout/")] == [False, False]


@committing
def test_earlier_booking_is_spoken_of_while_it_stands_beside_others(guest, offer, harbour):
    add_to_cart(guest, offer, adults=2, children=0)
    guest.post("/checkout/", checkout_data(guest))
    order = run_out(harbour)
    with organization_scope(harbour.pk):
        PricingTier.objects.filter(pk=offer.adult.pk).update(price_minor=3000)
    add_to_cart(guest, offer, schedule=offer.next_day, adults=1, children=0)
    assert guest.post(f"/order/{order.secret}/again/").url == "/cart/"
    said = [BESIDE in guest.get("/cart/").text]
    guest.post(f"/cart/{offer.next_day.public_id}/remove/")
    said.append(BESIDE in guest.get("/cart/").text)
    guest.post("/checkout/", checkout_data(guest))
    add_to_cart(guest, offer, schedule=offer.next_day, adults=1, children=0)
    said.append(BESIDE in guest.get(f"/cart/?again={order.secret}").text)
    assert (said, len(orders(harbour)), guest.get("/checkout/").context["notice"]) == ([True, False, False], 2, "")


@committing
def test_order_whose_way_of_paying_changed_is_placed_again_as_it_was_in_the_end(guest, offer, harbour, card):
    with organization_scope(harbour.pk):
        rule = DepositRule.objects.create(percent=25, rest_days=7)
    path = by_card(guest, offer)
    with organization_scope(harbour.pk):
        rule.delete()
    guest.post(f"{path}method/", {"method": "bank_transfer"})
    first = run_out(harbour)
    guest.post(f"/order/{first.secret}/again/")
    _old, new = orders(harbour)
    with organization_scope(harbour.pk):
        expected = list(new.payments.values_list("method", "purpose", "amount_minor"))
    assert expected == [("bank_transfer", "whole", 6000)]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/cart/?again=%00", 200),
        ("/order/%00/", 404),
        ("/order/x%00/state/", 404),
        ("/pay/%00/", 404),
        ("/pay/link/%00/", 404),
        ("/guide/answer/%00/", 404),
        ("/guide/swap/%00/", 404),
        ("/invitation/%00/", 404),
        ("/cart/code/follow/?code=%00", 302),
        ("/cart/", 200),
    ],
)
def test_address_with_what_no_database_takes_leads_nowhere(guest, offer, path, status):
    assert guest.get(path).status_code == status
