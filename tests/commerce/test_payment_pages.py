"""What staff do with payments on an order's page, and the page that a payment link opens."""

import pytest
from django.urls import reverse

from commerce import queries
from commerce.enums import PaymentMethod
from commerce.models import DepositRule, Order, PaymentLink, PaymentSettings
from commerce.operations import refresh_payment, send_payment_link
from tenancy.enums import Role
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.commerce.factories import NOW, order_of
from tests.factories import make_schedule
from tests.fixtures import client_for, make_member


@pytest.fixture
def order(harbour: Organization, stripe_emulator) -> Order:
    with organization_scope(harbour.pk):
        made = order_of(make_schedule(), method=PaymentMethod.ON_ARRIVAL)
        row = PaymentSettings.objects.get()
        row.stripe_secret_key, row.stripe_publishable_key = "sk_test_harbour", "pk_test_harbour"
        row.save()
    return made


@pytest.fixture
def manager(harbour: Organization):
    return client_for(harbour, make_member(harbour, Role.MANAGER))


def state(order: Order) -> tuple[str, int, int]:
    with organization_scope(order.organization_id):
        found = Order.objects.get(pk=order.pk)
        return found.status, queries.paid_minor(found), queries.owed_minor(found)


@pytest.mark.parametrize(
    ("verb", "typed", "after"),
    [
        ("record", {"amount_minor": "20.00", "note": "Cash"}, ("confirmed", 2000, 3000)),
        ("record", {"amount_minor": "50.00", "note": "Cash"}, ("paid", 5000, 0)),
        ("charge", {"amount_minor": "12.00", "reason": "Lunch"}, ("confirmed", 0, 6200)),
        ("charge", {"amount_minor": "12.00", "reason": "Lunch", "send_link": "on"}, ("confirmed", 0, 6200)),
        ("request", {"days": "7"}, ("confirmed", 0, 5000)),
        ("write_off", {"amount_minor": "50.00", "reason": "Rain"}, ("paid", 0, 0)),
    ],
)
def test_staff_do_it_on_the_page_of_the_order(order, manager, verb, typed, after):
    url = reverse(f"orders:{verb}", args=[order.pk])
    assert manager.get(url).status_code == 200
    assert manager.post(url, typed).status_code == 302
    assert state(order) == after
    assert manager.get(reverse("orders:inspect", args=[order.pk])).status_code == 200


@pytest.mark.parametrize(
    ("verb", "typed", "problem"),
    [
        ("record", {"amount_minor": "50.01", "note": "Cash"}, "At most €50.00 are still to be paid for this order."),
        ("charge", {"amount_minor": "0", "reason": "Lunch"}, "Please enter an amount above zero."),
        ("write_off", {"amount_minor": "50.01", "reason": "Rain"}, "At most €50.00 can be written off of this order."),
        ("request", {"days": "0"}, "Ensure this value is greater than or equal to 1."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_changes(order, manager, verb, typed, problem):
    page = manager.post(reverse(f"orders:{verb}", args=[order.pk]), typed)
    assert (page.status_code, problem in page.content.decode()) == (200, True)
    assert state(order) == ("confirmed", 0, 5000)


def test_link_opens_the_page_to_pay_until_it_is_withdrawn(order, harbour, manager, time_machine):
    time_machine.move_to(NOW, tick=False)
    with organization_scope(harbour.pk):
        link = send_payment_link(order, now=NOW, actor=None)
    guest = client_for(harbour)
    page = guest.get(f"/pay/link/{link.secret}/")
    assert (page.status_code, "Pay €50.00" in page.content.decode()) == (200, True)
    assert guest.get("/pay/link/nobodys-secret/").status_code == 404
    assert manager.post(reverse("orders:withdraw_link", args=[order.pk, link.pk])).status_code == 302
    page = guest.get(f"/pay/link/{link.secret}/")
    assert (page.status_code, "This link has ended." in page.content.decode()) == (410, True)
    with organization_scope(harbour.pk):
        assert PaymentLink.objects.get().withdrawn_at == NOW


def test_link_that_was_paid_says_so_and_asks_for_nothing(order, harbour, manager, stripe_emulator, time_machine):
    time_machine.move_to(NOW, tick=False)
    with organization_scope(harbour.pk):
        link = send_payment_link(order, extra_minor=900, reason="Lunch", now=NOW, actor=None)
        guest = client_for(harbour)
        guest.get(f"/pay/link/{link.secret}/")
        payment = queries.payment_link_by_secret(link.secret).payment
        stripe_emulator.pay(payment.provider_reference)
        refresh_payment(payment, now=NOW)
    page = guest.get(f"/pay/link/{link.secret}/").content.decode()
    assert ("Paid, thank you" in page, f"€9.00 came in for your booking {order.number}." in page) == (True, True)
    assert state(order) == ("confirmed", 900, 5000)
    assert "paid" in manager.get(reverse("orders:inspect", args=[order.pk])).content.decode().split("Payment links")[1]


@pytest.mark.parametrize(
    ("typed", "made"),
    [
        ({"percent": "20", "rest_days": "30"}, 1),
        ({"amount_minor": "10.00", "rest_days": "30"}, 1),
        ({"percent": "20", "amount_minor": "10.00", "rest_days": "30"}, 0),
        ({"percent": "100", "rest_days": "30"}, 0),
        ({"rest_days": "30"}, 0),
    ],
)
def test_owner_makes_a_deposit(harbour, typed, made):
    owner = client_for(harbour, make_member(harbour, Role.OWNER))
    answer = owner.post(reverse("deposits:add"), {"tour": "", "percent": "", "amount_minor": "", **typed})
    assert answer.status_code == (302 if made else 200)
    with organization_scope(harbour.pk):
        assert DepositRule.objects.count() == made
