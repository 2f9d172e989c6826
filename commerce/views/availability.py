from calendar import Calendar
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location, get_timezone_name
from django.conf.locale import LANG_INFO
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.formats import get_format
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from commerce import queries
from commerce.cart import MAX_LINES, Cart, CartFull, CartItem
from commerce.forms import QuantitiesForm
from tenancy.fields import translated
from tenancy.throttle import throttled
from tours import queries as tours_queries

# From how many free places on a guest is told how many are left.
FEW_LEFT = 5


@dataclass
class Day:
    date: date
    in_month: bool
    departures: int
    url: str
    is_selected: bool
    is_full: bool
    has_few_left: bool


@dataclass
class Departure:
    schedule: object
    variant: str
    language: str
    few_left: int | None
    price_from_minor: int
    has_several_prices: bool
    url: str


def render_panel(request, name, context):
    """The fragment alone when htmx puts it into a page, else a page around it."""
    is_fragment = request.htmx and not request.htmx.history_restore_request
    template = f"commerce/_{name}.html" if is_fragment else f"commerce/{name}.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def zone_name(moment):
    """A place and its time as people call it, such as “Berlin (Central European Summer Time)”, for an aware local datetime."""
    return f"{zone_city(moment.tzinfo)} ({get_timezone_name(moment, locale=to_locale(get_language()))})"


def zone_city(zone):
    """The place whose clock counts, such as “Berlin”, for a time zone."""
    return get_timezone_location(zone, locale=to_locale(get_language()), return_city=True)


def language_name(code):
    if not code:
        return ""
    info = LANG_INFO.get(code) or LANG_INFO.get(code.split("-")[0])
    return _(info["name"]) if info else code


def _month_of(text, first, last):
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        month = first
    return min(max(month, first.replace(day=1)), last.replace(day=1)).replace(day=1)


def _day_of(text, fallback):
    try:
        return date.fromisoformat(text)
    except ValueError:
        return fallback


def _departures(schedules, prices):
    variants = tours_queries.variants_by_id(schedule.variant_id for schedule in schedules) if schedules else {}
    shown = []
    for schedule in schedules:
        full_prices = prices.prices_alone(schedule)
        if not full_prices:
            continue
        shown.append(
            Departure(
                schedule=schedule,
                variant=translated(variants[schedule.variant_id], "name"),
                language=language_name(schedule.language),
                few_left=schedule.seats_left if schedule.seats_left <= FEW_LEFT else None,
                price_from_minor=min(full_prices),
                has_several_prices=len(set(full_prices)) > 1,
                url=reverse("commerce:quote", args=[schedule.public_id]),
            )
        )
    return shown


