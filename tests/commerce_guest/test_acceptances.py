import pytest

from cms.enums import LegalKind
from cms.operations import write_legal_text
from commerce.models import Acceptance, CancellationPolicy
from commerce.queries import policy_words_of
from crm.models import Consent
from tenancy.scope import organization_scope
from tests.commerce_guest.conftest import NOW, add_to_cart, checkout_data, orders

pytestmark = pytest.mark.django_db

TERMS = "<h2>1. Booking</h2><p>You book &amp; we&nbsp;guide.</p><ul><li>Rain or shine</li></ul>"


@pytest.fixture
def legal(harbour):
    with organization_scope(harbour.pk):
        for kind, language, body in (
            (LegalKind.TERMS, "en", TERMS),
            (LegalKind.TERMS, "de", "<p>Sie buchen.</p>"),
            (LegalKind.PRIVACY, "en", "<p>We keep little.</p>"),
            (LegalKind.IMPRINT, "en", "<p>Harbour Ltd</p>"),
        ):
            write_legal_text(kind, language=language, body=body, actor=None)


def accepted(harbour):
    with organization_scope(harbour.pk):
        return list(
            Acceptance.objects.values_list("kind", "wording", "language", "accepted_at", "ip_address", "user_agent")
        )


def test_order_keeps_what_the_guest_read(guest, offer, harbour, legal):
    add_to_cart(guest, offer)
    data = checkout_data(guest)
    response = guest.post("/checkout/", data, headers={"user-agent": "Browser 1"}, REMOTE_ADDR="203.0.113.7")
    assert response.status_code == 302
    assert accepted(harbour) == [
        ("terms", "1. Booking\nYou book & we guide.\nRain or shine", "en", NOW, "203.0.113.7", "Browser 1"),
        ("privacy", "We keep little.", "en", NOW, "203.0.113.7", "Browser 1"),
    ]


def test_order_keeps_the_words_of_the_language_that_was_shown(guest, offer, harbour, legal):
    add_to_cart(guest, offer)
    guest.post("/de/checkout/", checkout_data(guest, seen=_seen(guest, "/de/checkout/")))
    assert [row[:3] for row in accepted(harbour)] == [
        ("terms", "Sie buchen.", "de"),
        ("privacy", "We keep little.", "en"),
    ]


def _seen(guest, path):
    return guest.get(path).context["form"]["seen"].value()


def test_checkout_is_refused_until_the_terms_are_accepted(guest, offer, harbour, legal):
    add_to_cart(guest, offer)
    response = guest.post("/checkout/", checkout_data(guest, accept=""))
    form = response.context["form"]
    assert (response.status_code, dict(form.errors), form["email"].value()) == (
        422,
        {"accept": ["Please accept what applies to your booking."]},
        "grete@example.com",
    )
    assert (orders(harbour), accepted(harbour)) == ([], [])


def test_terms_changed_since_they_were_read_are_shown_again(guest, offer, harbour, legal):
    add_to_cart(guest, offer)
    data = checkout_data(guest)
    with organization_scope(harbour.pk):
        write_legal_text(LegalKind.TERMS, language="en", body="<p>New rules.</p>", actor=None)
    response = guest.post("/checkout/", data)
    assert (response.status_code, orders(harbour)) == (409, [])
    assert guest.post("/checkout/", {**data, "seen": response.context["form"]["seen"].value()}).status_code == 302
    assert [row[1] for row in accepted(harbour)] == ["New rules.", "We keep little."]


def test_cancellation_policy_of_what_is_booked_is_accepted_in_its_words(guest, offer, harbour):
    with organization_scope(harbour.pk):
        CancellationPolicy.objects.create(name="Usual", is_default=True, steps=[{"hours": 48, "percent": 100}])
        words = policy_words_of(offer.tour, "EUR")
    add_to_cart(guest, offer)
    page = guest.get("/checkout/").content.decode()
    assert f"Harbour walk: {words}" in page
    assert guest.post("/checkout/", checkout_data(guest, accept="")).status_code == 422
    guest.post("/checkout/", checkout_data(guest))
    assert [row[:3] for row in accepted(harbour)] == [("policy", f"Harbour walk: {words}", "en")]


def test_nothing_is_asked_where_nothing_is_written(guest, offer, harbour):
    add_to_cart(guest, offer)
    assert "accept" not in guest.get("/checkout/").context["form"].fields
    assert guest.post("/checkout/", checkout_data(guest)).status_code == 302
    assert accepted(harbour) == []


def test_newsletter_is_a_choice_of_its_own(guest, offer, harbour):
    add_to_cart(guest, offer)
    form = guest.get("/checkout/").context["form"]
    assert (form["newsletter"].value(), form.fields["newsletter"].required) == (None, False)
    guest.post("/checkout/", checkout_data(guest))
    add_to_cart(guest, offer, schedule=offer.noon)
    guest.post("/checkout/", checkout_data(guest, newsletter="on"))
    with organization_scope(harbour.pk):
        (consent,) = Consent.objects.all()
    assert (consent.customer_id, consent.purpose, consent.source, consent.given_at, consent.language) == (
        orders(harbour)[1].customer_id,
        "newsletter",
        "checkout",
        NOW,
        "en",
    )
    assert consent.wording == (
        f"{harbour.business_name or harbour.name} may send me news and offers by e-mail. I can take that back at any time."
    )


def test_address_that_is_none_is_no_reason_to_refuse(guest, offer, harbour, legal):
    add_to_cart(guest, offer)
    guest.post("/checkout/", checkout_data(guest), REMOTE_ADDR="unix:")
    assert [row[4] for row in accepted(harbour)] == [None, None]
