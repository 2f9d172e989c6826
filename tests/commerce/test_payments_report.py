import datetime as dt
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from commerce import queries
from commerce.enums import PaymentMethod, RefundReason
from commerce.models import PaymentSettings, Refund
from commerce.operations import (
    confirm_manual_payment,
    record_adjustment,
    record_payout,
    record_transfer,
    settle_manual_refund,
    start_refund,
)
from commerce.queries import Figures
from commerce.rules import DATEV_COLUMNS, datev_cells, datev_line
from tenancy.enums import Role
from tenancy.models import AuditEntry
from tenancy.money import Money
from tenancy.scope import organization_scope
from tests.commerce.factories import NOW, order_of
from tests.factories import make_schedule
from tests.fixtures import client_for, make_member

DAY = dt.date(2031, 1, 10)
JANUARY = f"first={dt.date(2031, 1, 1)}&last={dt.date(2031, 1, 31)}"


@pytest.fixture
def person(harbour):
    return make_member(harbour, Role.OWNER)


@pytest.fixture
def owner(harbour, person):
    return client_for(harbour, person)


def received(person, *, method=PaymentMethod.BANK_TRANSFER, now=NOW):
    order = order_of(make_schedule(), method=method)
    confirm_manual_payment(order.payments.get(), amount_minor=5000, now=now, actor=person)
    return order


def report(harbour, first=DAY, last=DAY, **options):
    return queries.payments_report(first=first, last=last, zone=harbour.zone, **options)


def test_report_sums_by_method_and_day(harbour, in_harbour, person):
    transfer = received(person)
    received(person, method=PaymentMethod.ON_ARRIVAL, now=NOW + dt.timedelta(days=1))
    start_refund(transfer.payments.get(), amount_minor=1500, reason=RefundReason.OTHER, now=NOW)
    settle_manual_refund(Refund.objects.get(), now=NOW + dt.timedelta(days=1), actor=person)
    found = report(harbour, last=DAY + dt.timedelta(days=1))
    assert found.periods == {
        DAY: Figures(gross=5000),
        DAY + dt.timedelta(days=1): Figures(gross=5000, refunds=1500),
    }
    assert found.methods == {"bank_transfer": Figures(gross=5000, refunds=1500), "on_arrival": Figures(gross=5000)}
    assert (found.total, found.total.net) == (Figures(gross=10000, refunds=1500), 8500)
    by_cash = report(harbour, last=DAY + dt.timedelta(days=1), method="on_arrival")
    assert (by_cash.total, list(by_cash.methods)) == (Figures(gross=5000), ["on_arrival"])


def test_report_follows_stripes_balance(harbour, in_harbour):
    facts = {"currency": "EUR", "occurred_at": NOW}
    before = {"currency": "EUR", "occurred_at": NOW - dt.timedelta(days=1)}
    record_adjustment(reference="1", amount_minor=900, **before)
    record_payout(reference="2", amount_minor=300, **facts)
    record_payout(reference="3", amount_minor=100, **facts)
    record_payout(reference="3", amount_minor=100, has_failed=True, **facts)
    record_transfer(reference="4", amount_minor=-50, **facts)
    found = report(harbour)
    assert (found.opening, found.closing) == (900, 550)
    assert found.at_stripe == found.total == Figures(other=-50, payouts=300)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        # Midnight in Berlin is 23:00 UTC in winter.
        (dt.datetime(2031, 1, 9, 22, 59, 59, tzinfo=dt.UTC), dt.date(2031, 1, 9)),
        (dt.datetime(2031, 1, 9, 23, tzinfo=dt.UTC), DAY),
    ],
)
def test_days_are_those_of_the_organization(harbour, in_harbour, moment, day):
    record_adjustment(reference="1", amount_minor=900, currency="EUR", occurred_at=moment)
    assert list(report(harbour, first=dt.date(2031, 1, 1), last=dt.date(2031, 1, 31)).periods) == [day]
    assert report(harbour, first=day, last=day).total == Figures(other=900)
    months = report(harbour, first=dt.date(2031, 1, 1), last=dt.date(2031, 1, 31), by_month=True).periods
    assert list(months) == [dt.date(2031, 1, 1)]


def test_other_currencies_are_named_and_not_added(harbour, in_harbour):
    record_adjustment(reference="1", amount_minor=900, currency="USD", occurred_at=NOW)
    found = report(harbour)
    assert (found.total, found.closing, found.other_currencies) == (Figures(), 0, ["USD"])


@pytest.mark.parametrize("count", [1, 3])
def test_report_has_a_fixed_number_of_queries(harbour, in_harbour, person, django_assert_num_queries, count):
    for _number in range(count):
        received(person)
    with django_assert_num_queries(4):
        report(harbour)


@pytest.mark.parametrize("count", [1, 3])
def test_pages_have_a_fixed_number_of_queries(harbour, owner, person, count):
    with organization_scope(harbour.pk):
        for _number in range(count):
            received(person)
            order_of(make_schedule())
    counted = {}
    for name in ("payments_report:index", "payments_report:owed", "ledger:index", "reconciliation:index"):
        url = f"{reverse(name)}?{JANUARY}"
        owner.get(url)
        with CaptureQueriesContext(connection) as queries_sent:
            owner.get(url)
        counted[name] = len(queries_sent)
    assert counted == {
        "payments_report:index": 10,
        "payments_report:owed": 10,
        "ledger:index": 9,
        "reconciliation:index": 9,
    }


