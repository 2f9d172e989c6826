import datetime as dt

import pytest
from django.db import connection

from bench.bookings import plain_sql_rate
from tenancy.scope import every_organization, organization_scope
from tests.factories import make_schedule
from tours.models import Booking


@pytest.mark.django_db(transaction=True)
def test_floor_of_a_booking_fits_the_tables_of_today(harbour):
    with organization_scope(harbour.pk):
        schedule = make_schedule(date=dt.date.today() + dt.timedelta(days=30), capacity=32_000)  # noqa: DTZ011
    values = connection.settings_dict
    url = f"postgres://{values['USER']}@{values['HOST']}:{values['PORT']}/{values['NAME']}"
    known = {"organization": harbour.pk, "first_schedule": schedule.pk}
    assert plain_sql_rate(url, known, range(1), clients=8, seconds=1) > 0
    with every_organization():
        schedule.refresh_from_db()
        assert schedule.booked_count == 3 * Booking.objects.count()
