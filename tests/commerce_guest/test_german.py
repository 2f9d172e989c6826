"""What a German guest reads from the first date to the receipt: nothing of ours is English."""

import pytest

from commerce import emails
from commerce.enums import RefundReason
from commerce.models import Order
from commerce.operations import cancel_order
from tenancy.scope import organization_scope
from tests.commerce_guest.conftest import NOW, add_to_cart, book_url, checkout_data
from tests.german import Texts, english

# The offer's German name for children is also one of our English words.
GERMAN_TOO = {"Kind"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages(guest, offer, harbour) -> dict[str, str]:
    """What a guest sees in German, from the first date to the cancelled booking."""
    seen = {}

    def look(name: str, path: str) -> None:
        seen[name] = guest.get(path).content.decode()

    look("empty cart", "/de/cart/")
    look("lost link", "/de/orders/find/")
    look("no such page", "/de/nirgends/")
    look("dates", f"/de/book/{offer.tour.public_id}/availability/")
    look("departure", f"/de{book_url(offer.noon)}")
    add_to_cart(guest, offer, schedule=offer.noon)
    look("cart", "/de/cart/")
    look("checkout", "/de/checkout/")
    seen["checkout with errors"] = guest.post(
        "/de/checkout/", checkout_data(guest, email="x", last_name="")
    ).content.decode()
    order_path = guest.post("/de/checkout/", checkout_data(guest)).headers["Location"]
    look("order", order_path)
    with organization_scope(harbour.pk):
        cancel_order(Order.objects.get(), reason=RefundReason.CANCELLED_BY_US, now=NOW)
    look("cancelled order", order_path)
    return seen


def test_english_is_noticed(guest, offer):
    assert english(guest.get("/cart/").content.decode()) == [
        "Skip to the content",
        "Language",
        "Search",
        "No suggestions",
        "1 suggestion",
        "{count} suggestions",
        "Search this site",
        "Search",
        "Search",
        "Suggestions",
        "Cart",
        "Your cart",
        "There is nothing in your cart yet.",
        "Find a tour",
        "Find an earlier booking",
        "Find my booking",
    ]


def test_pages_of_a_booking_have_no_english(pages):
    assert [
        (name, text) for name, content in pages.items() for text in english(content) if text not in GERMAN_TOO
    ] == []


def test_pages_of_a_booking_say_that_they_are_german(pages):
    assert {name: '<html lang="de">' in content for name, content in pages.items()} == dict.fromkeys(pages, True)


def test_button_that_places_a_paid_order_says_so_and_nothing_else(pages):
    # The others are of forms of their own.
    assert Texts(pages["checkout"]).buttons == ["Suchen", "Code einlösen", "Zahlungspflichtig buchen"]


def test_emails_have_no_english(guest, offer, harbour):
    add_to_cart(guest, offer)
    guest.post("/de/checkout/", checkout_data(guest))
    with organization_scope(harbour.pk):
        order = Order.objects.get()
        written = [
            write(order, organization=harbour)
            for write in (
                emails.order_received,
                emails.order_confirmation,
                emails.order_expired,
                emails.order_cancelled,
                emails.order_link,
            )
        ]
    texts = ["<br>".join([email.subject, *email.text.splitlines()]) for email in written]
    assert [found for text in [*texts, *(email.html for email in written)] for found in english(text)] == []