def test_report_page_shows_sums_and_keeps_filters_in_its_address(harbour, owner, person):
    with organization_scope(harbour.pk):
        received(person)
    page = owner.get(f"{reverse('payments_report:index')}?{JANUARY}&by=month").content.decode()
    for text in ("January 2031", "€50.00", "Bank transfer", f"ledger/?{JANUARY}".replace("&", "&amp;")):
        assert text in page
    assert (
        "The first day is after the last one."
        in owner.get(f"{reverse('payments_report:index')}?first=2031-02-01&last=2031-01-01").content.decode()
    )
    assert owner.get(f"{reverse('payments_report:index')}?first=nonsense").status_code == 200


def test_owed_is_listed_by_its_day(harbour, owner, person):
    with organization_scope(harbour.pk):
        received(person)
        on_arrival = order_of(make_schedule(), method=PaymentMethod.ON_ARRIVAL)
        transfer = order_of(make_schedule(), method=PaymentMethod.BANK_TRANSFER)
        rows = [(row.order, row.amount_minor, row.due_on) for row in queries.owed_orders(zone=harbour.zone)]
    assert rows == [(transfer, 5000, dt.date(2031, 1, 15)), (on_arrival, 5000, dt.date(2031, 6, 2))]
    assert "Guests still owe €100.00 in all." in owner.get(reverse("payments_report:owed")).content.decode()


def test_ledger_is_exported_for_accountants(harbour, owner, person):
    with organization_scope(harbour.pk):
        order = received(person)
        record_adjustment(reference="r", amount_minor=-7, currency="EUR", occurred_at=NOW, note="=1+1")
    url = f"{reverse('ledger:index')}?{JANUARY}"
    content = b"".join(owner.get(f"{url}&export=csv").streaming_content).decode()
    heading, adjustment, charge = content.strip().split("\r\n")
    assert heading.startswith("When,What,Payment method,Order,Amount,Currency,Debit account")
    assert adjustment.endswith(",Adjustment,,,0.07,EUR,2300,Other movements,1360,Stripe balance,r,'=1+1")
    # By the clock in Berlin.
    start = f"2031-01-10 13:00:00,Payment,Bank transfer,{order.number},50.00,EUR,1200,Bank,1400,Customers,payment-"
    assert charge.startswith(start)
    book = load_workbook(io.BytesIO(b"".join(owner.get(f"{url}&export=xlsx"))))
    assert [row[4].value for row in book.active.rows] == ["Amount", 0.07, 50]
    assert [str(row[0].value) for row in book.active.rows] == ["When", *["2031-01-10 13:00:00"] * 2]
    outside = owner.get(f"{reverse('ledger:index')}?first=2031-02-01&export=csv")
    assert len(b"".join(outside.streaming_content).decode().strip().split("\r\n")) == 1


def test_datev_file_has_its_columns_encoding_and_own_numbers(harbour, owner, person):
    with organization_scope(harbour.pk):
        order = received(person)
        reference = f"payment-{order.payments.get().public_id}"[-12:]
        record_adjustment(reference="r", amount_minor=-7, currency="EUR", occurred_at=NOW, note="=Gebühr → 1")
    answer = owner.post(reverse("payments_report:numbers"), {"bank": "18000"})
    assert answer.url == reverse("payments_report:index")
    answer = owner.get(f"{reverse('payments_report:datev')}?{JANUARY}")
    heading, charge, adjustment = b"".join(answer.streaming_content).split(b"\r\n")[:3]
    assert heading.decode("cp1252") == ";".join(f'"{name}"' for name in DATEV_COLUMNS)
    number = order.number
    assert charge.decode("cp1252") == (
        f'"50,00";"S";"EUR";"18000";"1400";"1001";"{number}";"{reference}";"Payment {number}"'
    )
    assert adjustment == ('"0,07";"S";"EUR";"2300";"1360";"1001";"r";"";"Adjustment =Gebühr ? 1"'.encode("cp1252"))
    assert answer["Content-Type"] == "text/csv; charset=windows-1252"
    with organization_scope(harbour.pk):
        assert PaymentSettings.objects.get().account_numbers == {"bank": "18000"}
        actions = set(AuditEntry.objects.values_list("action", flat=True))
        assert {"ledger.exported", "ledger.numbers_changed"} <= actions


def test_datev_file_is_of_one_year(harbour, owner):
    answer = owner.get(f"{reverse('payments_report:datev')}?first=2030-12-01&last=2031-01-31", follow=True)
    assert "choose days of one year" in answer.content.decode()


@pytest.mark.parametrize(
    ("amount", "written"),
    [(Money(5, "EUR"), "0,05"), (Money(1250, "JPY"), "1250"), (Money(5120, "KWD"), "5,120")],
)
def test_datev_amounts_have_the_decimals_of_their_currency(amount, written):
    cells = datev_cells(amount, debit="1", credit="2", day=DAY, document="=HW-1", reference="a b", text="@SUM(1)")
    assert cells == [written, "S", amount.currency, "1", "2", "1001", "HW-1", "ab", "'@SUM(1)"]
    assert datev_line(['a"b', "c;d"]) == b'"a""b";"c;d"\r\n'


@pytest.mark.parametrize("number", ["12", "1234567890", "12a", "=1+1"])
def test_account_numbers_are_digits(harbour, owner, number):
    answer = owner.post(reverse("payments_report:numbers"), {"bank": number})
    assert answer.status_code == 200
    with organization_scope(harbour.pk):
        assert PaymentSettings.objects.get().account_numbers == {}


@pytest.mark.parametrize("role", [Role.MANAGER, Role.EDITOR, Role.GUIDE])
def test_reports_are_for_owners_and_admins(harbour, role):
    client = client_for(harbour, make_member(harbour, role))
    for name in ("payments_report:index", "payments_report:owed", "payments_report:datev", "payments_report:numbers"):
        assert client.get(reverse(name)).status_code == 302
    for name in ("ledger:index", "reconciliation:index"):
        assert client.get(reverse(name)).status_code == 302
    assert client.post(reverse("reconciliation:compare")).status_code == 302
