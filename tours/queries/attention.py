"""What of tours needs attention."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from crm.models import AttentionRule
from crm.queries import found, midnight
from tenancy.queries import scope_zone
from tours.models import GuideCertification


def ending_certificates(rule: AttentionRule, now: datetime) -> QuerySet[Any, Any]:
    """Return certificates of guides who lead tours that hold for so many days at most, or no more; one query."""
    zone = scope_zone()
    until = now.astimezone(zone).date() + timedelta(days=rule.amount)
    held = GuideCertification.objects.filter(expires_on__lte=until, guide__is_active=True)
    return found(held, at=midnight("expires_on", zone.key), facts={"until": "expires_on", "guide": "guide_id"})
