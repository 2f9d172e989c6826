"""Promo codes and taxes as guests and staff meet them."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from commerce.models import AppliedTax, Order, PromoCode, Promotion, PromotionCustomer, TaxPercentage, TaxRate
from crm.models import Customer
from tenancy.enums import Role
from tenancy.models import AuditEntry
from tenancy.scope import organization_scope
from tests.commerce.factories import code_of, enable_all_methods, order_of, tax_of, tier_of
from tests.factories import make_schedule

GRETE = {
    "first_name": "Grete",
    "last_name": "Hansen",
    "email": "grete@example.com",
    "phone": "",
    "note": "",
    "method": "bank_transfer",
}


@pytest.fixture
def schedule(harbour):
    with organization_scope(harbour.pk):
        schedule = make_schedule(date=timezone.now().date() + dt.timedelta(days=60))
        tier_of(schedule)
        enable_all_methods()
        return schedule


def put_into_cart(client, schedule, people=2):
    with organization_scope(schedule.organization_id):
        field = f"tier_{tier_of(schedule).pk}"
    page = client.get(f"/book/{schedule.public_id}/")
    (name,) = [row[2].html_name for row in page.context["rows"]]
    assert name or field
    assert client.post(f"/book/{schedule.public_id}/", {name: people}).status_code == 302


def send_checkout(client, **values):
    page = client.get("/checkout/")
    form = page.context["form"]
    hidden = {"token": form.initial["token"], "seen": form.initial["seen"]}
    return client.post("/checkout/", {**GRETE, **hidden, **values})


def test_code_in_the_cart_is_used_by_the_order(harbour, harbour_client, schedule):
    with organization_scope(harbour.pk):
        code_of("Summer-10")
    put_into_cart(harbour_client, schedule)
    answer = harbour_client.post("/cart/code/", {"code": " summer 10 ", "page": "checkout"})
    assert (answer.status_code, answer.url) == (302, "/checkout/")
    cart = harbour_client.get("/cart/").context["cart"]
    assert [(code.text, code.amount_minor) for code in cart.codes] == [("Summer-10", 500)]
    assert (cart.total_minor, cart.has_new_prices) == (4500, False)
    assert send_checkout(harbour_client).status_code == 302
    with organization_scope(harbour.pk):
        order = Order.objects.get()
        assert (order.total_minor, order.discounts.get().code) == (4500, "Summer-10")
    assert harbour_client.get("/cart/").context["cart"].codes == ()


def test_code_that_is_unknown_is_told_once_and_one_that_may_still_count_is_kept(harbour, harbour_client, schedule):
    with organization_scope(harbour.pk):
        code_of("BIG", minimum_minor=7500)
    put_into_cart(harbour_client, schedule)
    for code in ("NONE", "BIG"):
        harbour_client.post("/cart/code/", {"code": code})
    shown = [
        [(code.text, code.problem) for code in harbour_client.get("/cart/").context["cart"].refused_codes]
        for _time in range(2)
    ]
    assert shown == [[("NONE", "unknown"), ("BIG", "minimum")], [("BIG", "minimum")]]
    put_into_cart(harbour_client, schedule, people=3)
    assert harbour_client.get("/cart/").context["cart"].total_minor == 6750
    harbour_client.post("/cart/code/remove/", {"code": "big"})
    assert harbour_client.get("/cart/").context["cart"].total_minor == 7500


def test_link_with_a_code_leads_on_and_fills_it(harbour, harbour_client, schedule):
    with organization_scope(harbour.pk):
        code_of()
    answer = harbour_client.get("/cart/?code=summer&utm=x")
    assert answer.url == "/cart/code/follow/?code=summer&next=%2Fcart%2F%3Futm%3Dx"
    assert harbour_client.get(answer.url).url == "/cart/?utm=x"
    put_into_cart(harbour_client, schedule)
    assert harbour_client.get("/cart/").context["cart"].total_minor == 4500


@pytest.mark.parametrize("page", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_link_with_a_code_never_leads_elsewhere(harbour, harbour_client, page):
    assert harbour_client.get("/cart/code/follow/", {"code": "X", "next": page}).url == "/"


def test_code_used_up_while_the_guest_types_is_told_with_the_price_without_it(harbour, harbour_client, schedule):
    with organization_scope(harbour.pk):
        code = code_of(uses_limit=1)
    put_into_cart(harbour_client, schedule)
    harbour_client.post("/cart/code/", {"code": "SUMMER"})
    form = harbour_client.get("/checkout/").context["form"]
    with organization_scope(harbour.pk):
        PromoCode.objects.filter(pk=code.pk).update(uses=1)
    values = {**GRETE, "token": form.initial["token"], "seen": form.initial["seen"]}
    refused = harbour_client.post("/checkout/", values)
    assert (refused.status_code, refused.context["cart"].total_minor) == (409, 5000)
    assert [code.message for code in refused.context["cart"].refused_codes] == ["The code “SUMMER” has been used up."]
    assert refused.context["form"]["email"].value() == "grete@example.com"
    assert send_checkout(harbour_client).status_code == 302
    with organization_scope(harbour.pk):
        assert Order.objects.get().total_minor == 5000


def test_code_that_this_guest_has_used_is_taken_out_and_the_price_shown(harbour, harbour_client, schedule):
    with organization_scope(harbour.pk):
        code_of(uses_per_customer=1)
        order_of(schedule, codes=["SUMMER"], now=timezone.now())
    put_into_cart(harbour_client, schedule)
    harbour_client.post("/cart/code/", {"code": "SUMMER"})
    refused = send_checkout(harbour_client)
    assert (refused.status_code, refused.context["cart"].total_minor) == (409, 5000)
    assert refused.context["notice"] == (
        "The code “SUMMER” has been used with this e-mail address as often as it may be. Below is the price without it."
    )
    assert send_checkout(harbour_client).status_code == 302


def test_guessing_codes_is_slowed_down(harbour, harbour_client):
    answers = [harbour_client.post("/cart/code/", {"code": f"X{number}"}).status_code for number in range(61)]
    assert answers == [302] * 60 + [429]


def test_manager_makes_a_code_and_ends_it(harbour, member_client):
    manager = member_client(harbour, Role.MANAGER)
    values = {
        "name": "Summer",
        "code": "SUMMER-10",
        "kind": "percentage",
        "basis_points": "12.5",
        "with_discounts": "on",
        "for_all": "on",
    }
    answer = manager.post(reverse("promotions:add"), values)
    assert answer.status_code == 302, answer.context["form"].errors
    with organization_scope(harbour.pk):
        promotion = Promotion.objects.get()
        assert (promotion.basis_points, promotion.minimum_minor, promotion.codes.get().code) == (1250, 0, "SUMMER-10")
    page = manager.get(reverse("promotions:inspect", args=[promotion.pk])).content.decode()
    assert "http://harbour.localhost/?code=SUMMER-10" in page
    assert manager.post(reverse("promotions:end", args=[promotion.pk])).status_code == 302
    with organization_scope(harbour.pk):
        promotion.refresh_from_db()
        assert promotion.ended_at is not None
        assert AuditEntry.objects.filter(action="promotion.ended").count() == 1


def test_manager_makes_a_batch_and_takes_it_as_a_file(harbour, member_client, schedule):
    manager = member_client(harbour, Role.MANAGER)
    values = {"name": "Fair", "kind": "fixed", "amount_minor": "5.00", "count": "30", "prefix": "fair", "for_all": "on"}
    answer = manager.post(reverse("promotions:add"), values)
    assert answer.status_code == 302, answer.context["form"].errors
    with organization_scope(harbour.pk):
        promotion = Promotion.objects.get()
        codes = list(promotion.codes.values_list("code", "uses_limit"))
        order = order_of(schedule, codes=[codes[3][0]], now=timezone.now())
    assert len({code for code, _limit in codes}) == 30
    assert {limit for _code, limit in codes} == {1}
    lines = manager.get(reverse("promotions:codes", args=[promotion.pk])).content.decode().splitlines()
    assert lines[0] == "Code,Used,Orders,Guests"
    assert [line.split(",")[1:] for line in lines[1:] if not line.endswith(",0,,")] == [
        ["1", order.number, "Grete Hansen"]
    ]
    deleted = manager.post(reverse("promotions:delete", args=[promotion.pk]))
    assert deleted.url == reverse("promotions:inspect", args=[promotion.pk])
    with organization_scope(harbour.pk):
        assert promotion.codes.count() == 30


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"basis_points": "101"}, "basis_points", "Enter a percentage from 0 to 100."),
        ({"basis_points": ""}, "basis_points", "How much does it take off?"),
        ({"code": ""}, "code", "Give a code, or how many codes are to be made."),
        ({"count": "5"}, "code", "Give a code, or how many codes are to be made."),
        ({"code": "ü 10"}, "code", "Use letters A to Z, digits and hyphens."),
        ({"for_all": ""}, "targets", "Choose all tours, or those it is for."),
        ({"code": "TAKEN"}, "code", "There is already a code like this."),
        ({"first_day": "2031-02-02", "last_day": "2031-02-01"}, "__all__", "The last day is before the first one."),
    ],
)
def test_what_makes_no_sense_is_refused(harbour, member_client, values, field, message):
    with organization_scope(harbour.pk):
        code_of("taken")
    good = {"name": "Summer", "code": "SUMMER", "kind": "percentage", "basis_points": "10", "for_all": "on"}
    page = member_client(harbour, Role.MANAGER).post(reverse("promotions:add"), {**good, **values})
    assert page.context["form"].errors == {field: [message]}
    with organization_scope(harbour.pk):
        assert Promotion.objects.count() == 1


def test_manager_gives_a_promotion_to_a_customer(harbour, member_client):
    manager = member_client(harbour, Role.MANAGER)
    with organization_scope(harbour.pk):
        promotion = code_of(is_assigned=True).promotion
        grete = Customer.objects.create(email="grete@example.com", first_name="Grete")
    url = reverse("promotions:assign", args=[promotion.pk])
    for values in ({"email": "GRETE@example.com", "uses": "2"}, {"email": "nobody@example.com"}):
        assert manager.post(url, values).status_code == 302
    with organization_scope(harbour.pk):
        row = PromotionCustomer.objects.get()
        assert (row.customer, row.is_assigned, row.uses_limit) == (grete, True, 2)


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_promotions_takes_as_many_queries_whatever_their_number(
    harbour, member_client, schedule, django_assert_num_queries, count
):
    manager = member_client(harbour, Role.MANAGER)
    with organization_scope(harbour.pk):
        for number in range(count):
            order_of(schedule, quantity=1, codes=[code_of(f"CODE{number}").code], now=timezone.now())
    manager.get(reverse("promotions:index"))
    with django_assert_num_queries(8):
        page = manager.get(reverse("promotions:index"))
    assert [(row.uses, row.off_minor, row.revenue_minor) for row in page.context["object_list"]] == [
        (1, 250, 2250)
    ] * count


def test_owner_writes_taxes_down(harbour, member_client, schedule):
    owner = member_client(harbour, Role.OWNER)
    values = {
        "name": "VAT",
        "percentage_1": "19",
        "percentage_2": "16",
        "day_2": "2040-07-01",
        "is_inclusive": "on",
        "for_all": "on",
    }
    answer = owner.post(reverse("taxes:add"), values)
    assert answer.status_code == 302, answer.context["form"].errors
    with organization_scope(harbour.pk):
        rate = TaxRate.objects.get()
        steps = list(TaxPercentage.objects.order_by("pk").values_list("basis_points", "first_day"))
        assert steps == [(1900, None), (1600, dt.date(2040, 7, 1))]
        order = order_of(schedule, now=timezone.now())
        assert AppliedTax.objects.get().tax_minor == 798
    page = owner.get(reverse("taxes:edit", args=[rate.pk]))
    assert page.context["form"]["percentage_1"].value() == "19"
    day = date_format(dt.date(2040, 7, 1), "SHORT_DATE_FORMAT")
    assert f"19%, 16% from {day}" in owner.get(reverse("taxes:index")).content.decode()
    guest = owner.get(f"/order/{order.secret}/").content.decode()
    assert "incl. 19% VAT" in guest
    assert "€7.98" in guest


def test_receipt_and_email_name_the_taxes(harbour, harbour_client, schedule):
    with organization_scope(harbour.pk):
        tax_of()
        order = order_of(schedule, now=timezone.now())
    assert harbour_client.get(f"/order/{order.secret}/receipt.pdf").status_code == 200
