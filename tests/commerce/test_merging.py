"""Two customers become one and two again, with everything that leads to them; nobody's order is lost meanwhile."""

import datetime as dt
import time
from dataclasses import replace

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

from commerce.enums import RefundReason
from commerce.models import AppliedDiscount, Order, PromotionCustomer
from commerce.operations import OrderRefused, assign_promotion, cancel_order
from crm.enums import ConsentPurpose, CustomerSource, ImportKind
from crm.models import (
    Activity,
    Customer,
    CustomerMerge,
    CustomerTag,
    Document,
    ExternalId,
    Message,
    Project,
    TimelinePin,
)
from crm.operations import (
    MergeRefused,
    merge_customers,
    pin,
    record_activity,
    record_consent,
    set_links,
    set_tags,
    undo_merge,
)
from crm.queries import customer_by_email, customer_links, find_customers, search_customers, timeline
from tenancy.models import AuditEntry
from tenancy.scope import organization_scope
from tests.commerce.factories import GRETE, NOW, code_of, order_of
from tests.crm.factories import make_message, make_protocol, make_task
from tests.factories import CustomerFactory, make_schedule
from tests.parallel import in_parallel

LATER = NOW + dt.timedelta(days=3)
ANNA = replace(GRETE, first_name="Anna", last_name="Berg", email="anna@example.com", phone="+4940111222")
ANNE = replace(GRETE, first_name="Anne", last_name="Berg", email="anne@example.org", phone="+4940333444")


def two_with_everything() -> tuple[Customer, Customer]:
    """Two customers who each have a row in every table that leads to customers, and some that both have."""
    schedule, code = make_schedule(capacity=50), code_of(uses_per_customer=2)
    other_project = Project.objects.create(name="A second boat")
    both = []
    for contact in (ANNA, ANNE):
        order = order_of(schedule, quantity=1, contact=contact, codes=["SUMMER"])
        customer = order.customer
        set_tags(customer, ["regular", contact.first_name], actor=None)
        record_consent(
            customer,
            purpose=ConsentPurpose.NEWSLETTER,
            wording="Yes",
            language="en",
            source=CustomerSource.CHECKOUT,
            now=NOW,
        )
        protocol = make_protocol(customer, subject=f"{contact.first_name} called")
        pin(customer, protocol)
        make_message(customer, key=contact.email)
        make_task(None, customer=customer)
        record_activity(customer, kind="waved_hello", at=NOW)
        ExternalId.objects.create(kind=ImportKind.CUSTOMERS, source="Mail", value=contact.email, customer=customer)
        both.append(customer)
    anna, anne = both
    shared = make_task(None)
    set_links(shared.links, both)
    set_links(make_task(None).links, [anne])
    set_links(make_protocol(anna, subject="About Anne").links, [anne])
    set_links(other_project.links, [anne])
    set_links(Document.objects.create(title="Passport").links, [anne])
    record_activity(anna, kind="waved_hello", at=NOW, record=anne)
    Message.objects.filter(customer=anna).update(
        content_type=ContentType.objects.get_for_model(Customer), object_id=anne.pk
    )
    TimelinePin.objects.create(
        customer=anna, content_type=ContentType.objects.get_for_model(Customer), object_id=anne.pk
    )
    merged = CustomerFactory(first_name="Old", merged_into=anne)
    assert merged.merged_into == anne
    PromotionCustomer.objects.filter(customer=anne).update(uses_limit=2)
    assert code.promotion.customers.count() == 2
    return anna, anne


def picture() -> dict[str, list]:
    """Every row that leads to a customer, whole, without what a merge itself writes."""
    rows = {}
    for model in {link.model for link in customer_links()}:
        # Uses of a promotion are counted anew, in a new row.
        left_out = ("id", "created_at") if model is PromotionCustomer else ()
        left_out = (*left_out, "updated_at", "is_compared")
        names = [field.attname for field in model._meta.concrete_fields if field.name not in left_out]
        rows[model._meta.label] = sorted(map(repr, model._base_manager.values_list(*names)))
    return rows