@require_safe
@cache_control(private=True, no_cache=True)
@throttled("availability")
def availability(request, tour_public_id):
    now = timezone.now()
    offer = tours_queries.bookable_tour(tour_public_id, now=now)
    if offer is None:
        raise Http404
    tour, first, last = offer
    month = _month_of(request.GET.get("month", request.GET.get("date", "")[:7]), first, last)
    next_month = (month + timedelta(days=31)).replace(day=1)
    schedules = tours_queries.available_schedules(tour, from_=month, to=next_month - timedelta(days=1), now=now)
    counts = Counter(schedule.date for schedule in schedules)
    left = Counter()
    for schedule in schedules:
        left[schedule.date] += schedule.seats_left
    full = tours_queries.full_days(tour, from_=month, to=next_month - timedelta(days=1), now=now) - counts.keys()
    selected = _day_of(request.GET.get("date", ""), None)
    if selected not in counts:
        selected = min(counts, default=None)
    chosen = [schedule for schedule in schedules if schedule.date == selected]
    prices = queries.price_list(chosen, organization=request.organization, now=now) if chosen else None
    url = reverse("commerce:availability", args=[tour.public_id])
    weeks = [
        [
            Day(
                day,
                day.month == month.month,
                counts[day],
                f"{url}?date={day:%Y-%m-%d}",
                is_selected=day == selected,
                is_full=day in full,
                has_few_left=day in counts and left[day] <= FEW_LEFT,
            )
            for day in week
        ]
        for week in Calendar((get_format("FIRST_DAY_OF_WEEK") - 1) % 7).monthdatescalendar(month.year, month.month)
    ]
    previous_month = (month - timedelta(days=1)).replace(day=1)
    return render_panel(
        request,
        "availability",
        {
            "tour": tour,
            "tour_name": translated(tour, "name"),
            "month": month,
            "weeks": weeks,
            "has_full": bool(full),
            "has_few": any(places <= FEW_LEFT for places in left.values()),
            "weekdays": [day.date for day in weeks[0]],
            "previous_url": f"{url}?month={previous_month:%Y-%m}" if previous_month >= first.replace(day=1) else "",
            "next_url": f"{url}?month={next_month:%Y-%m}" if next_month <= last else "",
            "selected": selected,
            "departures": _departures(chosen, prices),
            "contact": request.organization if tour.on_request else None,
            "currency": request.organization.currency,
            "zone": zone_city(ZoneInfo(chosen[0].time_zone)) if chosen else "",
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_cache=True)
@throttled("quote")
def quote(request, schedule_public_id):
    now = timezone.now()
    schedule = tours_queries.bookable_schedule(schedule_public_id, now=now)
    if schedule is None:
        return _gone(request, schedule_public_id)
    prices = queries.price_list([schedule], organization=request.organization, now=now)
    tiers = prices.tiers[schedule.variant_id, schedule.date]
    item = Cart(request.session).get(schedule.public_id)
    form = QuantitiesForm(_typed(request), schedule=schedule, tiers=tiers, chosen=item.quantities if item else None)
    quantities = _quantities(form)
    offered = prices.quote([queries.QuoteRequest(schedule, quantities)]) if quantities else None
    if request.method == "POST" and "show" not in request.POST and form.is_valid():
        try:
            Cart(request.session).put(CartItem(schedule.public_id, form.quantities, offered.total_minor))
        except CartFull:
            form.add_error(
                None, _("Your cart holds %(count)d departures already. Please book those first.") % {"count": MAX_LINES}
            )
        else:
            return redirect("commerce:cart")
    return render_panel(
        request,
        "quote",
        {
            "form": form,
            "schedule": schedule,
            "tour_name": translated(schedule.tour, "name"),
            "variant_name": translated(schedule.variant, "name"),
            "language": language_name(schedule.language),
            "few_left": schedule.seats_left if schedule.seats_left <= FEW_LEFT else None,
            "needed": _needed(schedule),
            "zone": zone_name(schedule.local_start),
            "rows": [(tier, translated(tier, "name"), field) for tier, field in form.rows],
            "currency": request.organization.currency,
            "quote": offered,
            "in_cart": item is not None,
            "back_url": reverse("commerce:availability", args=[schedule.tour.public_id]) + f"?date={schedule.date}",
        },
    )


def _needed(schedule):
    """How many must come for it to take place, as long as fewer have booked."""
    fewest = schedule.fewest_participants
    return fewest if schedule.booked_count < fewest and fewest > 1 else None


def _typed(request):
    if request.method == "POST":
        return request.POST
    return request.GET if QuantitiesForm.is_in(request.GET) else None


def _quantities(form):
    """What is to be priced: what was typed, or what the form starts with."""
    if form.is_bound:
        return form.quantities if form.is_valid() else {}
    return {tier.pk: field.initial for tier, field in form.rows if field.initial}


def _gone(request, schedule_public_id):
    schedule = tours_queries.schedules_by_public_id([schedule_public_id]).get(str(schedule_public_id))
    if schedule is None:
        raise Http404
    return render_panel(
        request,
        "gone",
        {
            "schedule": schedule,
            "tour_name": translated(schedule.tour, "name"),
            "back_url": reverse("commerce:availability", args=[schedule.tour.public_id]),
        },
    )
