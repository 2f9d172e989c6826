"""What there is to do for who keeps pages, counted in one statement."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import add
from typing import Any, Final

from django.db.models import F, Func, IntegerField, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast
from wagtail.models import Page

from cms.models import ContentPage, FaqPage, LandingPage, TourPage
from cms.queries.freshness import shared_models
from cms.queries.links import broken_links
from cms.queries.pictures import wordless_pictures
from cms.queries.translations import untranslated
from cms.rules import CONFIRM_EVERY_DAYS, ENDS_SOON_DAYS
from tenancy.models import Organization, TenantImage, User

# As `Freshness.staleness` decides, asked of the raw blocks.
STALE: Final = "strict $.**.freshness ? (@.valid_until <= $soon || @.confirmed_on < $long_ago)"


class _Count(Subquery):
    template = "(SELECT count(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


class _Total(Subquery):
    template = "(SELECT coalesce(sum(parts), 0) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


@dataclass(frozen=True, slots=True)
class Desk:
    """How many drafts of one's own there are, and how much of what guests see wants somebody's care."""

    drafts: int
    stale: int
    broken: int
    untranslated: int
    wordless: int
    undescribed: int


def drafts_of(user: User) -> QuerySet[Page]:
    """Return the pages with changes that a person saved last and nobody has published, the latest first."""
    found = Page.objects.filter(depth__gt=2, has_unpublished_changes=True, latest_revision__user=user)
    return found.order_by("-latest_revision_created_at", "-pk")


def undescribed_pages() -> QuerySet[Page]:
    """Return the published pages without a description of their own for search engines; a home that nobody has begun needs none."""
    empty = LandingPage.objects.annotate(written=Cast("body", TextField())).filter(written="[]")
    found = Page.objects.live().filter(depth__gt=2, search_description="", alias_of__isnull=True)
    return found.exclude(pk__in=empty.values("pk")).order_by("path")


def editors_desk(user: User, *, root: Page, languages: Sequence[str], today: date) -> Desk:
    """Return what there is to do in the organization in scope; one query.

    `root` is the home in its own language, `languages` are the others.
    """
    counts: dict[str, Any] = {
        "drafts": _Count(drafts_of(user).order_by().values("pk")),
        "stale": _stale(today),
        "broken": _Count(broken_links().filter(is_ignored=False).values("pk")),
        "untranslated": reduce(
            add, [_Count(untranslated(root, code).order_by().values("pk")) for code in languages], Value(0)
        ),
        "wordless": _Count(wordless_pictures(among=TenantImage.objects.all()).order_by().values("pk")),
        "undescribed": _Count(undescribed_pages().order_by().values("pk")),
    }
    found = Organization.objects.annotate(**{f"count_{name}": count for name, count in counts.items()})
    values = found.values_list(*(f"count_{name}" for name in counts)).get()
    return Desk(**dict(zip(counts, values, strict=True)))


def _stale(today: date) -> Any:
    known = {
        "soon": (today + timedelta(days=ENDS_SOON_DAYS)).isoformat(),
        "long_ago": (today - timedelta(days=CONFIRM_EVERY_DAYS)).isoformat(),
    }
    parts = Func(
        F("body"),
        Func(Value(STALE), template="%(expressions)s::jsonpath"),
        Func(Value(json.dumps(known)), template="%(expressions)s::jsonb"),
        template="jsonb_array_length(jsonb_path_query_array(%(expressions)s))",
        output_field=IntegerField(),
    )
    holders: list[QuerySet[Any]] = [model.objects.live() for model in (LandingPage, ContentPage, FaqPage, TourPage)]
    holders += [model._default_manager.all() for model in shared_models()]
    return reduce(add, [_Total(rows.order_by().values(parts=parts)) for rows in holders])
