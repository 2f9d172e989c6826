"""What the lists about money have in common: they say what they are for, and ask as much for fifty rows as for five."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from commerce.models import (
    CancellationPolicy,
    DepositRule,
    Difference,
    TaxedTour,
    TaxPercentage,
    TaxRate,
    TourPolicy,
)
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.commerce.factories import NOW, order_of
from tests.factories import TourFactory, make_schedule
from tours.models import EarlyBirdDiscount, GroupDiscount, SeasonalPrice

QUERIES = {
    "cancellation_policies:index": 10,
    "deposits:index": 8,
    "early_birds:index": 9,
    "group_discounts:index": 9,
    "reconciliation:index": 10,
    "seasons:index": 9,
    "taxes:index": 11,
}


def fill(count):
    payment = order_of(make_schedule()).payments.get()
    for number in range(count):
        tour = TourFactory()
        SeasonalPrice.objects.create(
            name=f"Season {number}", tour=tour, basis_points=500, first_day=NOW.date(), last_day=NOW.date()
        )
        EarlyBirdDiscount.objects.create(name=f"Early {number}", tour=tour, days=number, amount_minor=100)
        GroupDiscount.objects.create(name=f"Group {number}", tour=tour, people=5, amount_minor=100)
        DepositRule.objects.create(tour=tour, percent=30)
        rate = TaxRate.objects.create(name=f"Tax {number}", for_all=False)
        TaxPercentage.objects.create(rate=rate, basis_points=700)
        TaxedTour.objects.create(rate=rate, tour=tour)
        policy = CancellationPolicy.objects.create(name=f"Policy {number}", steps=[{"hours": 24, "percent": 50}])
        TourPolicy.objects.create(policy=policy, tour=tour)
        Difference.objects.create(
            kind="amount",
            reference=f"ch_{number}",
            payment=payment,
            found_minor=900,
            booked_minor=800,
            currency="EUR",
            occurred_at=NOW,
            seen_at=NOW,
        )


@pytest.mark.parametrize("count", [5, 50])
def test_lists_have_a_fixed_number_of_queries(harbour, member_client, count):
    client = member_client(harbour, Role.OWNER)
    with organization_scope(harbour.pk):
        fill(count)
    counted = {}
    for name in QUERIES:
        client.get(reverse(name))
        with CaptureQueriesContext(connection) as sent:
            assert client.get(reverse(name)).status_code == 200
        counted[name] = len(sent)
    assert counted == QUERIES


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("cancellation_policies:index", "What comes back to guests who cancel."),
        ("deposits:index", "What guests pay at once, and when the rest is due."),
        ("disputes:index", "Payments that guests&#x27; banks ask about or take back."),
        ("early_birds:index", "Discounts for guests who book long before the departure"),
        ("group_discounts:index", "Discounts for guests who take many places on one departure together."),
        ("ledger:index", "Each movement of money."),
        ("payments_report:index", "What came in and what went out"),
        ("promotions:index", "Codes that guests type in to pay less"),
        ("reconciliation:index", "Every night your books are compared with Stripe's."),
        ("seasons:index", "Days on which places cost more or less"),
        ("taxes:index", "Taxes that your prices contain"),
    ],
)
def test_empty_list_says_what_it_is_for(harbour, member_client, name, sentence):
    assert sentence in member_client(harbour, Role.OWNER).get(reverse(name)).content.decode()


@pytest.mark.parametrize("name", ["payments_report:index", "price_check:index"])
def test_page_with_days_brings_what_starts_their_pickers(harbour, member_client, name):
    assert "js/date-time-chooser.js" in member_client(harbour, Role.OWNER).get(reverse(name)).content.decode()
