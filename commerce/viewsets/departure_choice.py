from itertools import groupby

from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tenancy.fields import translated
from tours.enums import ScheduleStatus

# Departures offered at once; from a later day there are others.
OFFERED = 80


def places_in_words(schedule):
    """How many places are free, and why it may be that guests cannot book them."""
    left = schedule.seats_left
    words = ngettext("%(count)d place free", "%(count)d places free", left) % {"count": left}
    return f"{words}, {schedule.get_status_display()}" if schedule.status == ScheduleStatus.CLOSED else words


def departure_choices(schedules):
    """Departures by day, each with what staff choose it by: (day, [(departure, words)])."""
    known = {schedule.pk: schedule for schedule in schedules}
    in_order = sorted(known.values(), key=lambda schedule: (schedule.starts_at, schedule.pk))
    return [
        (
            date_format(day, _("l, j F Y")),
            [
                (
                    schedule,
                    (
                        f"{date_format(day, 'SHORT_DATE_FORMAT')} {time_format(schedule.start_time)}"
                        f" · {translated(schedule.variant, 'name')} · {places_in_words(schedule)}"
                    ),
                )
                for schedule in group
            ],
        )
        for day, group in groupby(in_order, key=lambda schedule: schedule.date)
    ]
