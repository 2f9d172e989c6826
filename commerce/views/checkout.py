import logging
from functools import partial, wraps
from uuid import UUID

from django.conf import settings
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commerce import operations, queries
from commerce.cart import Cart, codes_from_shown, items_from_shown
from commerce.enums import OrderSource, OrderStatus, PaymentMethod, PaymentStatus
from commerce.forms import CheckoutForm, home_region, party_forms
from commerce.gateways.stripe import GatewayError
from commerce.rules import method_of
from commerce.views.cart import code_problem, order_before, shown_cart, ways_to_pay, which_came_back
from tenancy.throttle import client_address, throttled
from tours.queries import people_of_bookings

logger = logging.getLogger(__name__)


def _token(text):
    try:
        return UUID(text)
    except ValueError:
        return None


def next_step(order):
    """Where a guest goes on with an order that has just been placed."""
    is_unpaid_card = order.status == OrderStatus.PENDING and method_of(order.method).by_provider
    return redirect("commerce:pay" if is_unpaid_card else "commerce:order", order.secret)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_store=True)
@throttled("checkout", methods=("POST",))
def checkout(request):
    now = timezone.now()
    basket = Cart(request.session)
    token = _token(request.POST.get("token", ""))
    placed = queries.order_of_checkout(token) if token else None
    if placed is not None:
        basket.empty(token=token)
        return _go_on(request, placed)
    # A session that is over has taken the cart with it; the page that was sent still shows it.
    seen = request.POST.get("seen", "")
    basket.restore(items_from_shown(seen), codes=codes_from_shown(seen))
    shown = shown_cart(request, now=now)
    texts = queries.texts_to_accept(get_language(), tours=[line.schedule.tour for line in shown.lines])
    if not shown.lines:
        return redirect("commerce:cart")
    how_paid = queries.payment_settings()
    offers = ways_to_pay(request, shown, how_paid)
    before = order_before(basket) if request.method != "POST" else None
    left_out = basket.left_out if before else []
    form = CheckoutForm(
        request.POST if request.method == "POST" else None,
        organization=request.organization,
        methods=_usable(offers),
        has_terms=any(not text.is_notice for text in texts),
        initial={**_typed_before(before), "token": basket.token, "seen": _seen(shown, texts, offers)},
    )
    parties = _parties(request, shown, before)
    people = [one for _line, forms in parties for one in forms]
    notice = ""
    if before and (left_out or True in which_came_back(shown, before)):
        notice = _("Not everything could be booked again as it was. Please check your order, then send it.")
    status = 200
    if request.method == "POST":
        # Each is asked, so that everything that is wrong is told at once.
        valid = [one.is_valid() for one in (form, *people)]
        if not all(valid):
            status = 422
        elif (
            shown.has_problems or form.cleaned_data["token"] != basket.token or _has_changed(form, shown, texts, offers)
        ):
            notice, status = _changed_words(form, shown, texts, offers), 409
        else:
            try:
                order = _place(request, form, shown, parties, texts, offers, now=now)
            except operations.OrderRefused as refusal:
                notice, status = refusal.message, 409
                if refusal.promo_code:
                    basket.remove_codes([refusal.promo_code])
                    notice = f"{notice} {_('Below is the price without it.')}"
                shown = shown_cart(request, now=now)
                # Another price may be paid in other ways.
                offers = ways_to_pay(request, shown, how_paid)
            else:
                basket.empty(token=order.checkout_token)
                return _go_on(request, order)
        form.show_again(token=basket.token, seen=_seen(shown, texts, offers))
        if status == 409:
            form.offer_others(_usable(offers))
    return render(
        request,
        "commerce/checkout.html",
        {
            "cart": shown,
            "form": form,
            "parties": parties,
            "must_tell": any(field.field.required or field.errors for one in people for field in one.visible_fields()),
            "wrong": [one for one in (form, *people) if one.errors],
            "offers": offers,
            "offers_card": any(method_of(method).by_provider for method in _usable(offers)),
            "can_be_paid": bool(_usable(offers)),
            "terms": [text for text in texts if not text.is_notice],
            "notices": [text for text in texts if text.is_notice],
            "notice": notice,
            "left_out": left_out,
            **code_problem(request),
            "hold_minutes": queries.hold_minutes(how_paid),
        },
        status=status,
    )


def _go_on(request, order):
    """The next page: as a redirect, or as its address for the page's script, which would follow a redirect unseen."""
    step = next_step(order)
    return JsonResponse({"next": step.url}) if request.headers.get("Accept") == "application/json" else step


def _usable(offers):
    return [offer.method for offer in offers if not offer.problem]


def _typed_before(order):
    """What a guest had typed for an order whose time ran out."""
    if order is None:
        return {}
    return {name: getattr(order, name) for name in ("first_name", "last_name", "email", "phone", "note", "method")}


