"""Price rules of the organization in scope."""

import datetime as dt

from tours.models import EarlyBirdDiscount, GroupDiscount, SeasonalPrice


def make_season(**options: object) -> SeasonalPrice:
    given = {"first_day": dt.date(2031, 6, 1), "last_day": dt.date(2031, 8, 31), "basis_points": 2000, **options}
    return SeasonalPrice.objects.create(**{"name": "Summer", **given})


def make_early_bird(**options: object) -> EarlyBirdDiscount:
    return EarlyBirdDiscount.objects.create(**{"name": "Early bird", "days": 30, "basis_points": 1000, **options})


def make_group(**options: object) -> GroupDiscount:
    return GroupDiscount.objects.create(**{"name": "Small group", "people": 4, "amount_minor": 150, **options})
