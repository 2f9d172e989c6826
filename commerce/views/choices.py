from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from commerce import operations, queries
from commerce.enums import ChangeKind, ChoiceStatus
from commerce.views.availability import zone_name
from commerce.views.checkout import order_or_404, private_with_forms
from tenancy.fields import translated
from tenancy.throttle import throttled


def _choose(choice, data, *, offers, now):
    action = data.get("choice", "")
    if action == "keep":
        return operations.keep_departure(choice, now=now)
    if action == "money":
        return operations.take_money_back(choice, now=now)
    schedule = next((schedule for schedule in offers if str(schedule.public_id) == action), None)
    if schedule is None:
        raise operations.ChoiceRefused(_("This departure has just been booked by others. Please choose another one."))
    return operations.take_alternative(choice, schedule=schedule, now=now)


@private_with_forms
@require_http_methods(["GET", "HEAD", "POST"])
@throttled("order")
def choice(request, secret, choice_public_id):
    now = timezone.now()
    order = order_or_404(secret)
    found = queries.choice_by_public_id(order, choice_public_id)
    if found is None:
        raise Http404
    problem, status = "", 200
    if request.method == "POST":
        # Also those that are full by now: who has just taken the last place and taps again is told the outcome.
        offers = [offer.schedule for offer in found.change.offers.select_related("schedule")]
        try:
            _choose(found, request.POST, offers=offers, now=now)
        except operations.ChoiceRefused as refused:
            problem, status = str(refused), 409
        else:
            return redirect("commerce:choice", secret, choice_public_id)
        found = queries.choice_by_public_id(order, choice_public_id)
    is_open = found.status == ChoiceStatus.WAITING and found.choose_until > now
    return render(
        request,
        "commerce/choice.html",
        {
            "order": order,
            "choice": found,
            "change": found.change,
            "schedule": found.change.schedule,
            "name": order.lines.filter(booking=found.booking_id)[0].name,
            "people": order.lines.filter(booking=found.booking_id),
            "is_moved": found.change.kind == ChangeKind.MOVED,
            "is_open": is_open,
            "offers": [(offer, translated(offer.variant, "name")) for offer in queries.offers_with_room(found, now=now)]
            if is_open
            else [],
            "is_paid": bool(queries.kept_minor(order)),
            "guest_text": translated(found.change, "guest_text"),
            "zone": zone_name(found.change.schedule.local_start),
            "problem": problem,
            "organization": request.organization,
        },
        status=status,
    )
