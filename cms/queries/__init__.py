"""Reads for what guests see, and for the staff's Today page."""

from cms.queries.cards import (
    TourCard,
    tour_cards,
)
from cms.queries.choices import (
    chosen_in,
    documents_by_id,
    pages_by_id,
    pictures_by_id,
)
from cms.queries.freshness import KeptPart, ShownPart, kept_parts, name_of_part, page_with_part, parts_of, shared_models
from cms.queries.legal import (
    legal_text,
    legal_texts,
    missing_legal_texts,
    plain_text,
    texts_to_accept,
)
from cms.queries.pages import (
    PublicPage,
    Surroundings,
    has_home,
    helpful_pages,
    page_at,
    page_at_path,
    public_pages,
    published_page,
    surroundings,
)
from cms.queries.pictures import wordless_pictures
from cms.queries.places import PlaceCard, cards_of_all, place_cards, places_by_id
from cms.queries.redirects import Target, redirect_target
from cms.queries.shared import pages_showing, shared_by_id
from cms.queries.similar import beside_tour, page_of_tour
from cms.queries.starter import is_site_empty
from cms.queries.today import (
    DayAhead,
    TodayDeparture,
    day_ahead,
)
from cms.queries.tour_pages import (
    MapPoint,
    ShownStop,
    map_points,
    place_points,
    shown_stops,
    tour_of,
)
from cms.queries.tour_search import FoundTours, find_tours, tour_facts
from cms.queries.translations import (
    PageTranslation,
    is_published_in_full,
    page_translations,
    untranslated_pages,
)

__all__ = [
    "DayAhead",
    "FoundTours",
    "KeptPart",
    "MapPoint",
    "PageTranslation",
    "PlaceCard",
    "PublicPage",
    "ShownPart",
    "ShownStop",
    "Surroundings",
    "Target",
    "TodayDeparture",
    "TourCard",
    "beside_tour",
    "cards_of_all",
    "chosen_in",
    "day_ahead",
    "documents_by_id",
    "find_tours",
    "has_home",
    "helpful_pages",
    "is_published_in_full",
    "is_site_empty",
    "kept_parts",
    "legal_text",
    "legal_texts",
    "map_points",
    "missing_legal_texts",
    "name_of_part",
    "page_at",
    "page_at_path",
    "page_of_tour",
    "page_translations",
    "page_with_part",
    "pages_by_id",
    "pages_showing",
    "parts_of",
    "pictures_by_id",
    "place_cards",
    "place_points",
    "places_by_id",
    "plain_text",
    "public_pages",
    "published_page",
    "redirect_target",
    "shared_by_id",
    "shared_models",
    "shown_stops",
    "surroundings",
    "texts_to_accept",
    "tour_cards",
    "tour_facts",
    "tour_of",
    "untranslated_pages",
    "wordless_pictures",
]
