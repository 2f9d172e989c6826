"""Orders, placed by the operation itself in the organization in scope."""

import datetime as dt

from commerce.enums import OrderSource, PaymentMethod
from commerce.models import Order, PaymentSettings
from commerce.operations import CartLine, Contact, place_order
from tests.factories import TierFactory
from tours.models import PricingTier, Schedule

NOW = dt.datetime(2031, 1, 10, 12, tzinfo=dt.UTC)
GRETE = Contact("Grete", "Hansen", "grete@example.com", "+494012345678")


def enable_all_methods() -> None:
    PaymentSettings.objects.update(
        card_enabled=True,
        stripe_secret_key="",
        bank_transfer_enabled=True,
        on_arrival_enabled=True,
        bank_details="IBAN DE02 1203 0000 0000 2020 51",
    )


def tier_of(schedule: Schedule, *, price_minor: int = 2500, **options: object) -> PricingTier:
    existing = PricingTier.objects.filter(tour=schedule.tour, price_minor=price_minor).first()
    return existing or TierFactory(tour=schedule.tour, price_minor=price_minor, **options)


def order_of(
    schedule: Schedule,
    *,
    quantity: int = 2,
    method: PaymentMethod = PaymentMethod.BANK_TRANSFER,
    price_minor: int = 2500,
    contact: Contact = GRETE,
    now: dt.datetime = NOW,
    **options: object,
) -> Order:
    """An order of `quantity` places on a departure."""
    enable_all_methods()
    tier = tier_of(schedule, price_minor=price_minor)
    return place_order(
        [CartLine(str(schedule.public_id), {tier.pk: quantity})],
        contact=contact,
        method=method,
        source=OrderSource.WEB,
        now=now,
        **options,
    )
