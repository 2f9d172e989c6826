"""Amounts in templates."""

from django import template

from tenancy.money import format_money

register = template.Library()


@register.filter
def money(amount_minor: int, currency: str) -> str:
    """Return minor units of a currency as people write them in the active language: `{{ order.total_minor|money:order.currency }}`."""
    return format_money(amount_minor, currency)
