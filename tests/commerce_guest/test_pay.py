import datetime as dt

import pytest
from django.test import Client

from commerce.enums import OrderStatus, PaymentMethod, PaymentStatus
from commerce.models import Order, Payment
from commerce.operations import PaymentRefused, change_method
from tenancy.scope import organization_scope
from tests.commerce_guest.conftest import NOW, add_to_cart, checkout_data, orders, set_payment
from tours.enums import BookingStatus
from tours.models import Booking

pytestmark = pytest.mark.django_db
# Jobs start, and other connections see anything, only after a commit.
committing = pytest.mark.django_db(transaction=True)


@pytest.fixture
def card(stripe_emulator, harbour, offer):
    """The emulator, with keys of it in Harbour's settings."""
    with organization_scope(harbour.pk):
        set_payment(card_enabled=True, stripe_secret_key="sk_test_harbour", stripe_publishable_key="pk_test_harbour")
    return stripe_emulator


def place(guest: Client, offer) -> str:
    """Order by card; return the path of the pay page."""
    add_to_cart(guest, offer)
    return guest.post("/checkout/", checkout_data(guest, method="card")).headers["Location"]


def order_of(harbour) -> Order:
    return orders(harbour)[0]


def payment_of(harbour) -> Payment:
    with organization_scope(harbour.pk):
        return Payment.objects.get()


def order_path(harbour) -> str:
    return f"/order/{order_of(harbour).secret}/"


def test_checkout_by_card_leads_to_the_pay_page(guest, offer, harbour, card):
    path = place(guest, offer)
    order = order_of(harbour)
    assert path == f"/pay/{order.secret}/"
    assert order.hold_expires_at == NOW + dt.timedelta(minutes=15)


def test_pay_page_gives_the_browser_what_it_needs(guest, offer, harbour, card, settings):
    path = place(guest, offer)
    page = guest.get(path)
    context = page.context
    reference = payment_of(harbour).provider_reference
    assert context["card"].client_secret.startswith(f"{reference}_secret_")
    assert (context["card"].publishable_key, context["seconds_left"]) == ("pk_test_harbour", 900)
    assert context["return_url"] == f"http://harbour.localhost{path}returned/"
    assert f'<script src="{settings.STRIPE_JS_URL}" defer></script>' in page.content.decode()
    assert [offer.method for offer in context["other_methods"]] == [
        PaymentMethod.BANK_TRANSFER,
        PaymentMethod.ON_ARRIVAL,
    ]


def test_pay_page_lets_stripe_open_a_wallet_and_a_window(guest, offer, card, settings):
    headers = guest.get(place(guest, offer)).headers
    origins = " ".join(f'"{origin}"' for origin in settings.STRIPE_SOURCES)
    assert headers["Permissions-Policy"] == (
        "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), "
        f"payment=(self {origins}), serial=(), usb=()"
    )
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin-allow-popups"


def test_pay_page_is_told_to_nobody_else_but_lets_its_forms_say_where_they_come_from(guest, offer, card):
    headers = guest.get(place(guest, offer)).headers
    assert (headers["Referrer-Policy"], headers["Cache-Control"], headers["X-Robots-Tag"]) == (
        "same-origin",
        "private, no-store",
        "noindex, nofollow",
    )


def test_pay_page_opened_again_goes_on_with_the_same_payment(guest, offer, card):
    path = place(guest, offer)
    assert guest.get(path).context["card"] == guest.get(path).context["card"]


def test_return_after_paying_confirms_what_stripe_says(guest, offer, harbour, card):
    path = place(guest, offer)
    guest.get(path)
    card.pay(payment_of(harbour).provider_reference)
    response = guest.get(f"{path}returned/")
    assert response.headers["Location"] == order_path(harbour)
    assert guest.get(order_path(harbour)).context["state"] == "paid"


def test_return_is_not_believed(guest, offer, harbour, card):
    path = place(guest, offer)
    guest.get(path)
    reference = payment_of(harbour).provider_reference
    response = guest.get(f"{path}returned/", {"payment_intent": reference, "redirect_status": "succeeded"})
    assert response.headers["Location"] == path
    assert order_of(harbour).status == OrderStatus.PENDING


def test_declined_card_is_tried_again_on_the_same_payment(guest, offer, harbour, card):
    path = place(guest, offer)
    guest.get(path)
    reference = payment_of(harbour).provider_reference
    card.pay(reference, card="pm_card_chargeDeclined")
    assert guest.get(f"{path}returned/").headers["Location"] == path
    assert (guest.get(path).context["declined"], payment_of(harbour).provider_reference) == (True, reference)
    card.pay(reference)
    assert guest.get(path).headers["Location"] == f"{path}returned/"
    guest.get(f"{path}returned/")
    assert order_of(harbour).status == OrderStatus.PAID


def test_return_while_stripe_is_away_waits_and_asks_again(guest, offer, harbour, card, settings, clock):
    path = place(guest, offer)
    guest.get(path)
    card.pay(payment_of(harbour).provider_reference)
    stripe, settings.STRIPE_API_BASE = settings.STRIPE_API_BASE, "http://127.0.0.1:9"
    waiting = guest.get(f"{path}returned/").headers["Location"]
    assert waiting == f"{order_path(harbour)}?checking=1"
    assert guest.get(waiting).context["state"] == "checking"
    state = f"{order_path(harbour)}state/"
    assert guest.get(state).context["state"] == "checking"
    settings.STRIPE_API_BASE = stripe
    clock.shift(5)
    assert guest.get(state).headers["HX-Redirect"] == order_path(harbour)
    assert guest.get(order_path(harbour)).context["state"] == "paid"


