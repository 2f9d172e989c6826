import datetime as dt

import pytest

from crm.enums import CustomerSource
from crm.models import Customer, Protocol
from crm.operations import (
    LinkRefused,
    find_or_create_customer,
    record_activity,
    relink_protocol,
)
from tenancy.scope import organization_scope
from tests.crm.factories import NOW, make_protocol
from tests.factories import CustomerFactory, PlaceFactory
from tests.parallel import in_parallel


def find(email: str, first_name: str = "Ole") -> Customer:
    return find_or_create_customer(
        email=email, first_name=first_name, last_name="", phone="", language="en", source=CustomerSource.CHECKOUT
    )


def test_find_or_create_customer_never_overwrites(in_harbour):
    known = CustomerFactory(first_name="Grete", last_name="Hansen", email="grete@example.com", phone="+49401234567")
    assert find(" GRETE@example.com ", "Mallory") == known
    known.refresh_from_db()
    assert (known.first_name, known.last_name, str(known.phone)) == ("Grete", "Hansen", "+49401234567")


def test_find_or_create_customer_is_of_one_organization(harbour, kyoto):
    with organization_scope(kyoto.pk):
        foreign = find("ole@example.com")
    with organization_scope(harbour.pk):
        assert find("ole@example.com") != foreign
        assert Customer.objects.count() == 1


def test_customers_without_an_address_are_not_one(in_harbour):
    assert find("") != find("")


@pytest.mark.django_db(transaction=True)
def test_eight_checkouts_at_once_make_one_customer(harbour):
    found = in_parallel(harbour, 8, lambda number: find("Ole@example.com" if number % 2 else "ole@EXAMPLE.com").pk)
    assert len(set(found)) == 1
    with organization_scope(harbour.pk):
        assert [customer.pk for customer in Customer.objects.all()] == found[:1]


def test_last_activity_never_goes_back(in_harbour):
    customer = CustomerFactory()
    make_protocol(customer, at=NOW)
    record_activity(customer, kind="waved_hello", at=NOW - dt.timedelta(days=1))
    customer.refresh_from_db()
    assert customer.last_activity_at == NOW


def test_protocol_of_another_organizations_record_is_refused(harbour, kyoto):
    with organization_scope(kyoto.pk):
        foreign = PlaceFactory()
    with organization_scope(harbour.pk):
        customer = CustomerFactory()
        with pytest.raises(LinkRefused):
            make_protocol(customer, links=[foreign])
        assert Protocol.objects.count() == 0
        protocol = make_protocol(customer, links=[pier := PlaceFactory()])
        with pytest.raises(LinkRefused):
            relink_protocol(protocol, links=[foreign])
        assert [link.record for link in protocol.links.all()] == [pier]