def _parties(request, shown, before):
    """The departures whose tours ask who comes, each with a form for every person; who came on an order `before` stands in it."""
    data = request.POST if request.method == "POST" else None
    region = home_region(request.organization)
    known = _people_before(before)
    found = []
    for line in shown.lines:
        places = [(price.tier.pk, price.tier_name) for price in line.prices for _person in range(price.quantity)]
        forms = party_forms(
            places,
            line.schedule.tour,
            data,
            key=line.schedule.public_id.hex,
            region=region,
            known=known.get(line.schedule.pk, ()),
        )
        if forms:
            found.append((line, forms))
    return found


def _people_before(order):
    """Who was to come on an order whose time ran out, by departure, each with the price they had."""
    found = {}
    lines = order.lines.all() if order is not None else ()
    bookings = {line.booking_id: line.booking for line in lines}
    # People know their price by its name in the language of the order only, as the lines do; two prices may share it.
    tiers = {}
    for line in lines:
        tiers.setdefault((line.booking_id, line.tier_name), []).extend([line.tier_id] * line.quantity)
    for person in people_of_bookings(bookings.values()) if bookings else ():
        left = tiers.get((person.booking_id, person.tier_name))
        if left:
            found.setdefault(bookings[person.booking_id].schedule_id, []).append((left.pop(0), person))
    return found


PAY = "pay="


def _seen(shown, texts, offers):
    """What the guest is shown: departures, people and prices, what is paid when, and the words that apply to all that."""
    parts = [shown.seen, *(_plan_as_shown(offer) for offer in offers if not offer.problem), queries.fingerprint(texts)]
    return " ".join(filter(None, parts))


def _plan_as_shown(offer):
    plan = offer.plan
    how = "later" if plan.takes_later else "now"
    return f"{PAY}{offer.method}={plan.now_minor}={plan.rest_minor}={plan.rest_due_on or ''}={how}"


def _as_paid(seen, method):
    """What was shown apart from ways of paying that were not chosen."""
    return [part for part in seen.split() if not part.startswith(PAY) or part.startswith(f"{PAY}{method}=")]


def _has_changed(form, shown, texts, offers):
    method = form.cleaned_data["method"]
    return _as_paid(form.cleaned_data["seen"], method) != _as_paid(_seen(shown, texts, offers), method)


def _changed_words(form, shown, texts, offers):
    """What is said when the page that was sent showed something else: only what is paid now, or more."""
    now, seen = _seen(shown, texts, offers), form.cleaned_data["seen"]
    is_all = _as_paid(now, "") == _as_paid(seen, "")
    if is_all and not shown.has_problems and _has_changed(form, shown, texts, offers):
        return _("What you pay now has changed since you looked. Please check how you pay, and send your order again.")
    return _("Something has changed since you looked. Please check your order and send it again.")


def _place(request, form, shown, parties, texts, offers, *, now):
    given = form.cleaned_data
    return operations.place_order(
        [
            operations.CartLine(
                str(line.item.schedule_public_id),
                line.item.quantities,
                line.total_minor,
                [one.details for one in dict(parties).get(line, ())],
            )
            for line in shown.lines
        ],
        contact=operations.Contact(
            first_name=given["first_name"],
            last_name=given["last_name"],
            email=given["email"],
            phone=given["phone"].as_e164 if given["phone"] else "",
            note=given["note"],
            language=get_language(),
        ),
        method=PaymentMethod(given["method"]),
        source=OrderSource.WEB,
        codes=[code.text for code in shown.codes],
        shown=next(offer.plan for offer in offers if offer.method == given["method"]),
        now=now,
        checkout_token=given["token"],
        accepted=operations.Accepted(
            texts,
            newsletter=form.fields["newsletter"].label if given["newsletter"] else "",
            address=client_address(request),
            user_agent=request.headers.get("User-Agent", ""),
        ),
    )


