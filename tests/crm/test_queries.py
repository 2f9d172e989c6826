import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import connection
from wagtail import hooks

from crm.models import Activity, Customer, Message, Protocol
from crm.operations import record_activity
from crm.queries import customer_by_email, protocols_about, search_customers, timeline, timeline_entry
from tenancy.scope import every_organization
from tests.crm.factories import NOW, make_contacts, make_message, make_protocol
from tests.factories import CustomerFactory, PlaceFactory


@pytest.mark.parametrize(
    "text",
    [
        "Müller",
        "muller",
        "müller grete",
        "Grete Mül",
        "GRETE@",
        "weiss",
        "Weiß",
        "040 1234567",
        "040/123 45-67",
        "+49 40 1234567",
        "+49 (0)40 1234567",
        "0049401234567",
        "1234567",
        "4567",
    ],
)
def test_search_customers_finds(in_harbour, text):
    found = CustomerFactory(first_name="Grete", last_name="Müller-Weiß", email="grete@h.example", phone="+49401234567")
    CustomerFactory(first_name="Ole", last_name="Petersen", email="ole@p.example", phone="+49409999999")
    assert list(search_customers(text)) == [found]


@pytest.mark.parametrize("text", ["Grete Petersen", "0000", "567", "100%", "_", "1234 Grete", "+", "HW-1234567"])
def test_search_customers_finds_nobody(in_harbour, text):
    CustomerFactory(first_name="Grete", last_name="Hansen", email="grete@h.example", phone="+49401234567")
    CustomerFactory(first_name="Ole", last_name="Petersen", email="ole@p.example", phone="")
    assert list(search_customers(text)) == []


def test_search_customers_asks_the_apps_above(in_harbour):
    found, other, _third = (CustomerFactory() for _number in range(3))

    def by_number(text):
        return Customer.objects.filter(pk=found.pk).values("pk") if text == "HW-1" else Customer.objects.none()

    with hooks.register_temporarily("customer_search", by_number):
        assert list(search_customers(" HW-1 ")) == [found]
        assert list(search_customers(other.email)) == [other]


def test_search_for_nothing_finds_everybody(in_harbour):
    CustomerFactory.create_batch(2)
    assert search_customers("  ").count() == 2


def test_customer_by_email_in_any_case(in_harbour):
    found = CustomerFactory(email="Grete@example.com")
    CustomerFactory(email="")
    assert customer_by_email(" gRETE@Example.com ") == found
    assert customer_by_email("") is None


def test_timeline_is_in_the_order_of_time(in_harbour):
    customer = CustomerFactory()
    make_contacts(customer, 2)
    assert [(entry.kind, entry.at) for entry in timeline(customer).entries] == [
        (kind, NOW + dt.timedelta(hours=hours, minutes=minutes))
        for hours in (1, 0)
        for kind, minutes in (("message", 2), ("activity", 1), ("protocol", 0))
    ]


def test_timeline_pages_lose_nothing_that_happened_at_once(in_harbour):
    customer = CustomerFactory()
    for number in range(5):
        make_protocol(customer, subject=str(number))
        record_activity(customer, kind="waved_hello", at=NOW)
    pages = [timeline(customer, skip=skip, limit=3).entries for skip in (0, 3, 6, 9)]
    keys = [(entry.kind, entry.entry.pk) for page in pages for entry in page]
    assert (len(keys), len(set(keys))) == (10, 10)


def test_timeline_is_of_one_customer(in_harbour):
    customer, other = CustomerFactory(), CustomerFactory()
    make_contacts(other, 1)
    make_message(None, key="nobody")
    assert timeline(customer) == ([], [])
    assert Message.objects.count() == 2


def test_timeline_shows_one_kind_or_some_activities(in_harbour):
    customer = CustomerFactory()
    make_contacts(customer, 1)
    record_activity(customer, kind="paid", at=NOW)
    shown = {
        name: [entry.entry.pk for entry in timeline(customer, only=only, activities=activities).entries]
        for name, only, activities in [
            ("protocols", "protocol", None),
            ("messages", "message", None),
            ("paid", "activity", ["paid"]),
            ("none", "activity", []),
        ]
    }
    assert shown == {
        "protocols": [Protocol.objects.get().pk],
        "messages": [Message.objects.get().pk],
        "paid": [Activity.objects.get(kind="paid").pk],
        "none": [],
    }


def test_protocol_stands_with_each_customer_it_is_about(in_harbour):
    customer, companion, other = CustomerFactory.create_batch(3)
    protocol = make_protocol(customer, links=[companion])
    assert [[entry.entry for entry in timeline(one).entries] for one in (customer, companion, other)] == [
        [protocol],
        [protocol],
        [],
    ]
    assert timeline_entry(companion, "protocol", protocol.pk) == protocol
    assert timeline_entry(other, "protocol", protocol.pk) is None
    assert timeline_entry(customer, "nonsense", protocol.pk) is None


def test_protocols_about_a_record(in_harbour):
    customer, pier = CustomerFactory(), PlaceFactory()
    about = make_protocol(customer, links=[pier])
    make_protocol(customer)
    assert list(protocols_about(pier)) == [about]


def index_conditions(plan: dict) -> Iterator[tuple[str, str]]:
    """Each index that a plan reads, with its condition; nothing else may be read."""
    assert plan["Node Type"] != "Seq Scan"
    if "Index Name" in plan:
        yield plan["Index Name"], plan["Index Cond"]
    for inner in plan.get("Plans", []):
        yield from index_conditions(inner)


def test_customer_by_email_reads_the_index(in_harbour, django_assert_num_queries):
    Customer.objects.bulk_create(Customer(email=f"Guest{number}@example.com") for number in range(500))
    with every_organization(), connection.cursor() as cursor:
        cursor.execute("ANALYZE crm_customer")
    with django_assert_num_queries(1) as queries:
        found = customer_by_email("guest7@EXAMPLE.com")
    assert found == Customer.objects.get(email="Guest7@example.com")
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {queries.captured_queries[0]['sql']}")
        plan = cursor.fetchone()[0][0]["Plan"]
    # By the address, and from a merged customer to the one who is kept.
    conditions = dict(index_conditions(plan))
    assert set(conditions) == {"customer_email_unique", "crm_customer_tenant_key"}
    assert conditions["customer_email_unique"].endswith("(email_folded = 'guest7@example.com'::text))")
