import datetime as dt
import io

import pytest
from icalendar import Calendar
from pypdf import PdfReader

from commerce.documents import calendar_file, receipt_pdf
from commerce.enums import PaymentMethod, RefundReason
from commerce.models import Order
from commerce.operations import add_charge, cancel_places, refund_order
from tests.commerce.factories import NOW, order_of, tax_of, tier_of
from tests.commerce.test_changes import booking_of, change, paid_order
from tests.commerce.test_policies import make_policy
from tests.factories import make_schedule


@pytest.mark.parametrize(
    ("day", "start"),
    [(dt.date(2031, 3, 30), "20310330T100000"), (dt.date(2031, 10, 26), "20311026T100000")],
)
def test_calendar_file_on_clock_changes(in_harbour, day, start):
    order = order_of(make_schedule(date=day), method=PaymentMethod.ON_ARRIVAL)
    text = calendar_file(order).decode()
    event = Calendar.from_ical(text).walk("VEVENT")[0]
    assert f"DTSTART;TZID=Europe/Berlin:{start}" in text
    assert event["dtstart"].dt.utcoffset() == dt.timedelta(hours=2 if day.month == 3 else 1)
    assert event["uid"] == f"{order.lines.get().booking.public_id}@waypost"
    assert calendar_file(order).decode() == text


def test_receipt_of_a_free_place_is_a_pdf(in_harbour):
    order = order_of(make_schedule(), method=PaymentMethod.FREE, price_minor=0)
    assert receipt_pdf(order).startswith(b"%PDF-")


def test_receipt_in_yen(in_kyoto):
    order = order_of(make_schedule(), method=PaymentMethod.ON_ARRIVAL, price_minor=4800)
    assert receipt_pdf(order).startswith(b"%PDF-")


def sums_of(order: Order) -> list[str]:
    """The lines of a receipt from its total on, as somebody reads them."""
    pages = PdfReader(io.BytesIO(receipt_pdf(Order.objects.get(pk=order.pk)))).pages
    lines = [line.strip() for page in pages for line in page.extract_text().splitlines() if line.strip()]
    # The first one heads a column.
    total = len(lines) - lines[::-1].index("Total")
    return lines[total - 1 :]


def test_receipt_names_what_came_on_top(in_harbour):
    order = order_of(make_schedule(), method=PaymentMethod.ON_ARRIVAL)
    add_charge(order, amount_minor=1200, reason="Wheelchair van", now=NOW, actor=None)
    order.refresh_from_db()
    (page,) = PdfReader(io.BytesIO(receipt_pdf(order))).pages
    assert page.extract_text().splitlines()[-9:] == [
        *("€50.00", "Wheelchair van", "€12.00", "Total", "€62.00", "Paid", "€0.00", "Still to be paid", "€62.00")
    ]


def test_receipt_after_a_refund_tells_what_came_and_what_went_back_once(in_harbour):
    tax_of()
    order = paid_order(make_schedule())
    refund_order(order, amount_minor=2000, reason=RefundReason.OTHER, now=NOW, actor=None)
    assert sums_of(order) == [
        *("Total", "€50.00", "incl. 19% VAT", "€7.98", "Paid", "€50.00", "Paid back", "€20.00"),
        *("incl. 19% VAT of what was not paid back", "€4.79"),
    ]


def test_receipt_after_one_of_two_was_given_up_takes_the_refund_off_once(in_harbour):
    tax_of()
    order = paid_order(make_schedule())
    person = booking_of(order).participants.first()
    cancel_places(order, [person.pk], expected="2500:0:0", now=NOW)
    assert sums_of(order) == [
        *("Total", "€25.00", "incl. 19% VAT", "€3.99", "Paid", "€50.00", "Paid back", "€25.00"),
        *("incl. 19% VAT of what was not paid back", "€3.99"),
    ]


def test_receipt_tells_what_is_kept_for_places_that_were_given_up(in_harbour):
    tax_of()
    make_policy([(0, 50)], is_default=True)
    order = paid_order(make_schedule())
    person = booking_of(order).participants.first()
    cancel_places(order, [person.pk], expected="1250:1250:0", now=NOW)
    assert sums_of(order) == [
        *("Total", "€25.00", "incl. 19% VAT", "€3.99", "Kept for cancelled places", "€12.50"),
        *("Paid", "€50.00", "Paid back", "€12.50", "incl. 19% VAT of what was not paid back", "€5.99"),
    ]


def test_receipt_tells_the_tax_in_a_fee_beside_free_places(in_harbour):
    tax_of()
    make_policy([(0, 0)], is_default=True)
    schedule = make_schedule()
    child = tier_of(schedule, price_minor=0, name="Child")
    order = paid_order(schedule, quantity=1)
    change(order, {tier_of(schedule).pk: 1, child.pk: 1})
    adult = booking_of(order).participants.get(tier_name="Adult")
    cancel_places(order, [adult.pk], expected="0:2500:0", now=NOW)
    assert sums_of(order) == [
        *("Total", "€0.00", "Kept for cancelled places", "€25.00"),
        *("Paid", "€25.00", "incl. 19% VAT of what was not paid back", "€3.99"),
    ]
