"""Areas of the admin about what guests see."""

from cms.viewsets.freshness import FreshnessViewSet
from cms.viewsets.legal import LegalTextsViewSet

__all__ = ["FreshnessViewSet", "LegalTextsViewSet"]
