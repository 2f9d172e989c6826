import json
import re

import pytest
from django.db import connection

from crm.models import Customer, CustomerKey
from crm.queries import find_customers, search_customers
from tenancy.scope import every_organization, organization_scope
from tests.commerce.factories import order_of
from tests.factories import CustomerFactory, VariantFactory, make_schedule


def _grete(**values):
    return CustomerFactory(
        **{"first_name": "Grete", "last_name": "Müller-Weiß", "email": "g.hansen@web.example", "phone": "+49401234567"}
        | values
    )


def _ole():
    return CustomerFactory(first_name="Ole", last_name="Petersen", email="ole@p.example", phone="+49409999999")


@pytest.mark.parametrize(
    "text",
    [
        "gr",
        "mul",
        "Müller",
        "weiss grete",
        "GRETE  mü",
        "hansen",
        "g.han",
        "g.hansen@",
        "G.HANSEN@web.ex",
        "040 1234567",
        "+49 (0)40 123-4567",
        "0049401234567",
        "4567",
        "mueller",
        "Mullre",
        "grtee weiss",
        "miller grette",
        "hnasen",
    ],
)
def test_customer_is_found_by_what_people_type(in_harbour, text):
    found = _grete()
    _ole()
    assert find_customers(text) == [found]


@pytest.mark.parametrize(
    "text", ["", "  ", "%", "_", "@", "567", "grete petersen", "web", "example", "grxxe", "gx", "0"]
)
def test_nobody_is_found_by_what_fits_nobody(in_harbour, text):
    _grete()
    _ole()
    assert find_customers(text) == []


def test_whole_words_stand_before_beginnings_and_the_latest_first(in_harbour):
    longer, old, new = (
        _grete(first_name="Jo", last_name=name, email="", phone="") for name in ("Hansens", "Hansen", "Hansen")
    )
    Customer.objects.filter(pk=new.pk).update(last_activity_at="2031-01-01T00:00Z")
    assert find_customers("hansen") == [new, old, longer]
    assert find_customers("hansen", limit=1) == [new]


def test_customer_is_found_by_an_orders_number(in_harbour):
    order = order_of(make_schedule(VariantFactory()))
    _ole()
    number = order.number.partition("-")[2]
    assert [find_customers(text) for text in (order.number, order.number.lower(), number, f" {number} ")] == [
        [order.customer]
    ] * 4
    assert find_customers(number[:4]) == []


def test_keys_follow_a_customers_names_and_numbers(in_harbour):
    customer = _grete(email="")
    customer.last_name, customer.phone = "Berg", ""
    customer.save()
    words = set(customer.keys.values_list("key", flat=True))
    assert words == {"wgrete", "wberg"}
    customer.email, customer.phone = "Quastenberg@web.example", "+4940123"
    customer.save()
    words = set(customer.keys.values_list("key", flat=True)) - words
    assert words == {"wquastenberg", "~quasten", "equastenberg@web.example", "p4940123", "p940123", "p40123", "p0123"}
    customer.delete()
    assert not CustomerKey.objects.exists()


def test_keys_are_written_for_many_at_once(in_harbour):
    Customer.objects.bulk_create(Customer(last_name=f"Number{number}") for number in range(3))
    Customer.objects.filter(last_name__gte="Number1").update(last_name="Other")
    assert [len(find_customers(text)) for text in ("number", "other")] == [1, 2]


def test_customers_of_others_are_not_found(harbour, kyoto):
    with organization_scope(kyoto.pk):
        _grete()
    with organization_scope(harbour.pk):
        assert [find_customers(text) for text in ("grete", "gerte", "4567")] == [[], [], []]


def test_list_forgives_typing_errors_only_where_nobody_fits(in_harbour):
    hansen, hanson = _grete(last_name="Hansen", email=""), _grete(last_name="Hanson", email="")
    assert list(search_customers("hansen")) == [hansen]
    assert set(search_customers("hansun")) == {hansen, hanson}


@pytest.mark.parametrize("text", ["guest77 hansen", "guset77", "040 1200077", "guest77@"])
def test_search_reads_only_what_fits(in_harbour, django_assert_num_queries, text):
    # Of few customers PostgreSQL reads all keys sooner than it looks for each of the words that a slip may have been.
    customers = 10_000 if text == "guset77" else 1_000
    Customer.objects.bulk_create(
        Customer(
            first_name=f"Guest{number}",
            last_name="Hansen",
            email=f"guest{number}@example.com",
            phone=f"+494012{number:05}",
        )
        for number in range(customers)
    )
    with every_organization(), connection.cursor() as cursor:
        cursor.execute("ANALYZE crm_customer, crm_customerkey")
    find_customers(text)
    with django_assert_num_queries(2 if text == "guset77" else 1) as queries:
        assert find_customers(text) != []
    for query in queries.captured_queries:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {query['sql']}")
            plan = json.dumps(cursor.fetchone()[0])
        assert set(re.findall(r'"Index Name": "(customer_key\w*)"', plan)) | {"customer_key_of"} == {
            "customer_key",
            "customer_key_of",
        }
        assert re.search(r'"Index Name": "crm_customer_pkey".*?"Index Cond": "\(id = ANY \(\(InitPlan', plan)
        assert "crm_customer_organization" not in plan
        assert '"Relation Name": "crm_customerkey", "Alias": "crm_customerkey", "Filter"' not in plan
