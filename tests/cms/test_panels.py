import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from commerce.enums import PaymentMethod
from commerce.models import Order, ProviderEvent
from commerce.operations import confirm_manual_payment
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.commerce.factories import NOW, order_of
from tests.factories import make_schedule


def dashboard(client) -> str:
    return client.get(reverse("wagtailadmin_home")).content.decode()


def link(url: str, text: str) -> str:
    return f'<a href="{url}">{text}</a>'


def inspect(order: Order) -> str:
    return link(reverse("orders:inspect", args=[order.pk]), order.number)


@pytest.fixture
def day(harbour):
    """An order that waits for its transfer, one that needs attention, a failed event and a departure tomorrow."""
    with organization_scope(harbour.pk):
        awaited, differing, arriving = (
            order_of(make_schedule()),
            order_of(make_schedule()),
            order_of(make_schedule(), method=PaymentMethod.ON_ARRIVAL),
        )
        payment = differing.payments.get()
        confirm_manual_payment(payment, amount_minor=4850, accept_difference=True, now=NOW, actor=None)
        ProviderEvent.objects.create(
            event_id="evt_1", event_type="payment_intent.succeeded", object_id="pi_1", payload={}, attempts=3
        )
        tomorrow = timezone.localdate(timezone=harbour.zone) + dt.timedelta(days=1)
        departure = make_schedule(date=tomorrow)
    return awaited, differing, arriving, departure


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN, Role.MANAGER])
def test_what_waits_leads_to_where_it_is_done(harbour, member_client, day, role):
    awaited, differing, arriving, departure = day
    page = dashboard(member_client(harbour, role))
    transfers = f"{reverse('orders:index')}?method=bank_transfer&amp;status=pending"
    for line in (
        f"<li>{inspect(differing)}: The amount received differs from the order.</li>",
        link(transfers, "1 transfer to confirm"),
        f"<li>{inspect(awaited)}: Grete Hansen, €50.00</li>",
        link(f"{reverse('provider_events:index')}?state=failed", "1 failed Stripe event"),
        link(
            reverse("schedules:inspect", args=[departure.pk]),
            f"<b>10:00</b> {departure.tour.name} · {departure.variant.name}",
        ),
    ):
        assert page.count(line) == 1
    assert arriving.number not in page


def test_transfers_are_found_where_their_line_leads(harbour, member_client, day):
    page = member_client(harbour, Role.MANAGER).get(f"{reverse('orders:index')}?method=bank_transfer&status=pending")
    assert [order.number for order in page.context["object_list"]] == [day[0].number]


@pytest.mark.parametrize("role", [Role.EDITOR, Role.GUIDE])
def test_orders_are_not_shown_to_who_may_not_see_them(harbour, member_client, day, role):
    page = dashboard(member_client(harbour, role))
    found = [text in page for text in (day[0].number, day[1].number, "transfer", "Stripe", "/admin/orders/")]
    assert found == [False] * 5


def test_many_transfers_are_counted_and_the_oldest_listed(harbour, member_client):
    with organization_scope(harbour.pk):
        schedule = make_schedule(capacity=40)
        orders = [order_of(schedule) for _number in range(12)]
    page = dashboard(member_client(harbour, Role.MANAGER))
    assert "12 transfers to confirm" in page
    assert [inspect(order) in page for order in orders] == [True] * 10 + [False] * 2


@pytest.mark.parametrize("count", [1, 3])
def test_dashboard_takes_the_same_queries_however_long(harbour, member_client, django_assert_num_queries, count):
    client = member_client(harbour, Role.MANAGER)
    with organization_scope(harbour.pk):
        for _number in range(count):
            order_of(
                make_schedule(date=timezone.localdate(timezone=harbour.zone) + dt.timedelta(days=1)), now=timezone.now()
            )
    client.get(reverse("wagtailadmin_home"))
    with django_assert_num_queries(30):
        client.get(reverse("wagtailadmin_home"))


def test_admin_says_whose_it_is(harbour, kyoto, member_client):
    page = dashboard(member_client(harbour, Role.EDITOR))
    assert '<span class="house__name">Harbour Walks</span>' in page
    assert (page.count("Kyoto"), "<title>" in page, " - Harbour Walks</title>" in page) == (0, True, True)
    sign_in = Client(headers={"host": "kyoto.localhost"}).get("/admin/login/").content.decode()
    assert ('<p class="account__organization">Kyoto Trails</p>' in sign_in, "Harbour" in sign_in) == (True, False)
