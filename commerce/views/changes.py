from datetime import date
from itertools import groupby
from uuid import UUID

from django.http import Http404, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from commerce import operations, queries
from commerce.forms import PeopleForm
from commerce.views.availability import language_name, zone_name
from commerce.views.checkout import order_or_404, private_with_forms
from tenancy.fields import translated
from tenancy.throttle import throttled
from tours import queries as tours_queries

# Departures offered at once; a later day shows further ones.
OFFERED = 40


def departures_by_day(departures, *, own):
    """Departures to choose from, the booked one with them, by day: (day, [(departure, what it is called)])."""
    known = {departure.pk: departure for departure in [*departures, own]}
    in_order = sorted(known.values(), key=lambda departure: (departure.starts_at, departure.pk))
    return [
        (
            day,
            [
                (departure, translated(departure.variant, "name"), language_name(departure.language))
                for departure in group
            ],
        )
        for day, group in groupby(in_order, key=lambda departure: departure.date)
    ]


def day_of(text, *, earliest):
    """The local day that was asked for, not before `earliest`."""
    try:
        return max(date.fromisoformat(text), earliest)
    except ValueError:
        return earliest


def chosen_people(data, rows):
    """The form with what was sent; with what is booked when nothing was, or for kinds of places of another departure."""
    return PeopleForm(data if PeopleForm.fits(data, rows) else None, rows=rows)


def hidden_inputs(form, to):
    """What has been chosen, as names and values for hidden inputs."""
    return [("to", str(to.public_id)), *((field.html_name, field.value() or 0) for _row, field in form.inputs)]


def query_of(pairs):
    query = QueryDict(mutable=True)
    query.update(dict(pairs))
    return query.urlencode()


def is_uuid(text):
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _departure_or_own(public_id, booking, now):
    if not public_id or public_id == str(booking.schedule.public_id):
        return booking.schedule
    found = tours_queries.bookable_schedules([public_id], now=now).get(public_id) if is_uuid(public_id) else None
    if found is None or found.tour_id != booking.schedule.tour_id:
        raise Http404
    return found


@private_with_forms
@require_http_methods(["GET", "HEAD", "POST"])
@throttled("order")
def change(request, secret, booking_public_id):
    now = timezone.now()
    order = order_or_404(secret)
    booking = queries.booking_of(order, public_id=booking_public_id)
    if booking is None:
        raise Http404
    row = queries.payment_settings()
    problem = queries.guest_change_problem(order, booking, row, now=now)
    context = {
        "order": order,
        "booking": booking,
        "schedule": booking.schedule,
        "name": f"{translated(booking.schedule.tour, 'name')} · {translated(booking.schedule.variant, 'name')}",
        "zone": zone_name(booking.schedule.local_start),
        "problem": problem,
        "organization": request.organization,
    }
    if problem:
        return render(request, "commerce/change.html", context, status=409 if request.method == "POST" else 200)
    data = request.POST if request.method == "POST" else request.GET
    to = _departure_or_own(data.get("to", ""), booking, now)
    rows = queries.change_rows(booking, to=to)
    form = chosen_people(data, rows)
    today = now.astimezone(booking.schedule.zone).date()
    from_ = day_of(data.get("from", ""), earliest=today)
    preview, notice, status = None, "", 200
    if form.is_bound and form.is_valid():
        preview, notice = _previewed(order, booking, to, form, row, now=now)
        if request.method == "POST" and not notice:
            try:
                operations.change_booking(
                    order,
                    booking,
                    to=to,
                    quantities=form.quantities,
                    expected_difference_minor=_whole(request.POST.get("expected", "")),
                    expected_policy=request.POST.get("policy", ""),
                    by_guest=True,
                    now=now,
                )
            except operations.ChangeRefused as refused:
                preview, notice = refused.preview, refused.message
            else:
                return redirect(reverse("commerce:order", args=[secret]) + "?changed=1")
        status = 409 if request.method == "POST" else 200
    offered = tours_queries.schedules_to_choose(booking.schedule.tour, from_=from_, now=now, limit=OFFERED)
    chosen = hidden_inputs(form, to)
    return render(
        request,
        "commerce/change.html",
        {
            **context,
            "form": form,
            "to": to,
            "days": departures_by_day([*offered, to], own=booking.schedule),
            "last_day": offered[-1].date if len(offered) == OFFERED else None,
            "from": from_ if from_ > today else None,
            "has_other_prices": not form.is_bound and to.pk != booking.schedule_id,
            "preview": preview,
            "to_language": language_name(to.language) if to.language != booking.schedule.language else "",
            "notice": notice,
            "chosen": chosen,
            "again_url": f"?{query_of(chosen)}&again=1",
            "is_again": "again" in request.GET,
            "pays_by_card": preview is not None and preview.difference_minor > 0 and row.card_enabled,
        },
        status=status,
    )


def _whole(text):
    try:
        return int(text)
    except ValueError:
        return None


def _previewed(order, booking, to, form, row, *, now):
    try:
        preview = queries.preview_change(
            order,
            booking,
            to=to,
            quantities=form.quantities,
            by_guest=True,
            organization=row.organization,
            now=now,
        )
    except queries.NotForSale as error:
        return None, str(error)
    problem = operations.change_problem(order, preview, row, by_guest=True)
    return (None, problem.message) if problem else (preview, "")
