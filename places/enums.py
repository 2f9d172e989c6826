"""Choices of the places app."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PlaceKind(models.TextChoices):
    """What stands at a place."""

    MEETING_POINT = "meeting_point", _("Meeting point")
    STOP = "stop", _("Stop of a tour")
    VENUE = "venue", _("Venue")
    SIGHT = "sight", _("Sight")
    SHOP = "shop", _("Shop or restaurant")
    OTHER = "other", _("Other")
