"""Lengths of time in templates."""

from babel.units import format_unit
from django import template

from tenancy.money import babel_locale

register = template.Library()


@register.filter
def duration(minutes: int) -> str:
    """Return minutes as people say them in the active language, such as “1 hr 45 mins”: `{{ tour.duration_minutes|duration }}`."""
    hours, rest = divmod(minutes, 60)
    parts = [(hours, "duration-hour"), (rest, "duration-minute")]
    said = [format_unit(number, unit, length="short", locale=babel_locale(None)) for number, unit in parts if number]
    return " ".join(said)
