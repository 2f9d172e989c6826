"""Areas of the admin about what guests see."""

from cms.viewsets.freshness import FreshnessViewSet
from cms.viewsets.legal import LegalTextsViewSet
from cms.viewsets.links import LinksViewSet
from cms.viewsets.pictures import PictureWordsViewSet
from cms.viewsets.search import SearchMissViewSet
from cms.viewsets.shared import SharedContentGroup
from cms.viewsets.starter import StarterViewSet
from cms.viewsets.templates import PageTemplateViewSet
from cms.viewsets.translations import TranslationsViewSet
from cms.viewsets.unfinished import UnfinishedPagesViewSet

__all__ = [
    "FreshnessViewSet",
    "LegalTextsViewSet",
    "LinksViewSet",
    "PageTemplateViewSet",
    "PictureWordsViewSet",
    "SearchMissViewSet",
    "SharedContentGroup",
    "StarterViewSet",
    "TranslationsViewSet",
    "UnfinishedPagesViewSet",
]
