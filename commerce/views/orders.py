import logging
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from commerce import documents, operations, queries
from commerce.enums import OrderStatus, PaymentStatus, RefundStatus
from commerce.forms import LostLinkForm
from commerce.gateways.stripe import GatewayError
from commerce.rules import method_of
from commerce.views.availability import zone_name
from commerce.views.checkout import hold_is_over, order_or_404, private
from places.rules import directions_url
from tenancy.fields import translated
from tenancy.jobs import enqueue
from tenancy.throttle import allow, throttled
from tours import queries as tours_queries
from tours.enums import SEAT_TAKING

logger = logging.getLogger(__name__)
# For so long a payment that is under way is said to be checked.
CHECKED_WITHIN = timedelta(minutes=2)


@dataclass
class Visit:
    """One departure of an order, with what was bought on it and where it begins."""

    schedule: object
    lines: list
    # Where the guest changes the booking, or why that cannot be done here.
    change_url: str = ""
    cancel_url: str = ""
    # The meeting point and the way from there, for the map; only once for the same tour.
    points: list = field(default_factory=list)

    @property
    def zone(self):
        return zone_name(self.schedule.local_start)

    @property
    def name(self):
        return self.lines[0].name

    @property
    def policy(self):
        """What was agreed about cancelling, in the order's language."""
        return self.lines[0].cancellation_policy.get("words", "") if self.stands else ""

    @property
    def people(self):
        """How many of each kind of place, whatever each of them cost."""
        people = Counter()
        for line in self.lines:
            people[line.tier_name] += line.quantity
        return dict(people)

    @property
    def is_cancelled(self):
        return self.schedule.status == "cancelled"

    @property
    def stands(self):
        return any(line.booking.status in SEAT_TAKING for line in self.lines)

    @property
    def place(self):
        return self.schedule.tour.meeting_point

    @property
    def place_name(self):
        return translated(self.place, "name")

    @property
    def directions(self):
        return translated(self.place, "directions")

    @property
    def map_url(self):
        """The way to the meeting point, in whatever the guest's device opens it with."""
        return directions_url(self.place)


def _visits(order):
    visits = {}
    for line in order.lines.all():
        schedule = line.booking.schedule
        # Two bookings may be on one departure, after a change; each is changed by itself.
        visits.setdefault(line.booking_id, Visit(schedule, [])).lines.append(line)
    in_order = sorted(visits.values(), key=lambda visit: visit.schedule.starts_at)
    drawn = set()
    for visit in in_order:
        tour = visit.schedule.tour
        if tour.pk not in drawn and visit.place and visit.place.has_coordinates:
            drawn.add(tour.pk)
            visit.points = _points(tour)
    return in_order


def _points(tour):
    places = [(tour.meeting_point, _("Meeting point") + ": " + translated(tour.meeting_point, "name"), "")]
    places += [
        (stop.place, translated(stop, "title"), number)
        for number, stop in enumerate(tours_queries.stops_of(tour), start=1)
        if stop.place.has_coordinates
    ]
    return [
        {"latitude": place.latitude, "longitude": place.longitude, "name": name, "number": number}
        for place, name, number in places
    ]


def state_of(order, payment, *, now, is_checking):
    """One word for what an order's page says first."""
    if order.status != OrderStatus.PENDING:
        return order.status
    if not method_of(order.method).by_provider:
        return "owed"
    if payment.status == PaymentStatus.PROCESSING:
        # Cards take seconds, debits days.
        return "on_its_way" if now - payment.updated_at >= CHECKED_WITHIN else "checking"
    if is_checking:
        return "checking"
    return "expired" if hold_is_over(order, now) else "unpaid"


def _context(request, order, *, is_checking):
    payment = queries.card_payment_of(order)
    refunds = [
        refund
        for paid in order.payments.all()
        for refund in paid.refunds.all()
        if refund.status != RefundStatus.CANCELLED
    ]
    owed = queries.owed_minor(order)
    return {
        "order": order,
        "state": state_of(order, payment, now=timezone.now(), is_checking=is_checking),
        "owed_minor": owed,
        "due_now_minor": queries.due_now_minor(order),
        "later": queries.later_payments(order),
        "owed_on_site": method_of(queries.owed_method(order)).on_site,
        "adjustments": queries.adjustments_of(order) if order.adjustment_minor else [],
        "paid_minor": queries.paid_minor(order),
        "card_words": queries.card_words(order),
        "refunds": refunds,
        "bank_details": queries.payment_settings().bank_details
        if owed and method_of(queries.owed_method(order)).has_bank_details
        else "",
        "can_pay_due": queries.can_pay_due_by_card(order),
        "due_is_on_its_way": _is_on_its_way(queries.begun_card_payment_of(order)),
        "organization": request.organization,
    }