def private(view, *, referrer="no-referrer"):
    """A page behind a secret address: kept by nobody, told to nobody, found by nobody."""

    @wraps(view)
    @cache_control(private=True, no_store=True)
    def answer(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response.headers["Referrer-Policy"] = referrer
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return answer


# With “no-referrer” a browser would not say where a form comes from, and the form would be refused.
private_with_forms = partial(private, referrer="same-origin")


def order_or_404(secret):
    order = queries.order_by_secret(secret)
    if order is None:
        raise Http404
    return order


def payable_by_card(order):
    """The card payment that the guest has begun: of the order itself, or of what is still owed; or None."""
    if order.status == OrderStatus.PENDING and method_of(order.method).by_provider:
        return queries.card_payment_of(order)
    return queries.begun_card_payment_of(order)


def _begin_due(order, *, now):
    try:
        return operations.begin_due_payment(order, now=now)
    except operations.PaymentRefused:
        return None


def hold_is_over(order, now):
    """Whether an unpaid order's time has run out, although its places may not be given back yet."""
    return order.status == OrderStatus.PENDING and order.hold_expires_at is not None and order.hold_expires_at <= now


@private_with_forms
@require_safe
@throttled("pay")
def pay(request, secret):
    now = timezone.now()
    order = order_or_404(secret)
    payment = payable_by_card(order) if order.status == OrderStatus.PENDING else _begin_due(order, now=now)
    return show_payment(request, order, payment, now=now)


def show_payment(request, order, payment, *, now):
    """The page on which a guest pays one payment by card; the order's page when there is none to pay."""
    if payment is None or hold_is_over(order, now) or payment.status == PaymentStatus.PROCESSING:
        return redirect("commerce:order", order.secret)
    is_beside = queries.came_instead(order, payment)
    offers = queries.payment_methods(queries.payment_settings(), total_minor=order.total_minor, currency=order.currency)
    context = {
        "order": order,
        "lines": order.lines.all(),
        "zone": request.organization.zone,
        "payment": payment,
        "is_beside": is_beside,
        "adjustments": queries.adjustments_of(order) if order.adjustment_minor else [],
        "later": [due for due in queries.later_payments(order) if not is_beside],
        "seconds_left": None if is_beside else int((order.hold_expires_at - now).total_seconds()),
        "may_extend": not is_beside and queries.may_extend_hold(order, now=now),
        "extra_minutes": queries.hold_minutes(queries.payment_settings()),
        "declined": payment.status == PaymentStatus.FAILED,
        "reserve_words": queries.reserve_words(_fewest(order)) if payment.takes_later else "",
        "other_methods": []
        if is_beside
        else [offer for offer in offers if not method_of(offer.method).by_provider and not offer.problem],
        "stripe_js_url": settings.STRIPE_JS_URL,
        "return_url": request.build_absolute_uri(reverse("commerce:returned", args=[order.secret])),
        "language": get_language(),
    }
    try:
        context["card"] = operations.start_card_payment(payment, now=now)
    except operations.PaymentRefused:
        return redirect("commerce:order", order.secret)
    except GatewayError:
        logger.exception("The card payment of order %s could not be started.", order.number)
        return _pay_page(request, context, status=503)
    if context["card"].status in ("succeeded", "processing", "requires_capture"):
        return redirect("commerce:returned", order.secret)
    return _pay_page(request, context)


@private_with_forms
@require_safe
@throttled("pay")
def pay_link(request, secret):
    """What a payment link opens, which staff have sent."""
    now = timezone.now()
    link = queries.payment_link_by_secret(secret)
    if link is None:
        raise Http404
    order = order_or_404(link.order.secret)
    if order.status == OrderStatus.PENDING and method_of(order.method).by_provider:
        return redirect("commerce:pay", order.secret)
    if link.is_paid:
        return render(request, "commerce/link_paid.html", {"order": order, "payment": link.payment})
    try:
        payment = operations.open_payment_link(link, now=now)
    except operations.PaymentRefused as refused:
        context = {"notice": str(refused), "order": order}
        return render(request, "commerce/link_ended.html", context, status=410)
    return show_payment(request, order, payment, now=now)


def _fewest(order):
    return max((line.booking.schedule.fewest_participants for line in order.lines.all()), default=1)


def _pay_page(request, context, *, status=200):
    """The one page where Stripe's frames may ask for a wallet, and open a window of a bank."""
    response = render(request, "commerce/pay.html", context, status=status)
    response.permissions = {"payment": ["self", *(f'"{origin}"' for origin in settings.STRIPE_SOURCES)]}
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups"
    return response


@private
@require_POST
@throttled("pay")
def change_method(request, secret):
    order = order_or_404(secret)
    method = request.POST.get("method", "")
    if method in PaymentMethod.values:
        try:
            operations.change_method(order, method=PaymentMethod(method), now=timezone.now())
        except operations.PaymentRefused:
            return redirect("commerce:order", secret)
        except GatewayError:
            logger.warning("The card payment of order %s could not be stopped.", order.number, exc_info=True)
            return redirect("commerce:pay", secret)
    return redirect("commerce:order", secret)


@private
@require_safe
@throttled("pay")
def returned(request, secret):
    """Where the bank sends guests back to. What the address says about the payment is not believed; Stripe is asked."""
    order = order_or_404(secret)
    payment = payable_by_card(order)
    if payment is None:
        return redirect("commerce:order", secret)
    try:
        payment = operations.refresh_payment(payment, now=timezone.now())
    except GatewayError:
        logger.warning("Stripe could not be asked about order %s; its webhook will tell.", order.number, exc_info=True)
        return redirect(reverse("commerce:order", args=[secret]) + "?checking=1")
    if payment.status in (PaymentStatus.PENDING, PaymentStatus.REQUIRES_ACTION, PaymentStatus.FAILED):
        return redirect("commerce:pay", secret)
    return redirect("commerce:order", secret)
