import datetime as dt

import pytest
from django.urls import reverse

from crm.enums import Direction, ProtocolKind
from crm.models import Customer, Protocol
from crm.operations import find_or_create_customer, log_protocol, queue_message, record_activity
from crm.queries import search_customers, timeline
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.factories import CustomerFactory
from tests.parallel import in_parallel

NOW = dt.datetime(2031, 1, 10, 12, tzinfo=dt.UTC)


def fill(customer: Customer, count: int) -> None:
    for number in range(count):
        at = NOW + dt.timedelta(hours=number)
        log_protocol(
            customer,
            kind=ProtocolKind.CALL,
            direction=Direction.INBOUND,
            subject=f"Call {number}",
            body="",
            happened_at=at,
            author=None,
        )
        record_activity(customer, kind="order_placed", at=at + dt.timedelta(minutes=1), facts={"number": "HW-1"})
        queue_message(
            kind="note",
            dedupe_key=f"{customer.pk}-{number}",
            recipient=customer.email,
            language="en",
            subject=f"Letter {number}",
            text="Hello",
            html="",
            customer=customer,
            now=at,
        )


def test_timeline_is_in_order_and_goes_back(in_harbour):
    customer = CustomerFactory()
    fill(customer, 2)
    kinds = [(entry.kind, str(entry.entry)) for entry in timeline(customer) if entry.kind == "protocol"]
    assert kinds == [("protocol", "Phone call: Call 1"), ("protocol", "Phone call: Call 0")]
    first = timeline(customer, limit=1)
    assert [entry.at for entry in timeline(customer, before=first[0].at)] == [e.at for e in timeline(customer)][1:]


@pytest.mark.parametrize("count", [1, 3])
def test_profile_takes_the_same_queries_however_much_there_is(harbour, member_client, django_assert_num_queries, count):
    with organization_scope(harbour.pk):
        customer = CustomerFactory()
        fill(customer, count)
    client = member_client(harbour, Role.MANAGER)
    url = reverse("customers:inspect", args=[customer.pk])
    client.get(url)
    with django_assert_num_queries(16):
        response = client.get(url)
    assert response.status_code == 200


def test_call_is_logged_and_seen_on_the_timeline(harbour, member_client):
    with organization_scope(harbour.pk):
        customer = CustomerFactory()
    client = member_client(harbour, Role.MANAGER)
    url = reverse("customers:log_protocol", args=[customer.pk])
    form = {
        "kind": "call",
        "direction": "inbound",
        "subject": "Asks for a window seat",
        "body": "Will call again.",
        "happened_at": "2031-01-10 12:00",
        "follow_up_on": "2031-01-12",
    }
    assert client.post(url, {**form, "subject": ""}).status_code == 422
    response = client.post(url, form, follow=True)
    assert response.status_code == 200
    assert "Asks for a window seat" in response.content.decode()
    with organization_scope(harbour.pk):
        protocol = Protocol.objects.get()
        assert (protocol.follow_up_on, protocol.author.email) == (dt.date(2031, 1, 12), "manager@harbour.example")


@pytest.mark.parametrize("role", [Role.EDITOR, Role.GUIDE])
def test_customers_are_closed_to_roles_without_them(harbour, member_client, role):
    with organization_scope(harbour.pk):
        customer = CustomerFactory()
    client = member_client(harbour, role)
    names = ["inspect", "edit", "log_protocol", "history", "delete", "usage"]
    urls = [reverse("customers:index"), *(reverse(f"customers:{name}", args=[customer.pk]) for name in names)]
    answers = [client.get(url) for url in urls]
    assert [(answer.status_code, answer.get("Location", "")) for answer in answers] == [
        (302, reverse("wagtailadmin_home"))
    ] * 7


def test_customers_of_another_organization_are_not_found(harbour, kyoto, member_client):
    with organization_scope(kyoto.pk):
        foreign = CustomerFactory(first_name="Kenji")
    client = member_client(harbour, Role.OWNER)
    for name in ("inspect", "edit", "log_protocol", "history", "delete", "usage"):
        assert client.get(reverse(f"customers:{name}", args=[foreign.pk])).status_code == 404
    assert "Kenji" not in client.get(reverse("customers:index")).content.decode()
    assert foreign.email not in client.get(reverse("customers:index"), {"q": "Kenji"}).content.decode()


@pytest.mark.parametrize(
    "text",
    ["Hansen", "hansen grete", "Grete Han", "GRETE@", "040 1234567", "+49 40 1234567", "+49401234567", "1234567"],
)
def test_search_customers(in_harbour, text):
    found = CustomerFactory(first_name="Grete", last_name="Hansen", email="grete@h.example", phone="+49401234567")
    CustomerFactory(first_name="Ole", last_name="Petersen", email="ole@p.example", phone="+49409999999")
    assert list(search_customers(text)) == [found]


@pytest.mark.django_db(transaction=True)
def test_eight_checkouts_at_once_make_one_customer(harbour):
    def find(number: int) -> int:
        return find_or_create_customer(
            email="Ole@example.com" if number % 2 else "ole@EXAMPLE.com",
            first_name=f"Ole {number}",
            last_name="",
            phone="",
            language="en",
            source="checkout",
        ).pk

    assert len(set(in_parallel(harbour, 8, find))) == 1
