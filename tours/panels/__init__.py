"""What tours put into the admin: forms, and what other pages of it show of tours."""

from tours.panels.audit import audit_areas
from tours.panels.links import attention_kinds, linkable_records
from tours.panels.messages import message_kinds
from tours.panels.patterns import PATTERN_FORM
from tours.panels.prices import EARLY_BIRD_FORM, GROUP_FORM, SEASON_FORM
from tours.panels.resources import RESOURCE_FORM
from tours.panels.today import certificate_in_words, today_items
from tours.panels.tours import ABOUT, PRICES, STOPS, TOUR_FORM, VARIANTS, FormSetPanel

__all__ = [
    "ABOUT",
    "EARLY_BIRD_FORM",
    "GROUP_FORM",
    "PATTERN_FORM",
    "PRICES",
    "RESOURCE_FORM",
    "SEASON_FORM",
    "STOPS",
    "TOUR_FORM",
    "VARIANTS",
    "FormSetPanel",
    "attention_kinds",
    "audit_areas",
    "certificate_in_words",
    "linkable_records",
    "message_kinds",
    "today_items",
]