def test_everything_moves_and_moves_back(in_harbour):
    anna, anne = two_with_everything()
    before = picture()
    counts = {link.name: link.rows(anne.pk).count() for link in customer_links()}
    assert [name for name, count in counts.items() if not count] == []

    merge = merge_customers(anna, anne, values={"phone": anne.phone, "email": anne.email}, now=LATER, actor=None)

    assert {link.name: link.rows(anne.pk).count() for link in customer_links()} == dict.fromkeys(counts, 0)
    # What both had is there once: a tag, a link of a task, the uses of a promotion.
    dropped = {
        "crm.CustomerTag.customer_id": 1,
        "crm.TaskLink.object_id": 1,
        "commerce.PromotionCustomer.customer_id": 1,
    }
    moved = {name: len(pks) for name, pks in merge.record["moved"].items()}
    assert {name: count - moved.get(name, 0) for name, count in counts.items()} == {
        **dict.fromkeys(counts, 0),
        **dropped,
    }
    anna.refresh_from_db()
    assert (anna.email, str(anna.phone), anna.first_name) == ("anne@example.org", "+4940333444", "Anna")
    assert sorted(anna.tags.values_list("name", flat=True)) == ["Anna", "Anne", "regular"]
    assert PromotionCustomer.objects.values_list("customer", "uses").get() == (anna.pk, 2)

    assert undo_merge(merge, now=LATER, actor=None) == []
    assert picture() == before
    merge.refresh_from_db()
    assert (merge.record, merge.undone_at) == ({}, LATER)
    said = AuditEntry.objects.filter(action__startswith="customer.merge").order_by("pk")
    assert [(entry.action, entry.subject_id, entry.details["other_id"]) for entry in said] == [
        ("customer.merged", anna.pk, anne.pk),
        ("customer.merge_undone", anna.pk, anne.pk),
    ]


def test_the_merged_one_leads_to_the_kept_one(in_harbour):
    anna, anne = two_with_everything()
    order = Order.objects.get(customer=anne)
    merge_customers(anna, anne, values={"phone": anne.phone, "email": anne.email}, now=LATER, actor=None)
    for text in ("anna@example.com", "anne@example.org", "anne berg", "040 111222", "040 333444", order.number):
        assert [found.pk for found in find_customers(text)] == [anna.pk], text
        assert [found.pk for found in search_customers(text)] == [anna.pk], text
    assert [customer_by_email(email) for email in (" ANNA@example.com", "anne@example.org")] == [anna, anna]
    for contact in (ANNA, ANNE):
        assert order_of(make_schedule(), contact=contact).customer == anna
    # What somebody still writes for the one who is gone, the database gives to the other.
    assert Activity.objects.get(pk=record_activity(anne, kind="waved_hello", at=LATER).pk).customer == anna
    assert len(timeline(anna, limit=50).entries) == len(timeline(anna, limit=50).entries)
    assert Customer.objects.filter(pk=anne.pk).count() == 0


def test_uses_of_codes_count_together_and_apart_again(in_harbour):
    schedule, code = make_schedule(capacity=50), code_of(uses_per_customer=2)
    first, second = (order_of(schedule, quantity=1, contact=contact, codes=["SUMMER"]) for contact in (ANNA, ANNE))
    merge = merge_customers(first.customer, second.customer, values={}, now=LATER, actor=None)
    with pytest.raises(OrderRefused):
        order_of(schedule, contact=ANNE, codes=["SUMMER"])
    cancel_order(second, reason=RefundReason.CANCELLED_BY_GUEST, now=LATER)
    third = order_of(schedule, quantity=1, contact=ANNE, codes=["SUMMER"])
    undo_merge(merge, now=LATER, actor=None)
    # What was bought since stays with the kept one.
    assert list(PromotionCustomer.objects.order_by("customer").values_list("customer", "uses")) == [
        (first.customer_id, 2),
        (second.customer_id, 0),
    ]
    third.refresh_from_db()
    assert third.customer == first.customer
    assert AppliedDiscount.objects.filter(released_at=None, promo_code=code).count() == 2


