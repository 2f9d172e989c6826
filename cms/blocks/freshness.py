"""Who keeps a part of a page right, and until when it is."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from cms.blocks.fields import StoredChoiceBlock
from cms.blocks.struct import StructBlock
from cms.rules import Freshness
from tenancy.queries import members
from tenancy.scope import current_organization_id


def owner_choices() -> list[tuple[str, str]]:
    """Return the people who work for the organization in scope."""
    if current_organization_id() is None:
        return []
    return [(str(member.pk), member.get_full_name() or member.email) for member in members()]


class FreshnessBlock(StructBlock):
    """When somebody last looked, until when it holds, and who keeps it."""

    confirmed_on = blocks.DateBlock(
        label=_("Last confirmed on"), required=False, help_text=_("After half a year you are asked to look again.")
    )
    valid_until = blocks.DateBlock(
        label=_("Valid until"), required=False, help_text=_("It stays on the page, and you are told in good time.")
    )
    owner = StoredChoiceBlock(label=_("Who keeps it right"), choices=owner_choices, required=False)

    class Meta:
        icon = "check"
        label = _("Is it still right?")
        required = False


def freshness_of(value: Any) -> Freshness:
    """Return what the value of a `FreshnessBlock` says; one from before there were any says nothing."""
    if not value:
        return Freshness()
    owner = value.get("owner")
    return Freshness(value.get("confirmed_on"), value.get("valid_until"), int(owner) if owner else None)
