"""Orders, placed by the operation itself in the organization in scope."""

import datetime as dt

from commerce.enums import DiscountKind, OrderSource, PaymentMethod
from commerce.models import (
    Order,
    PaymentSettings,
    PromoCode,
    Promotion,
    PromotionTarget,
    TaxedTour,
    TaxPercentage,
    TaxRate,
)
from commerce.operations import CartLine, Contact, place_order
from tests.factories import TierFactory
from tours.models import PricingTier, Schedule, Tour

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


def code_of(
    text: str = "SUMMER", *, uses_limit: int | None = None, tours: tuple[Tour, ...] = (), **terms: object
) -> PromoCode:
    """A promo code that takes 10 % off, or what `terms` of its promotion say; for all tours, or for some."""
    if "amount_minor" in terms:
        terms["kind"] = DiscountKind.FIXED
    else:
        terms.setdefault("basis_points", 1000)
    promotion = Promotion.objects.create(name=f"Promotion {text}", for_all=not tours, **terms)
    PromotionTarget.objects.bulk_create(PromotionTarget(promotion=promotion, tour=tour) for tour in tours)
    return PromoCode.objects.create(promotion=promotion, code=text, uses_limit=uses_limit)


def tax_of(name: str = "VAT", basis_points: int = 1900, *, tours: tuple[Tour, ...] = (), **options: object) -> TaxRate:
    """A tax contained in the prices of all tours, or for some."""
    rate = TaxRate.objects.create(name=name, for_all=not tours, **options)
    TaxPercentage.objects.create(rate=rate, basis_points=basis_points)
    TaxedTour.objects.bulk_create(TaxedTour(rate=rate, tour=tour) for tour in tours)
    return rate
