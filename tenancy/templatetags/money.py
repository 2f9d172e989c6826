"""Amounts in templates."""

from django import template

from tenancy.money import format_money

register = template.Library()


@register.filter
def money(amount_minor: int, currency: str) -> str:
    """Return minor units of a currency as people write them in the active language: `{{ order.total_minor|money:order.currency }}`."""
    return format_money(amount_minor, currency)


@register.filter
def taken_off(amount_minor: int, currency: str) -> str:
    """Return minor units of a currency as what is taken off, such as “−€5.00”: `{{ code.amount_minor|taken_off:cart.currency }}`."""
    return format_money(-amount_minor, currency)
