import pytest
from django.urls import reverse

from crm.forms import ProtocolForm
from crm.models import Customer
from crm.operations import LinkRefused, relink_protocol
from crm.queries import RecordUnknown, find_records, record_key, record_name, records_by_key
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.commerce.factories import order_of
from tests.crm.factories import make_protocol
from tests.factories import CustomerFactory, PlaceFactory, VariantFactory, make_schedule
from tests.fixtures import make_member


@pytest.fixture
def sold(in_harbour):
    """A tour, a departure of it and an order of it, which all of the kinds come from."""
    return order_of(make_schedule(VariantFactory(tour__name="Harbour walk")))


def test_records_of_every_kind_are_found_by_what_people_type(sold):
    manager = make_member(sold.organization, Role.MANAGER)
    booking = sold.lines.get().booking
    schedule = booking.schedule
    assert {
        text: find_records(text, user=manager)
        for text in (sold.number, f"{schedule.date} walk", "  ", sold.customer.email)
    } == {
        sold.number: [sold, booking, sold.customer],
        f"{schedule.date} walk": [schedule],
        "  ": [],
        sold.customer.email: [sold, booking, sold.customer],
    }
    assert [record_name(record) for record in (sold, schedule, booking)] == [
        f"Order {sold.number}, Grete Hansen",
        f"Schedule Harbour walk, {schedule}",
        f"Booking {sold.customer}, Harbour walk, {schedule}",
    ]


def test_records_that_a_person_may_not_see_cannot_be_linked(sold, kyoto):
    manager, editor = make_member(sold.organization, Role.MANAGER), make_member(sold.organization, Role.EDITOR)
    with organization_scope(kyoto.pk):
        foreign = CustomerFactory()
    keys = [record_key(sold), record_key(sold.customer)]
    assert records_by_key(keys, user=manager) == [sold, sold.customer]
    for user, key in [
        (editor, keys[0]),
        (manager, record_key(foreign)),
        (manager, record_key(PlaceFactory())),
        (manager, "1"),
        (manager, "x-1"),
        (manager, f"{keys[0]}99999999999999999999"),
    ]:
        with pytest.raises(RecordUnknown):
            records_by_key([key], user=user)
    assert find_records("walk", user=editor) == [sold.lines.get().booking.schedule.tour]


@pytest.mark.parametrize("count", [1, 3])
def test_records_are_read_with_one_query_for_each_kind(in_harbour, django_assert_num_queries, count):
    manager = make_member(in_harbour, Role.MANAGER)
    records = [make_schedule(VariantFactory()) for _number in range(count)] + CustomerFactory.create_batch(count)
    keys = [record_key(record) for record in records]
    records_by_key(keys, user=manager)
    with django_assert_num_queries(2):
        found = records_by_key(keys, user=manager)
        names = [record_name(record) for record in found]
    assert (found, len(names)) == (records, 2 * count)


def test_record_of_another_organization_is_refused_and_nothing_is_changed(in_harbour, kyoto):
    customer = CustomerFactory()
    protocol = make_protocol(customer, links=[customer])
    with organization_scope(kyoto.pk):
        foreign = CustomerFactory()
    with pytest.raises(LinkRefused):
        relink_protocol(protocol, links=[PlaceFactory(), foreign])
    assert [link.record for link in protocol.links.all()] == [customer]


def test_form_says_which_choice_is_gone_and_keeps_the_rest(sold):
    manager = make_member(sold.organization, Role.MANAGER)
    gone = CustomerFactory()
    key = record_key(gone)
    Customer.objects.filter(pk=gone.pk).delete()
    form = ProtocolForm(_query({"subject": "Window", "links": [key, record_key(sold)]}), user=manager)
    assert form.errors["links"] == [
        "One of the records is not there any more, or you may not see it. Please choose again."
    ]
    assert form.fields["links"].choices == [(record_key(sold), f"Order {sold.number}, Grete Hansen")]


def _query(values):
    from django.http import QueryDict

    query = QueryDict(mutable=True)
    for name, value in values.items():
        query.setlist(name, value if isinstance(value, list) else [value])
    return query


def test_search_for_records_answers_each_role_with_what_it_sees(harbour, kyoto, member_client):
    with organization_scope(harbour.pk):
        customer = CustomerFactory(first_name="Grete", last_name="Hansen")
    with organization_scope(kyoto.pk):
        CustomerFactory(first_name="Grete", last_name="Hansen")
    url = reverse("records:find")
    with organization_scope(harbour.pk):
        expected = {"records": [{"key": record_key(customer), "name": "Customer Grete Hansen"}]}
    assert member_client(harbour, Role.MANAGER).get(url, {"q": "grete"}).json() == expected
    assert member_client(harbour, Role.EDITOR).get(url, {"q": "grete"}).json() == {"records": []}