def _is_on_its_way(payment):
    return payment is not None and payment.status == PaymentStatus.PROCESSING


def _offer_changes(order, visits, row, *, now):
    for visit in visits:
        booking = visit.lines[0].booking
        if not queries.guest_change_problem(order, booking, row, now=now):
            visit.change_url = reverse("commerce:change", args=[order.secret, booking.public_id])


def _offer_cancelling(order, visits, choices, *, now):
    deciding = {choice.booking_id for choice in choices}
    for visit in visits:
        standing = queries.StandingBooking(
            visit.lines[0].booking, tuple(visit.lines), (), has_choice=visit.lines[0].booking_id in deciding
        )
        if queries.may_be_changed(order, standing.booking) and not queries.guest_cancel_problem(standing, now=now):
            url = reverse("commerce:cancel", args=[order.secret])
            visit.cancel_url = f"{url}?booking={standing.booking.public_id}"


@private
@require_safe
@throttled("order")
def order(request, secret):
    found = order_or_404(secret)
    context = _context(request, found, is_checking="checking" in request.GET)
    context["visits"] = _visits(found)
    context["choices"] = queries.open_choices(found, now=timezone.now())
    if context["choices"] and not any(visit.stands for visit in context["visits"]):
        context["state"] = "choose"
    _offer_changes(found, context["visits"], queries.payment_settings(), now=timezone.now())
    _offer_cancelling(found, context["visits"], context["choices"], now=timezone.now())
    context["was_cancelled"] = "cancelled" in request.GET
    context["was_changed"] = "changed" in request.GET
    context["has_map"] = any(visit.points for visit in context["visits"])
    is_on = found.status in (OrderStatus.CONFIRMED, OrderStatus.PAID, OrderStatus.COMPLETED)
    context["has_calendar"] = is_on
    context["has_receipt"] = any(payment.captured_minor for payment in found.payments.all())
    context["asks_who_comes"] = bool(queries.bookings_to_describe(found, now=timezone.now()))
    context["is_over"] = context["state"] in ("expired", "cancelled", "refunded")
    return render(request, "commerce/order.html", context)


@private
@require_safe
@throttled("order")
def order_state(request, secret):
    """What the waiting page asks for until the payment's fate is known; then it is sent to the order page as it stands."""
    found = order_or_404(secret)
    payment = queries.card_payment_of(found)
    is_checking = found.status == OrderStatus.PENDING and payment is not None
    if is_checking and allow("ask-stripe", secret):
        try:
            payment = operations.refresh_payment(payment, now=timezone.now())
        except GatewayError:
            logger.warning("Stripe could not be asked about order %s.", found.number, exc_info=True)
        else:
            found = order_or_404(secret)
            is_checking = found.status == OrderStatus.PENDING and payment.status == PaymentStatus.PROCESSING
    if is_checking:
        return render(request, "commerce/_order_state.html", _context(request, found, is_checking=True))
    return HttpResponse(headers={"HX-Redirect": reverse("commerce:order", args=[secret])})


@private
@require_safe
@throttled("order")
def order_ics(request, secret):
    found = order_or_404(secret)
    return HttpResponse(
        documents.calendar_file(found),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{found.number}.ics"'},
    )


@private
@require_safe
@throttled("order")
def order_receipt(request, secret):
    found = order_or_404(secret)
    return HttpResponse(
        documents.receipt_pdf(found),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{found.number}.pdf"'},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_store=True)
@throttled("lost-link", methods=("POST",))
def lost_link(request):
    form = LostLinkForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "commerce/lost_link.html", {"form": form}, status=422 if form.is_bound else 200)
    email = form.cleaned_data["email"]
    # Who asks too often for one address gets the same answer and no e-mail.
    if allow("lost-link-email", email):
        enqueue("commerce.send_order_links", email=email)
    return render(request, "commerce/lost_link.html", {"email": email})