def test_what_staff_gave_to_both_is_left_to_the_kept_one(in_harbour):
    schedule, code = make_schedule(capacity=50), code_of(is_assigned=True)
    anna, anne = (CustomerFactory(email=contact.email) for contact in (ANNA, ANNE))
    assign_promotion(code.promotion, anna, uses=1, actor=None)
    assign_promotion(code.promotion, anne, uses=2, actor=None)
    order_of(schedule, quantity=1, contact=ANNE, codes=["SUMMER"])
    merge = merge_customers(anna, anne, values={}, now=LATER, actor=None)
    assert PromotionCustomer.objects.values_list("customer", "is_assigned", "uses", "uses_limit").get() == (
        anna.pk,
        True,
        1,
        3,
    )
    undo_merge(merge, now=LATER, actor=None)
    assert list(PromotionCustomer.objects.order_by("customer").values_list("customer", "uses", "uses_limit")) == [
        (anna.pk, 0, 1),
        (anne.pk, 1, 2),
    ]


def test_what_was_changed_since_stays_and_is_named(in_harbour):
    anna = CustomerFactory(first_name="Anna", email="anna@example.com", note="Window seat")
    anne = CustomerFactory(first_name="Anne", email="anne@example.com", note="")
    values = {"first_name": "Anne", "email": "anne@example.com"}
    merge = merge_customers(anna, anne, values=values, now=LATER, actor=None)
    make_protocol(anna, subject="Came since")
    Customer.objects.filter(pk=anna.pk).update(first_name="Annie", note="Aisle")
    assert undo_merge(merge, now=LATER, actor=None) == ["first_name", "note"]
    names = ("first_name", "email", "note")
    assert list(Customer.objects.order_by("pk").values_list(*names)) == [
        ("Annie", "anna@example.com", "Aisle"),
        ("Anne", "anne@example.com", ""),
    ]
    assert anna.protocols.count() == 1


def test_chains_are_undone_from_their_end_and_not_after_thirty_days(in_harbour):
    one, two, three = CustomerFactory.create_batch(3)
    first = merge_customers(two, one, values={}, now=NOW, actor=None)
    second = merge_customers(three, two, values={}, now=NOW, actor=None)
    assert customer_by_email(one.email) == three
    with pytest.raises(MergeRefused, match="Undo that first"):
        undo_merge(first, now=LATER, actor=None)
    undo_merge(second, now=LATER, actor=None)
    assert customer_by_email(one.email) == two
    with pytest.raises(MergeRefused, match="30 days"):
        undo_merge(first, now=NOW + dt.timedelta(days=30), actor=None)
    for refused in ((two, two), (two, one), (one, three)):
        with pytest.raises(MergeRefused):
            merge_customers(*refused, values={}, now=LATER, actor=None)


def test_two_thousand_rows_move_in_as_many_queries_as_two(in_harbour, django_assert_num_queries):
    kept, small, large = CustomerFactory.create_batch(3)
    set_tags(kept, ["tag 0"], actor=None)
    for customer, count in ((small, 2), (large, 500)):
        rows = [Activity(customer=customer, kind="waved_hello", at=NOW) for _row in range(count)]
        Activity.objects.bulk_create(rows)
        Message.objects.bulk_create(
            [Message(customer=customer, kind="note", recipient="a@example.com", language="en") for _row in range(count)]
        )
        CustomerTag.objects.bulk_create([CustomerTag(customer=customer, name=f"tag {n}") for n in range(count)])
        TimelinePin.objects.bulk_create(
            [
                TimelinePin(
                    customer=customer, content_type=ContentType.objects.get_for_model(Activity), object_id=row.pk
                )
                for row in rows
            ]
        )
    # What is looked up once for all is looked up.
    merge_customers(kept, CustomerFactory(), values={}, now=LATER, actor=None)
    merges = []
    for gone in (small, large):
        with django_assert_num_queries(67):
            started = time.monotonic()
            merges.append(merge_customers(kept, gone, values={}, now=LATER, actor=None))
            assert time.monotonic() - started < 5
    # Two tags both had.
    assert sum(merges[1].counts.values()) == 1998
    undo_merge(merges[1], now=LATER, actor=None)
    assert (large.activities.count(), large.tags.count(), kept.tags.count()) == (500, 500, 2)


