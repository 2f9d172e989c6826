from dataclasses import dataclass, field
from itertools import combinations

from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from commerce import queries
from commerce.cart import LONGEST_CODE, MAX_CODES, Cart, CartItem, code_as_shown, item_as_shown
from commerce.enums import OrderStatus
from commerce.forms import QuantitiesForm
from commerce.rules import CodeProblem
from commerce.views.availability import zone_city
from tenancy.fields import translated
from tenancy.throttle import throttled
from tours import queries as tours_queries
from tours.enums import ScheduleStatus

# Names the code in an address for which there was no room beside those that count.
TOO_MANY = "one-more"


@dataclass(eq=False)
class Line:
    """A departure in the cart as the guest sees it; `problem` says why it cannot be ordered as it is."""

    item: CartItem
    schedule: object
    prices: list = field(default_factory=list)
    problem: str = ""
    # What it costs without promo codes, as it was when it was chosen.
    plain_minor: int = 0
    form: QuantitiesForm | None = None

    @property
    def total_minor(self):
        return sum(price.total_minor for price in self.prices)

    @property
    def has_new_price(self):
        seen = self.item.shown_total_minor
        return not self.problem and seen is not None and self.plain_minor != seen

    @property
    def is_priced(self):
        return not self.problem

    @property
    def seen(self):
        """What the guest is shown of the line, in a form that comes back with the order."""
        return item_as_shown(self.item, self.total_minor, self.plain_minor)

    @property
    def tour_name(self):
        return translated(self.schedule.tour, "name")

    @property
    def variant_name(self):
        return translated(self.schedule.variant, "name")

    @property
    def zone(self):
        return zone_city(self.schedule.zone)

    @property
    def rows(self):
        return [(translated(tier, "name"), field) for tier, field in self.form.rows] if self.form else []

    @property
    def change_url(self):
        return reverse("commerce:change_line", args=[self.item.schedule_public_id])

    @property
    def other_dates_url(self):
        return reverse("commerce:availability", args=[self.schedule.tour.public_id])


@dataclass
class ShownCart:
    lines: list
    currency: str
    codes: tuple = ()
    refused_codes: tuple = ()

    @property
    def total_minor(self):
        return sum(line.total_minor for line in self.lines if not line.problem)

    @property
    def has_problems(self):
        return any(line.problem for line in self.lines)

    @property
    def has_new_prices(self):
        return any(line.has_new_price for line in self.lines)

    @property
    def overlaps(self):
        """Departures that take place at the same time, two by two: nobody can come on both."""
        pairs = combinations((line for line in self.lines if not line.problem), 2)
        return [
            (one, other)
            for one, other in pairs
            if one.schedule.starts_at < other.schedule.ends_at and other.schedule.starts_at < one.schedule.ends_at
        ]

    @property
    def code_to_correct(self):
        """A code that nobody knows, to be typed again without typing all of it."""
        return next((code.text for code in self.refused_codes if code.problem == CodeProblem.UNKNOWN), "")

    @property
    def seen(self):
        return " ".join([*(line.seen for line in self.lines), *(code_as_shown(code.text) for code in self.codes)])

    @property
    def departures(self):
        """What each departure costs that can be ordered."""
        return [(line.schedule, line.total_minor) for line in self.lines if not line.problem]


def shown_cart(request, *, now):
    """What is in the cart, priced as of now. Departures that no longer exist are taken out of it."""
    basket = Cart(request.session)
    items = basket.items
    known = tours_queries.schedules_by_public_id(item.schedule_public_id for item in items) if items else {}
    if len(known) != len(items):
        basket.keep_only(schedule.public_id for schedule in known.values())
    bookable = tours_queries.bookable_schedules(known, now=now) if known else {}
    prices = (
        queries.price_list(known.values(), organization=request.organization, now=now, codes=basket.codes)
        if known
        else None
    )
    lines = [
        _line(item, known[str(item.schedule_public_id)], bookable, prices)
        for item in items
        if str(item.schedule_public_id) in known
    ]
    # Priced together: rules may look at all that is bought.
    asked = [queries.QuoteRequest(line.schedule, line.item.quantities) for line in lines if line.is_priced]
    if asked:
        offered, plain = prices.quote(asked), prices.without_codes().quote(asked)
        for line in lines:
            _put_prices(line, offered)
            line.plain_minor = sum(price.total_minor for price in plain.lines_on(line.schedule))
        # Told once; those that a change of the cart may make good are kept.
        basket.remove_codes(refused.text for refused in offered.refused_codes if refused.is_final)
        return ShownCart(lines, request.organization.currency, offered.codes, offered.refused_codes)
    return ShownCart(lines, request.organization.currency)


