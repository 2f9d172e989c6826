from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from commerce import operations, queries
from commerce.forms import PeopleWhoCancelForm
from commerce.views.checkout import order_or_404, private_with_forms
from tenancy.throttle import throttled


@private_with_forms
@require_http_methods(["GET", "HEAD", "POST"])
@throttled("order")
def cancel(request, secret):
    now = timezone.now()
    order = order_or_404(secret)
    data = request.POST if request.method == "POST" else request.GET
    standing = queries.standing_bookings(order)
    problems = {each.booking.pk: queries.guest_cancel_problem(each, now=now) for each in standing}
    offered = [each for each in standing if not problems[each.booking.pk]]
    is_sent = request.method == "POST" or "people" in data or "look" in data
    form = PeopleWhoCancelForm(data if is_sent else None, bookings=offered)
    preview, notice, status = None, "", 200
    if form.is_bound and form.is_valid():
        people = form.cleaned_data["people"]
        try:
            preview = queries.preview_cancellation(
                order, people, by_guest=True, organization=request.organization, now=now
            )
            if request.method == "POST":
                operations.cancel_places(
                    order, people, expected=request.POST.get("expected", ""), by_guest=True, now=now
                )
                return redirect(reverse("commerce:order", args=[secret]) + "?cancelled=1")
        except queries.NotCancellable as problem:
            notice = str(problem)
        except operations.CancellationRefused as refused:
            preview, notice = refused.preview, refused.message
    elif form.is_bound:
        notice = form.errors["people"][0]
    if request.method == "POST":
        status = 409
    return render(
        request,
        "commerce/cancel.html",
        {
            "order": order,
            "offered": form.offered(chosen=data.get("booking", "")),
            "others": [(each, problems[each.booking.pk]) for each in standing if problems[each.booking.pk]],
            "preview": None if "again" in data else preview,
            "chosen": form.cleaned_data["people"] if preview else [],
            "notice": notice,
            "organization": request.organization,
        },
        status=status,
    )
