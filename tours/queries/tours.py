"""Reads of tours and their stops."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

from tenancy.fields import translated
from tours.enums import ScheduleStatus, TourStatus
from tours.models import Schedule, Stop, Tour, TourTag, TourVariant


def stops_of(tour: Tour) -> list[Stop]:
    """Return the stops of a tour in order with their places; one query."""
    return list(Stop.objects.filter(tour=tour).select_related("place").order_by("sort_order", "pk"))


def variants_by_id(pks: Iterable[int]) -> dict[int, TourVariant]:
    """Return variants by their primary keys; one query."""
    return TourVariant.objects.in_bulk(set(pks))


def languages_of_tours() -> list[str]:
    """Return the codes of all languages in which tours that are not archived are led, in order; one query."""
    lists = Tour.objects.exclude(status=TourStatus.ARCHIVED).values_list("languages", flat=True)
    return sorted({code for codes in lists for code in codes})


def tours_with_next_departure(*, now: datetime) -> QuerySet[Tour]:
    """Return all tours, each with `next_start`, the instant of its next departure that is not cancelled, or None."""
    coming = Schedule.objects.filter(tour=OuterRef("pk"), starts_at__gt=now).exclude(status=ScheduleStatus.CANCELLED)
    return Tour.objects.annotate(next_start=Subquery(coming.order_by("starts_at").values("starts_at")[:1]))


def tour_for_update(pk: int) -> Tour:
    """Return a tour locked until the end of the transaction."""
    return Tour.objects.select_for_update(no_key=True).get(pk=pk)


def tag_choices() -> list[tuple[str, str]]:
    """Return the organization's tags for a choice, each by its primary key as text, in the active language; one query."""
    return [(str(tag.pk), translated(tag, "name")) for tag in TourTag.objects.all()]
