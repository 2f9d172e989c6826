"""Writes the demo's places, tours, prices and departures."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Max

from devtools.demo_content.shapes import DemoPlace, DemoSite, DemoTier, DemoTour
from devtools.demo_content.write_people import staff_email
from places.models import Place
from tenancy.models import User
from tours.enums import TourStatus
from tours.models import Guide, PricingTier, Schedule, Stop, Tour, TourTag, TourVariant
from tours.operations import create_schedules

# How far ahead departures can be booked, in days.
DAYS_AHEAD = 90


def write_tours(site: DemoSite) -> dict[str, Tour]:
    """Write the tours of a site with everything but their departures; return them by their slugs."""
    places: dict[str, Place] = {}
    return {tour.slug: _write_tour(tour, places) for tour in site.tours}


def _place(place: DemoPlace, known: dict[str, Place]) -> Place:
    if place.name.en not in known:
        known[place.name.en] = Place.objects.create(
            name=place.name.en,
            name_translations=place.name.others,
            kind=place.kind,
            street=place.street,
            postal_code=place.postal_code,
            city=place.city,
            country=place.country,
            latitude=place.latitude,
            longitude=place.longitude,
            directions=place.directions.en,
            directions_translations=place.directions.others,
        )
    return known[place.name.en]


def _write_tour(source: DemoTour, places: dict[str, Place]) -> Tour:
    tour = Tour.objects.create(
        name=source.name.en,
        name_translations=source.name.others,
        slug=source.slug,
        category=source.category,
        status=TourStatus.ACTIVE,
        duration_minutes=source.duration_minutes,
        capacity=source.capacity,
        cutoff_minutes=source.cutoff_minutes,
        languages=list(source.languages),
        difficulty=source.difficulty,
        accessibility=list(source.accessibility),
        accessibility_note=source.accessibility_note,
        **{f"ask_{what}": how for what, how in source.asks.items()},
        meeting_point=_place(source.meeting_point, places),
        end_point=_place(source.stops[-1].place, places),
    )
    tour.tags.set(
        TourTag.objects.get_or_create(name=tag.en, defaults={"name_translations": tag.others})[0] for tag in source.tags
    )
    tour.save()
    _write_tiers(tour, None, source.tiers)
    for position, kind in enumerate(source.variants):
        variant = TourVariant.objects.create(
            tour=tour,
            name=kind.name.en,
            name_translations=kind.name.others,
            kind=kind.kind,
            capacity=kind.capacity,
            sort_order=position,
        )
        _write_tiers(tour, variant, kind.tiers)
    Stop.objects.bulk_create(
        Stop(
            tour=tour,
            place=_place(stop.place, places),
            title=stop.place.name.en,
            title_translations=stop.place.name.others,
            sort_order=position,
        )
        for position, stop in enumerate(source.stops)
    )
    return tour


def _write_tiers(tour: Tour, variant: TourVariant | None, tiers: Iterable[DemoTier]) -> None:
    PricingTier.objects.bulk_create(
        PricingTier(
            tour=tour,
            variant=variant,
            name=tier.name.en,
            name_translations=tier.name.others,
            price_minor=tier.price_minor,
            seats=tier.seats,
            min_age=tier.min_age,
            max_age=tier.max_age,
            is_default=tier.is_default,
            sort_order=position,
        )
        for position, tier in enumerate(tiers)
    )


def ensure_guide(site: DemoSite) -> Guide:
    """Return the guide whom the site's guide account belongs to, made when there is none."""
    user = User.objects.get(email=staff_email(site, "guide"))
    guide, _created = Guide.objects.get_or_create(user=user, defaults={"name": user.get_full_name()})
    return guide


def extend_departures(site: DemoSite, *, today: dt.date) -> int:
    """Make the departures of the next `DAYS_AHEAD` days that come after those there are; return how many were made.

    `today` is the organization's own day; the site's guide leads the first tour. What staff changed or cancelled before stays as it is.
    """
    variants = {
        (variant.tour.slug, variant.name): variant for variant in TourVariant.objects.select_related("tour").all()
    }
    last_days = {
        (variant, language): last
        for variant, language, last in Schedule.objects.values_list("variant", "language").annotate(Max("date"))
    }
    made = 0
    guide = ensure_guide(site)
    for number, tour in enumerate(site.tours):
        for kind in tour.variants:
            variant = variants.get((tour.slug, kind.name.en))
            if variant is None:
                continue
            for rule in kind.departures:
                last = last_days.get((variant.pk, rule.language))
                first = max(today, last + dt.timedelta(days=1)) if last else today
                span = (today + dt.timedelta(days=DAYS_AHEAD) - first).days
                days = [first + dt.timedelta(days=offset) for offset in range(span + 1)]
                days = [day for day in days if not rule.weekdays or day.weekday() in rule.weekdays]
                new = create_schedules(
                    variant,
                    dates=days,
                    start_times=rule.start_times,
                    language=rule.language,
                    # The guide who can sign in leads the first tour; the others wait for somebody.
                    guides=[guide] if number == 0 else [],
                )
                made += len(new.created)
    return made
