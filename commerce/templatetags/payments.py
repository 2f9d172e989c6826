"""What the admin's frame says about payments."""

from typing import Any

from django import template
from django.http import HttpRequest

from commerce import queries

register = template.Library()


@register.simple_tag
def warns_of_test_cards(request: HttpRequest) -> bool:
    """Return whether the person who asks sees orders and no real money moves by card."""
    user: Any = getattr(request, "user", None)
    return bool(user and user.has_perm("commerce.view_order") and queries.takes_test_cards())