def test_waiting_page_asks_stripe_only_so_often(guest, offer, harbour, card):
    path = place(guest, offer)
    guest.get(path)
    state = f"{order_path(harbour)}state/"
    assert guest.get(state).headers["HX-Redirect"] == order_path(harbour)
    card.pay(payment_of(harbour).provider_reference)
    assert guest.get(state).context["state"] == "checking"
    assert order_of(harbour).status == OrderStatus.PENDING


def test_waiting_page_goes_on_when_the_order_is_paid(guest, offer, harbour, card):
    path = place(guest, offer)
    guest.get(path)
    card.pay(payment_of(harbour).provider_reference)
    guest.get(f"{path}returned/")
    assert guest.get(f"{order_path(harbour)}state/").headers["HX-Redirect"] == order_path(harbour)


def test_pay_page_while_stripe_is_away_offers_other_ways(guest, offer, card, settings):
    path = place(guest, offer)
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    page = guest.get(path)
    assert (page.status_code, "card" in page.context, len(page.context["other_methods"])) == (503, False, 2)


def test_pay_page_after_the_hold_leads_to_the_order(guest, offer, harbour, card, clock):
    path = place(guest, offer)
    clock.shift(dt.timedelta(minutes=15))
    assert guest.get(path).headers["Location"] == order_path(harbour)
    assert guest.get(order_path(harbour)).context["state"] == "expired"


def test_order_page_of_an_unpaid_order_leads_to_paying(guest, offer, harbour, card):
    place(guest, offer)
    assert guest.get(order_path(harbour)).context["state"] == "unpaid"


def change(guest: Client, path: str, method: str) -> str:
    return guest.post(f"{path}method/", {"method": method}).headers["Location"]


@committing
def test_another_way_to_pay_stops_the_card_and_keeps_the_places(guest, offer, harbour, card, run_jobs):
    path = place(guest, offer)
    guest.get(path)
    assert change(guest, path, "bank_transfer") == order_path(harbour)
    order = order_of(harbour)
    assert (order.method, order.status, order.hold_expires_at) == (
        PaymentMethod.BANK_TRANSFER,
        OrderStatus.PENDING,
        NOW + dt.timedelta(days=5),
    )
    with organization_scope(harbour.pk):
        assert list(order.payments.order_by("pk").values_list("method", "status")) == [
            (PaymentMethod.CARD, PaymentStatus.CANCELLED),
            (PaymentMethod.BANK_TRANSFER, PaymentStatus.AWAITING_APPROVAL),
        ]
        booking = Booking.objects.get()
        assert (booking.status, booking.schedule.booked_count) == (BookingStatus.PENDING, 3)
    assert guest.get(path).headers["Location"] == order_path(harbour)
    assert guest.get(order_path(harbour)).context["state"] == "owed"
    assert run_jobs().count("crm.send_message") == 1


def test_another_way_to_pay_on_arrival_confirms(guest, offer, harbour, card):
    path = place(guest, offer)
    change(guest, path, "on_arrival")
    order = order_of(harbour)
    assert (order.status, order.hold_expires_at) == (OrderStatus.CONFIRMED, None)
    with organization_scope(harbour.pk):
        assert Booking.objects.get().status == BookingStatus.CONFIRMED


def test_another_way_to_pay_chosen_twice_is_chosen_once(guest, offer, harbour, card):
    path = place(guest, offer)
    for _click in range(2):
        change(guest, path, "on_arrival")
    with organization_scope(harbour.pk):
        assert Payment.objects.count() == 2


def test_another_way_to_pay_comes_too_late_for_a_card_that_went_through(guest, offer, harbour, card):
    path = place(guest, offer)
    guest.get(path)
    card.pay(payment_of(harbour).provider_reference)
    change(guest, path, "bank_transfer")
    order = order_of(harbour)
    assert (order.method, order.status) == (PaymentMethod.CARD, OrderStatus.PAID)


@pytest.mark.parametrize("method", ["", "card", "free", "cheque"])
def test_another_way_to_pay_must_be_offered(guest, offer, harbour, card, method):
    path = place(guest, offer)
    change(guest, path, method)
    order = order_of(harbour)
    assert (order.method, order.status) == (PaymentMethod.CARD, OrderStatus.PENDING)


def test_another_way_to_pay_that_is_switched_off_is_refused(guest, offer, harbour, card):
    place(guest, offer)
    with organization_scope(harbour.pk):
        set_payment(card_enabled=True, on_arrival_enabled=False)
        with pytest.raises(PaymentRefused):
            change_method(order_of(harbour), method=PaymentMethod.ON_ARRIVAL, now=NOW)


def test_another_way_to_pay_after_the_hold_is_refused(guest, offer, harbour, card):
    place(guest, offer)
    with organization_scope(harbour.pk), pytest.raises(PaymentRefused):
        change_method(order_of(harbour), method=PaymentMethod.ON_ARRIVAL, now=NOW + dt.timedelta(minutes=15))


def test_another_way_to_pay_of_a_foreign_order(guest, offer, harbour, card, kyoto_client):
    path = place(guest, offer)
    assert kyoto_client.post(f"{path}method/", {"method": "on_arrival"}).status_code == 404
