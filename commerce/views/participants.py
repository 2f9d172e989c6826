from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from commerce import queries
from commerce.forms import guest_participant_forms, home_region
from commerce.views.checkout import order_or_404, private_with_forms
from tenancy.throttle import throttled
from tours import operations as tours_operations
from tours import queries as tours_queries


@sensitive_post_parameters()
@private_with_forms
@require_http_methods(["GET", "HEAD", "POST"])
@throttled("order")
def participants(request, secret):
    """Who comes: names, needs, diets and emergency contacts of the people of an order, until the departure."""
    order = order_or_404(secret)
    bookings = queries.bookings_to_describe(order, now=timezone.now())
    if not bookings:
        raise Http404
    tours = {booking.pk: booking.schedule.tour for booking in bookings}
    people = [(person, tours[person.booking_id]) for person in tours_queries.people_of_bookings(bookings)]
    region = home_region(request.organization)
    forms = guest_participant_forms(people, request.POST if request.method == "POST" else None, region=region)
    status = 200
    if request.method == "POST":
        if all(form.is_valid() for form in forms):
            for booking in bookings:
                details = {form.person.pk: form.details for form in forms if form.person.booking_id == booking.pk}
                tours_operations.describe_participants(booking, details)
            return redirect("commerce:order", secret)
        status = 422
    context = {
        "order": order,
        "parties": [
            (booking, [form for form in forms if form.person.booking_id == booking.pk]) for booking in bookings
        ],
        "wrong": [form for form in forms if form.errors],
    }
    return render(request, "commerce/participants.html", context, status=status)