@pytest.mark.django_db(transaction=True)
def test_guests_who_book_while_they_are_merged_lose_nothing(harbour):
    with organization_scope(harbour.pk):
        schedule = make_schedule(capacity=100)
        code_of(uses_per_customer=50)
        anna, anne = (order_of(schedule, quantity=1, contact=contact).customer for contact in (ANNA, ANNE))

    def work(number: int) -> object:
        if number == 0:
            return merge_customers(anna, anne, values={"email": anne.email}, now=LATER, actor=None)
        if number % 3 == 0:
            return record_activity(anne, kind="waved_hello", at=LATER)
        return order_of(schedule, quantity=1, contact=ANNE if number % 3 == 1 else ANNA, codes=["SUMMER"])

    results = in_parallel(harbour, 16, work)
    assert [result for result in results if isinstance(result, Exception)] == []
    with organization_scope(harbour.pk):
        assert {link.name: link.rows(anne.pk).count() for link in customer_links() if link.rows(anne.pk).count()} == {}
        assert (Order.objects.filter(customer=anna).count(), Customer.objects.count()) == (12, 1)
        assert PromotionCustomer.objects.values_list("customer", "uses").get() == (anna.pk, 10)
        assert CustomerMerge.objects.count() == 1


def test_every_table_of_customers_follows_merges(in_harbour):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'follow_merge'")
        following = {table for (table,) in cursor.fetchall()}
    foreign = {link.model._meta.db_table for link in customer_links() if link.column == "customer_id"}
    assert following == foreign


def test_every_column_that_leads_to_a_customer_is_known():
    """A new one moves by itself; this list shows what a merge takes along, and what is unique with others."""
    assert {link.name: link.unique_with for link in customer_links()} == {
        "commerce.Order.customer_id": (),
        "commerce.PromotionCustomer.customer_id": ("promotion",),
        "tours.Booking.customer_id": (),
        "crm.Activity.customer_id": (),
        "crm.Activity.object_id": (),
        "crm.Consent.customer_id": (),
        "crm.Customer.merged_into_id": (),
        "crm.CustomerTag.customer_id": ("name",),
        "crm.DocumentLink.object_id": ("document",),
        "crm.ExternalId.customer_id": (),
        "crm.Message.customer_id": (),
        "crm.Message.object_id": (),
        "crm.ProjectLink.object_id": ("project",),
        "crm.Protocol.customer_id": (),
        "crm.ProtocolLink.object_id": ("protocol",),
        "crm.Task.customer_id": (),
        "crm.TaskLink.object_id": ("task",),
        "crm.TimelinePin.customer_id": ("content_type", "object_id"),
        "crm.TimelinePin.object_id": ("customer",),
    }
    assert all(apps.get_model(link.model._meta.label) is link.model for link in customer_links())


def test_who_writes_activities_of_one_customer_does_not_wait_in_a_circle(harbour, transactional_db):
    """Each holds the customer's key first and moves the last activity then."""
    with organization_scope(harbour.pk):
        customer = CustomerFactory()

    def write(number: int) -> None:
        for round_ in range(20):
            with transaction.atomic():
                record_activity(customer, kind="waved_hello", at=NOW + dt.timedelta(minutes=20 * number + round_))

    assert in_parallel(harbour, 8, write) == [None] * 8
    with organization_scope(harbour.pk):
        assert customer.activities.count() == 160