def _line(item, schedule, bookable, prices):
    line = Line(item, schedule)
    if str(schedule.public_id) not in bookable:
        is_full = schedule.status == ScheduleStatus.FULL
        line.problem = _("This departure is fully booked.") if is_full else _("This departure can no longer be booked.")
        return line
    line.form = quantities_form(schedule, prices.tiers[schedule.variant_id, schedule.date], item)
    try:
        prices.check(queries.QuoteRequest(schedule, item.quantities))
    except queries.NotForSale as error:
        line.problem = str(error)
    return line


def _put_prices(line, offered):
    line.prices = offered.lines_on(line.schedule)
    left = line.schedule.seats_left
    if line.prices and offered.seats_on(line.schedule) > left:
        line.problem = (
            ngettext(
                "Only %(count)d place is left on this departure.",
                "Only %(count)d places are left on this departure.",
                left,
            )
            % {"count": left}
            if left
            else _("This departure is fully booked.")
        )


def quantities_form(schedule, tiers, item, data=None):
    return QuantitiesForm(
        data, schedule=schedule, tiers=tiers, chosen=item.quantities, auto_id=f"id-{schedule.public_id.hex}-%s"
    )


@require_safe
@cache_control(private=True, no_store=True)
def cart(request):
    return show_cart(request, shown_cart(request, now=timezone.now()))


def show_cart(request, shown, *, status=200):
    context = {
        "cart": shown,
        "offer": _offer(request, shown),
        **_earlier_booking(Cart(request.session), shown),
        **code_problem(request),
    }
    return render(request, "commerce/cart.html", context, status=status)


def code_problem(request):
    """Why a code was not taken that had just been typed, and what was typed."""
    typed = request.GET.get(TOO_MANY, "")[:LONGEST_CODE] if request.method != "POST" else ""
    if not typed or len(Cart(request.session).codes) < MAX_CODES:
        return {}
    problem = _("At most %(count)d codes can be used for one order.") % {"count": MAX_CODES}
    return {"code_problem": problem, "code_typed": typed}


def order_before(basket):
    """The order whose time ran out and which came back as this cart, or None."""
    order = queries.order_by_secret(basket.before) if basket.before else None
    return order if order is not None and order.status == OrderStatus.EXPIRED else None


def which_came_back(shown, order):
    """Whether each departure of the cart is one of an order that came back as it: all, none or both."""
    ours = {line.booking.schedule_id for line in order.lines.all()}
    return {line.schedule.pk in ours for line in shown.lines}


def _earlier_booking(basket, shown):
    """What the cart says of an order that came back as it."""
    order = order_before(basket)
    if order is None:
        return {}
    return {"stands_beside": which_came_back(shown, order) == {True, False}, "left_out": basket.left_out}


def ways_to_pay(request, shown, row):
    """The ways of paying a cart, each with what it asks for now and what later."""
    now = timezone.now()
    today = now.astimezone(request.organization.zone).date()
    reserve_words = _reserve_words(shown, today=today, now=now)
    offers = queries.payment_methods(
        row, total_minor=shown.total_minor, currency=shown.currency, reserve_words=reserve_words
    )
    return queries.with_plans(
        offers, shown.departures, currency=shown.currency, today=today, takes_later=bool(reserve_words)
    )


def _reserve_words(shown, *, today, now):
    """What a guest is told whose card would only be reserved, else nothing."""
    if not queries.takes_later(shown.departures, currency=shown.currency, today=today, now=now):
        return ""
    return queries.reserve_words(shown.departures[0][0].fewest_participants)


def _offer(request, shown):
    """The way of paying that the checkout begins with, with what is paid now and what later."""
    if not shown.departures:
        return None
    offers = ways_to_pay(request, shown, queries.payment_settings())
    return next((offer for offer in offers if not offer.problem), None)


@require_POST
@cache_control(private=True, no_store=True)
@throttled("quote")
def change_line(request, schedule_public_id):
    """Other people on a departure of the cart."""
    basket = Cart(request.session)
    item = basket.get(schedule_public_id)
    if item is None:
        return redirect("commerce:cart")
    now = timezone.now()
    shown = shown_cart(request, now=now)
    line = next((line for line in shown.lines if line.item.schedule_public_id == schedule_public_id), None)
    if line is None or line.form is None:
        return redirect("commerce:cart")
    form = quantities_form(line.schedule, line.form.tiers, item, request.POST)
    if form.is_valid():
        asked = queries.QuoteRequest(line.schedule, form.quantities)
        offered = queries.quote([asked], organization=request.organization, now=now)
        basket.put(CartItem(schedule_public_id, form.quantities, offered.total_minor))
        return redirect("commerce:cart")
    line.form = form
    # What htmx fetched is only put into the page when it is no error.
    return show_cart(request, shown, status=200 if "HX-Request" in request.headers else 422)


@require_safe
@cache_control(private=True, no_store=True)
def cart_badge(request):
    return render(request, "commerce/_cart_badge.html", {"people": Cart(request.session).people})


@require_POST
def remove_line(request, schedule_public_id):
    Cart(request.session).remove(schedule_public_id)
    return redirect("commerce:cart")
