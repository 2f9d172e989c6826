"""Lists by days: a day is the organization's, in whatever zone the person works, and half an hour before midnight too."""

import datetime as dt

import pytest
from django.utils import timezone

from commerce.filters import DisputeFilterSet, LedgerFilterSet, OrderFilterSet
from commerce.models import LedgerTransaction, Order
from commerce.operations import confirm_manual_payment
from crm.filters import CustomerFilterSet
from crm.models import Customer
from tests.commerce.factories import order_of
from tests.factories import CustomerFactory, make_schedule

# Half an hour before and after the midnight in Berlin that ends 10 January; in London both are the 10th, in Tokyo both the 11th.
BEFORE, AFTER = (dt.datetime(2031, 1, 10, hour, 30, tzinfo=dt.UTC) for hour in (22, 23))


@pytest.fixture(params=["UTC", "Asia/Tokyo"])
def zone_of_the_person(request):
    with timezone.override(request.param):
        yield


@pytest.mark.parametrize(
    ("days", "found"),
    [
        ({"first": "2031-01-10", "last": "2031-01-10"}, [BEFORE]),
        ({"first": "2031-01-11", "last": "2031-01-11"}, [AFTER]),
        ({"first": "2031-01-11"}, [AFTER]),
        ({"last": "2031-01-10"}, [BEFORE]),
        ({"first": "2031-01-10", "last": "2031-01-11"}, [BEFORE, AFTER]),
        ({"last": "9999-12-31"}, [BEFORE, AFTER]),
    ],
)
@pytest.mark.usefixtures("zone_of_the_person")
def test_days_are_those_of_the_organization(in_harbour, days, found):
    for moment in (BEFORE, AFTER):
        order = order_of(make_schedule(), now=moment)
        confirm_manual_payment(order.payments.get(), amount_minor=5000, now=moment, actor=None)
    orders = OrderFilterSet({f"placed_{_ENDS[end]}": day for end, day in days.items()}, Order.objects.order_by("pk")).qs
    assert list(orders.values_list("placed_at", flat=True)) == found
    movements = LedgerFilterSet(days, LedgerTransaction.objects.order_by("pk")).qs
    assert list(movements.values_list("occurred_at", flat=True)) == found


_ENDS = {"first": "from", "last": "to"}


@pytest.mark.usefixtures("zone_of_the_person")
def test_range_of_days_is_that_of_the_organization(in_harbour):
    for moment in (BEFORE, AFTER):
        CustomerFactory(last_activity_at=moment)
    asked = {"last_activity_at_from": "2031-01-11", "last_activity_at_to": "2031-01-11"}
    customers = CustomerFilterSet(asked, Customer.objects.all()).qs
    assert list(customers.values_list("last_activity_at", flat=True)) == [AFTER]


def test_day_that_is_none_is_told():
    filters = DisputeFilterSet({"opened_from": "tomorrow"})
    assert dict(filters.form.errors) == {"opened_from": ["Enter a valid date."]}
