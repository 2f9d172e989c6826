"""Reads of guides' own calendars."""

from datetime import datetime

from django.db.models import Q

from tours.models import GuideFeed


def due_feeds(*, now: datetime, limit: int = 500) -> list[tuple[int, int]]:
    """Return key and organization of the calendars that are to be read, the longest waiting first; needs `every_organization`."""
    due = GuideFeed.objects.filter(Q(next_read_at__lte=now) | Q(next_read_at=None), guide__is_active=True)
    return list(due.order_by("next_read_at", "pk").values_list("pk", "organization_id")[:limit])
