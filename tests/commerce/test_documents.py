import datetime as dt

import pytest
from icalendar import Calendar

from commerce.documents import calendar_file, receipt_pdf
from commerce.enums import PaymentMethod
from tests.commerce.factories import order_of
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
