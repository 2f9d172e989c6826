"""Promo codes and deposits on the way of a guest: what counts is kept, what does not is said, and what is charged is shown before."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from commerce.cart import MAX_LINES
from commerce.models import DepositRule, Order, OrderLine, PromoCode
from commerce.operations import OrderRefused, expire_order
from commerce.rules import PaymentPlan
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tenancy.throttle import LIMITS, Limit
from tests.commerce.factories import code_of, order_of
from tests.commerce_guest.conftest import add_to_cart, checkout_data, orders, set_payment
from tests.factories import make_schedule
from tours.enums import Asked
from tours.models import PricingTier, Tour

pytestmark = pytest.mark.django_db


def cart(guest):
    return guest.get("/cart/").context["cart"]


def type_code(guest, *codes: str):
    for code in codes:
        answer = guest.post("/cart/code/", {"code": code})
    return answer


def counting(guest) -> list[str]:
    return [code.text for code in cart(guest).codes]


@pytest.fixture
def codes(harbour):
    """A function that makes codes, each with the terms given."""

    def make(*names: str, **terms: object) -> None:
        with organization_scope(harbour.pk):
            for name in names:
                code_of(name, **terms)

    return make


def test_better_of_two_codes_counts_and_the_other_is_told_until_it_is_removed(guest, offer, codes):
    codes("TEN")
    codes("FIVER", amount_minor=500)
    add_to_cart(guest, offer, adults=2, children=0)
    type_code(guest, "FIVER", "TEN")
    shown = cart(guest)
    assert ([code.text for code in shown.codes], shown.total_minor) == (["FIVER"], 4500)
    assert [code.message for code in shown.refused_codes] == [
        "The code “TEN” does not go together with “FIVER”, which takes at least as much off."
    ]
    add_to_cart(guest, offer, adults=4, children=0)
    assert (counting(guest), cart(guest).total_minor) == (["TEN"], 9000)


def test_sixth_code_takes_the_place_of_one_that_does_not_count(guest, offer, codes):
    codes("BEST", amount_minor=2000)
    codes(*(f"CODE{number}" for number in range(5)))
    add_to_cart(guest, offer)
    assert type_code(guest, "BEST", *(f"CODE{number}" for number in range(5))).status_code == 302
    assert counting(guest) == ["BEST"]
    assert [refused.text for refused in cart(guest).refused_codes] == ["CODE1", "CODE2", "CODE3", "CODE4"]


def test_sixth_code_beside_five_that_count_is_refused_with_a_sentence(guest, offer, codes):
    names = [f"CODE{number}" for number in range(6)]
    codes(*names, amount_minor=100, with_codes=True)
    add_to_cart(guest, offer)
    for page in ("cart", "checkout"):
        answer = (
            guest.post("/cart/code/", {"code": "CODE5", "page": page}) if counting(guest) else type_code(guest, *names)
        )
        assert answer.url == f"/{page}/?one-more=CODE5"
        # A page like any other: it can be loaded again.
        for _look in range(2):
            shown = guest.get(answer.url)
            assert (shown.status_code, "At most 5 codes can be used for one order." in shown.text) == (200, True)
            assert 'name="code" maxlength="60" value="CODE5"' in shown.text
    assert counting(guest) == names[:5]
    guest.post("/cart/code/remove/", {"code": "CODE0"})
    assert "At most 5 codes" not in guest.get("/cart/?one-more=CODE5").text


def test_latest_of_many_links_counts_while_nothing_is_chosen_yet(guest, offer, codes):
    codes("LAST")
    for code in (*(f"OLD{number}" for number in range(5)), "LAST"):
        assert guest.get(f"/cart/code/follow/?code={code}&next=/").url == "/"
    add_to_cart(guest, offer)
    assert counting(guest) == ["LAST"]


@pytest.mark.parametrize("text", ["Q" * 40, "Q" * 41, "Q" * 60, "Q" * 61, "ü" * 50, "a b - c"])
def test_code_that_nobody_knows_is_told_once_whatever_its_length(guest, offer, text):
    add_to_cart(guest, offer)
    assert type_code(guest, text).status_code == 302
    assert [[code.problem for code in cart(guest).refused_codes] for _look in range(2)] == [["unknown"], []]


def test_link_with_a_code_leads_on_however_many_follow_it(guest, offer, codes, monkeypatch):
    codes("TEN")
    monkeypatch.setitem(LIMITS, "promo-link", Limit(2, 600))
    monkeypatch.setitem(LIMITS, "promo-code", Limit(1, 600))
    guests = [guest, *(Client(headers={"host": "harbour.localhost"}) for _number in range(3))]
    answers = [one.get("/cart/code/follow/?code=TEN&next=/tours/") for one in guests]
    assert [(answer.status_code, answer.url) for answer in answers] == [(302, "/tours/")] * 4
    for one in guests:
        add_to_cart(one, offer)
    assert [counting(one) for one in guests] == [["TEN"], ["TEN"], [], []]


def test_ways_to_pay_are_those_of_the_price_without_a_code_that_is_gone(guest, offer, harbour, codes):
    codes("GIFT", amount_minor=99_00, uses_limit=1, uses_per_customer=1)
    add_to_cart(guest, offer)
    type_code(guest, "GIFT")
    assert [row.method for row in guest.get("/checkout/").context["offers"]] == ["free"]
    guest.post("/checkout/", checkout_data(guest, method="free"))
    assert [order.total_minor for order in orders(harbour)] == [0]
    with organization_scope(harbour.pk):
        PromoCode.objects.update(uses_limit=None)
    add_to_cart(guest, offer)
    type_code(guest, "GIFT")
    refused = guest.post("/checkout/", checkout_data(guest, method="free"))
    assert (refused.status_code, refused.context["cart"].total_minor) == (409, 6000)
    assert [row.method for row in refused.context["offers"]] == ["bank_transfer", "on_arrival"]
    form = refused.context["form"]
    assert (form["method"].value(), form["email"].value()) == ("bank_transfer", "grete@example.com")
    data = {**checkout_data(guest), "token": form["token"].value(), "seen": form["seen"].value()}
    assert guest.post("/checkout/", data).status_code == 302


@pytest.mark.parametrize("language", ["en", "de"])
def test_code_used_up_between_the_price_and_the_order(guest, offer, harbour, codes, language):
    codes("TEN", uses_limit=1)
    add_to_cart(guest, offer)
    type_code(guest, "TEN")
    data = checkout_data(guest)
    with organization_scope(harbour.pk):
        PromoCode.objects.update(uses=1)
    answer = guest.post(f"{'/de' if language == 'de' else ''}/checkout/", data)
    words = {"en": "The code “TEN” has been used up.", "de": "Der Code „TEN“ ist aufgebraucht."}[language]
    assert (answer.status_code, answer.context["cart"].total_minor, words in answer.text) == (409, 6000, True)
    assert orders(harbour) == []


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(("sent", "instead"), [("=6000=", "=60="), ("x2+", "x1+")])
def test_price_or_quantity_that_was_tampered_with_is_told_and_nothing_ordered(
    guest, offer, harbour, language, sent, instead
):
    add_to_cart(guest, offer, adults=2, children=1)
    data = checkout_data(guest)
    assert sent in data["seen"]
    path = f"{'/de' if language == 'de' else ''}/checkout/"
    answer = guest.post(path, {**data, "seen": data["seen"].replace(sent, instead)})
    words = {
        "en": "Something has changed since you looked. Please check your order and send it again.",
        "de": "Etwas hat sich geändert, seit Sie nachgesehen haben. "
        "Bitte prüfen Sie Ihre Bestellung und senden Sie sie noch einmal.",
    }
    assert (answer.status_code, answer.context["notice"], orders(harbour)) == (409, words[language], [])
    assert (answer.context["cart"].total_minor, words[language] in answer.text) == (6000, True)


def test_session_that_is_over_keeps_the_codes_and_tells_of_no_new_price(guest, offer, harbour, codes):
    codes("Summer-10")
    add_to_cart(guest, offer, adults=2, children=0)
    type_code(guest, "summer 10")
    data = checkout_data(guest)
    del guest.cookies["sessionid"]
    answer = guest.post("/checkout/", data)
    shown = answer.context["cart"]
    assert (answer.status_code, shown.total_minor, shown.has_new_prices) == (409, 4500, False)
    assert [code.text for code in shown.codes] == ["Summer-10"]
    form = answer.context["form"]
    again = {**data, "token": form["token"].value(), "seen": form["seen"].value()}
    assert guest.post("/checkout/", again).status_code == 302
    assert [order.total_minor for order in orders(harbour)] == [4500]


def over(harbour: Organization) -> Order:
    """The only order, whose time has run out."""
    (order,) = orders(harbour)
    with organization_scope(harbour.pk):
        return expire_order(order.pk, now=timezone.now() + dt.timedelta(days=30))


committing = pytest.mark.django_db(transaction=True)


def bought(guest, harbour, offer, *names: str, **chosen: int) -> Order:
    add_to_cart(guest, offer, **chosen)
    if names:
        type_code(guest, *names)
    assert guest.post("/checkout/", checkout_data(guest)).status_code == 302
    return over(harbour)


@committing
def test_booking_the_same_again_keeps_the_code(guest, offer, harbour, codes):
    codes("TEN")
    order = bought(guest, harbour, offer, "TEN")
    guest.post(f"/order/{order.secret}/again/")
    assert [row.total_minor for row in orders(harbour)] == [5400, 5400]


@committing
def test_code_that_is_gone_comes_back_as_a_cart_that_says_so(guest, offer, harbour, codes):
    codes("TEN")
    order = bought(guest, harbour, offer, "TEN")
    with organization_scope(harbour.pk):
        PromoCode.objects.update(uses_limit=1, uses=1)
    answer = guest.post(f"/order/{order.secret}/again/")
    assert answer.url == "/checkout/"
    page = guest.get(answer.url)
    assert (
        page.context["notice"]
        == "Not everything could be booked again as it was. Please check your order, then send it."
    )
    assert [code.message for code in page.context["cart"].refused_codes] == ["The code “TEN” has been used up."]
    assert (page.context["cart"].total_minor, page.context["cart"].has_new_prices) == (6000, False)


@committing
def test_people_whose_price_is_gone_are_not_dropped_without_a_word(guest, offer, harbour):
    order = bought(guest, harbour, offer, adults=2, children=1)
    with organization_scope(harbour.pk):
        PricingTier.objects.get(pk=offer.child.pk).delete()
        assert OrderLine.objects.filter(tier=None).count() == 1
    answer = guest.post(f"/order/{order.secret}/again/")
    assert (answer.url, len(orders(harbour))) == ("/checkout/", 1)
    assert "Not everything could be booked again as it was." in guest.get(answer.url).text


@committing
def test_booking_the_same_again_adds_to_another_cart(guest, offer, harbour):
    order = bought(guest, harbour, offer, adults=2, children=1)
    with organization_scope(harbour.pk):
        PricingTier.objects.filter(pk=offer.adult.pk).update(price_minor=3000)
    add_to_cart(guest, offer, schedule=offer.next_day, adults=1, children=0)
    assert guest.post(f"/order/{order.secret}/again/").url == "/cart/"
    assert [(line.schedule, line.item.people, line.has_new_price) for line in cart(guest).lines] == [
        (offer.next_day, 1, False),
        (offer.morning, 3, True),
    ]


def test_page_that_was_made_up_finds_no_codes(guest, offer, harbour, codes):
    codes("TEN")
    add_to_cart(guest, offer, adults=2, children=0)
    type_code(guest, "TEN")
    data = checkout_data(guest)
    del guest.cookies["sessionid"]
    codes("TENS")
    answer = guest.post("/checkout/", {**data, "seen": data["seen"].replace("code=TEN:", "code=TENS:")})
    shown = answer.context["cart"]
    assert (shown.total_minor, shown.codes, shown.refused_codes) == (5000, (), ())


@committing
def test_booking_the_same_again_loses_nobody_beside_another_cart(guest, offer, harbour, codes):
    codes("TEN")
    with organization_scope(harbour.pk):
        Tour.objects.update(ask_name=Asked.OPTIONAL)
    add_to_cart(guest, offer, adults=2, children=1)
    type_code(guest, "TEN")
    name = f"who-{offer.morning.public_id.hex}-1-name"
    assert guest.post("/checkout/", checkout_data(guest, **{name: "Zoë"})).status_code == 302
    order = over(harbour)
    with organization_scope(harbour.pk):
        PromoCode.objects.update(uses_limit=1, uses=1)
        PricingTier.objects.get(pk=offer.child.pk).delete()
    add_to_cart(guest, offer, adults=1, children=0)
    add_to_cart(guest, offer, schedule=offer.noon, adults=1, children=0)
    codes(*(f"CODE{number}" for number in range(5)), amount_minor=100, with_codes=True)
    type_code(guest, *(f"CODE{number}" for number in range(5)))
    answer = guest.post(f"/order/{order.secret}/again/")
    assert answer.url == "/cart/"
    page = guest.get(answer.url)
    assert [(line.schedule, line.item.people) for line in page.context["cart"].lines] == [
        (offer.morning, 2),
        (offer.noon, 1),
    ]
    assert page.context["left_out"] == [
        "1 × Child, Harbour walk · Small group, 2 June 2031: this price is not offered any more.",
        "The code “TEN”",
    ]
    assert "Your earlier booking stands beside what was in your cart already." in page.text
    people = guest.get("/checkout/").context["parties"][0][1]
    assert [one["name"].value() for one in people] == ["", "Zoë"]


@committing
def test_departure_for_which_the_cart_has_no_room_is_named(guest, offer, harbour):
    order = bought(guest, harbour, offer, adults=2, children=0)
    with organization_scope(harbour.pk):
        PricingTier.objects.filter(pk=offer.adult.pk).update(price_minor=3000)
        full = [make_schedule(offer.variant, date=dt.date(2031, 7, 1 + number)) for number in range(MAX_LINES)]
    for schedule in full:
        add_to_cart(guest, offer, schedule=schedule, adults=1, children=0)
    page = guest.get(guest.post(f"/order/{order.secret}/again/").url)
    assert page.context["left_out"] == [
        "2 × Adult, Harbour walk · Small group, 2 June 2031: there is no room for it in your cart."
    ]


def test_other_deposit_than_was_shown_is_shown_and_accepted_first(guest, offer, harbour):
    add_to_cart(guest, offer, adults=2, children=0)
    data = checkout_data(guest)
    with organization_scope(harbour.pk):
        DepositRule.objects.create(percent=25, rest_days=7)
    answer = guest.post("/checkout/", data)
    notice = "What you pay now has changed since you looked. Please check how you pay, and send your order again."
    assert (answer.status_code, answer.context["notice"], orders(harbour)) == (409, notice, [])
    assert "Now €12.50, the rest of €37.50 by 26 May 2031." in answer.text
    # Who pays on arrival pays no deposit, then as before.
    assert guest.post("/checkout/", {**data, "method": "on_arrival"}).status_code == 302


def test_deposit_that_changes_in_the_last_moment_is_not_charged(in_harbour):
    schedule = make_schedule()
    shown = PaymentPlan(5000)
    DepositRule.objects.create(percent=25, rest_days=7)
    with pytest.raises(OrderRefused) as refused:
        order_of(schedule, shown=shown)
    assert (refused.value.code, Order.objects.count()) == ("plan_changed", 0)


@committing
def test_booking_the_same_again_with_another_deposit_is_asked_first(guest, offer, harbour):
    order = bought(guest, harbour, offer)
    with organization_scope(harbour.pk):
        DepositRule.objects.create(percent=25, rest_days=7)
    assert guest.post(f"/order/{order.secret}/again/").url == "/checkout/"
    assert len(orders(harbour)) == 1


def test_deposit_is_told_before_the_order_as_it_is_charged(guest, offer, harbour):
    with organization_scope(harbour.pk):
        DepositRule.objects.create(percent=25, rest_days=7)
    add_to_cart(guest, offer, adults=2, children=0)
    words = "Now €12.50, the rest of €37.50 by 26 May 2031."
    assert words in guest.get("/cart/").text
    page = guest.get("/checkout/")
    assert page.text.count(words) == 1
    assert [(row.method, row.plan.now_minor, row.plan.rest_minor) for row in page.context["offers"]] == [
        ("bank_transfer", 1250, 3750),
        ("on_arrival", 5000, 0),
    ]
    guest.post("/checkout/", checkout_data(guest))
    (order,) = orders(harbour)
    with organization_scope(harbour.pk):
        paid = order.payments.order_by("pk").values_list("purpose", "amount_minor", "due_on")
        assert list(paid) == [("deposit", 1250, None), ("rest", 3750, dt.date(2031, 5, 26))]


@pytest.mark.parametrize(
    ("price", "currency", "language", "words"),
    [
        (40, "EUR", "en", "Cards are accepted from €0.50."),
        (40, "EUR", "de", "Kartenzahlung ist ab 0,50 € möglich."),
        (5124, "KWD", "en", "This amount cannot be paid by card."),
        (5124, "KWD", "de", "Dieser Betrag kann nicht mit Karte bezahlt werden."),
    ],
)
def test_amount_that_stripe_refuses_is_told_before_the_order(guest, offer, harbour, price, currency, language, words):
    with organization_scope(harbour.pk):
        Organization.objects.filter(pk=harbour.pk).update(currency=currency)
        set_payment(card_enabled=True, stripe_secret_key="sk_test_x", stripe_publishable_key="pk_test_x")
        PricingTier.objects.filter(pk=offer.adult.pk).update(price_minor=price)
    add_to_cart(guest, offer, adults=1, children=0)
    path = f"{'/de' if language == 'de' else ''}/checkout/"
    page = guest.get(path)
    card = page.context["offers"][0]
    assert (card.method, card.problem.replace("\xa0", " "), card.problem in page.text) == ("card", words, True)
    answer = guest.post(path, checkout_data(guest, method="card"))
    assert (answer.status_code, list(answer.context["form"].errors), orders(harbour)) == (422, ["method"], [])


def test_form_without_its_token_is_told_in_plain_words_and_scripts_get_a_new_one(harbour, offer):
    guest = Client(headers={"host": "harbour.localhost"}, enforce_csrf_checks=True)
    answer = guest.post("/checkout/", {})
    assert (answer.status_code, "Please go back, load the page anew and send it again." in answer.text) == (403, True)
    script = guest.post("/checkout/", {}, headers={"accept": "application/json"})
    token = script.json()["token"]
    assert script.status_code == 403
    assert guest.post("/checkout/", {"csrfmiddlewaretoken": token}).status_code == 302
