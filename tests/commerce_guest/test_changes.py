import datetime as dt

import pytest
from django.test import Client

from commerce import queries
from commerce.models import Order
from commerce.rules import Policy, PolicyStep
from tenancy.scope import organization_scope
from tests.commerce_guest.conftest import NOW, orders, set_payment
from tests.commerce_guest.test_orders import pay, place
from tests.factories import TierFactory, VariantFactory, make_schedule

pytestmark = pytest.mark.django_db


@pytest.fixture
def bought(guest, offer, harbour) -> Order:
    """Two adults and a child, paid, at an organization whose guests change bookings themselves."""
    place(guest, offer)
    (order,) = orders(harbour)
    pay(order, harbour)
    with organization_scope(harbour.pk):
        set_payment(guest_change_hours=24)
    return order


def url_of(order: Order) -> str:
    with organization_scope(order.organization_id):
        booking = queries.booking_of(order)
        assert booking is not None
        return f"/order/{order.secret}/change/{booking.public_id}/"


def confirm(guest: Client, url: str, **choice: str):
    """Look at what a choice costs, and send what the page that says so would send."""
    page = guest.get(url, choice)
    preview = page.context["preview"]
    sent = {**dict(page.context["chosen"]), "expected": preview.difference_minor, "policy": preview.stricter_words}
    return guest.post(url, sent)


def state(order: Order) -> tuple[int, int, list[tuple[int, str]]]:
    with organization_scope(order.organization_id):
        order.refresh_from_db()
        booking = queries.booking_of(order)
        return (
            booking.schedule_id,
            order.total_minor,
            [(line.quantity, line.tier_name) for line in order.lines.order_by("position")],
        )


def test_change_to_another_day(guest, offer, bought):
    url = url_of(bought)
    assert guest.get(f"/order/{bought.secret}/").context["visits"][0].change_url == url
    days = guest.get(url).context["days"]
    assert [[departure for departure, *_words in departures] for _day, departures in days] == [
        [offer.morning, offer.noon],
        [offer.next_day],
    ]
    people = offer.quantities(2, 1)
    answer = confirm(guest, url, to=str(offer.next_day.public_id), **people)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/order/{bought.secret}/?changed=1")
    assert state(bought) == (offer.next_day.pk, 6000, [(2, "Adult"), (1, "Child")])
    page = guest.get(answer.headers["Location"])
    assert (page.context["was_changed"], page.context["visits"][0].schedule) == (True, offer.next_day)


def test_change_shows_the_difference_before_anything_happens(guest, offer, bought):
    page = guest.get(url_of(bought), {"to": str(offer.morning.public_id), **offer.quantities(3, 1)})
    preview = page.context["preview"]
    assert (preview.before_minor, preview.after_minor, preview.difference_minor) == (6000, 8500, 2500)
    assert "+€25.00" in page.content.decode()
    assert state(bought) == (offer.morning.pk, 6000, [(2, "Adult"), (1, "Child")])


def test_more_people_are_still_to_be_paid(guest, offer, bought):
    confirm(guest, url_of(bought), to=str(offer.morning.public_id), **offer.quantities(3, 1))
    context = guest.get(f"/order/{bought.secret}/").context
    assert (context["state"], context["owed_minor"], context["can_pay_due"]) == ("paid", 2500, False)


def test_more_people_are_paid_by_card(guest, offer, bought, harbour, stripe_emulator):
    with organization_scope(harbour.pk):
        set_payment(card_enabled=True, stripe_secret_key="sk_test_harbour", stripe_publishable_key="pk_test_harbour")
    confirm(guest, url_of(bought), to=str(offer.morning.public_id), **offer.quantities(3, 1))
    order_page = f"/order/{bought.secret}/"
    assert guest.get(order_page).context["can_pay_due"] is True
    page = guest.get(f"/pay/{bought.secret}/")
    assert (page.status_code, page.context["payment"].amount_minor, page.context["other_methods"]) == (200, 2500, [])
    assert b"data-hold" not in page.content
    with organization_scope(harbour.pk):
        reference = bought.payments.get(purpose="extra", method="card").provider_reference
    stripe_emulator.pay(reference)
    assert guest.get(f"/pay/{bought.secret}/returned/").headers["Location"] == order_page
    context = guest.get(order_page).context
    assert (context["owed_minor"], context["paid_minor"], context["can_pay_due"]) == (0, 8500, False)
    assert guest.get(f"/pay/{bought.secret}/").headers["Location"] == order_page


@pytest.mark.parametrize(
    ("people", "text"),
    [
        ((0, 0), "Choose how many people will come."),
        ((2, 1), "This is how it is booked already."),
        ((1, 1), "This would be cheaper than what you booked. Please ask us to change it."),
    ],
)
def test_change_that_is_refused_says_why(guest, offer, bought, people, text):
    page = guest.get(url_of(bought), {"to": str(offer.morning.public_id), **offer.quantities(*people)})
    assert page.context["preview"] is None
    assert text in page.content.decode()


def test_change_without_room_says_so_and_keeps_what_was_chosen(guest, offer, bought):
    answer = confirm(guest, url_of(bought), to=str(offer.noon.public_id), **offer.quantities(4, 1))
    assert (answer.status_code, answer.context["notice"]) == (409, "Only 4 places are left on this departure.")
    assert dict(answer.context["chosen"])["to"] == str(offer.noon.public_id)
    assert state(bought) == (offer.morning.pk, 6000, [(2, "Adult"), (1, "Child")])


def test_change_after_the_price_has_changed_shows_the_new_one(guest, offer, bought, harbour):
    url, choice = url_of(bought), {"to": str(offer.morning.public_id), **offer.quantities(3, 1)}
    page = guest.get(url, choice)
    with organization_scope(harbour.pk):
        offer.tour.pricing_tiers.filter(name="Adult").update(price_minor=3000)
    answer = guest.post(url, {**dict(page.context["chosen"]), "expected": 2500})
    assert (answer.status_code, answer.context["preview"].difference_minor) == (409, 3000)
    assert "A price has changed since you looked." in answer.content.decode()


def test_change_sent_twice_happens_once(guest, offer, bought, harbour):
    url, choice = url_of(bought), {"to": str(offer.morning.public_id), **offer.quantities(3, 1)}
    sent = {**dict(guest.get(url, choice).context["chosen"]), "expected": 2500}
    assert [guest.post(url, sent).status_code for _time in range(2)] == [302, 409]
    assert state(bought)[1] == 8500


def test_departure_with_other_prices_asks_for_people_again(guest, offer, bought, harbour):
    with organization_scope(harbour.pk):
        private = VariantFactory(tour=offer.tour, name="Private")
        adult = TierFactory(tour=offer.tour, variant=private, name="Adult", price_minor=7000)
        other = make_schedule(private, date=dt.date(2031, 6, 3), start_time=dt.time(15))
    page = guest.get(url_of(bought), {"to": str(other.public_id), **offer.quantities(2, 1)})
    assert (page.context["has_other_prices"], page.context["preview"]) == (True, None)
    assert [(row.key, field.initial) for row, field in page.context["form"].inputs] == [(adult.pk, 2)]
    answer = confirm(guest, url_of(bought), to=str(other.public_id), **{f"tier-{adult.pk}": "2"})
    assert answer.status_code == 302
    assert state(bought) == (other.pk, 14000, [(2, "Adult")])


@pytest.mark.parametrize("hours", [None, 24 * 30])
def test_change_outside_the_policy(guest, offer, bought, harbour, hours):
    with organization_scope(harbour.pk):
        set_payment(guest_change_hours=hours)
    url = url_of(bought)
    assert guest.get(f"/order/{bought.secret}/").context["visits"][0].change_url == ""
    page = guest.get(url)
    assert (page.status_code, "form" in page.context) == (200, False)
    assert (
        guest.post(url, {"to": str(offer.next_day.public_id), **offer.quantities(2, 1), "expected": 0}).status_code
        == 409
    )
    assert state(bought)[0] == offer.morning.pk


def test_change_of_what_is_not_there(guest, offer, bought, harbour):
    url = url_of(bought)
    with organization_scope(harbour.pk):
        elsewhere = make_schedule()
    for wrong in (
        url.replace(bought.secret, "x" * 32),
        url.replace(url.split("/")[-2], str(elsewhere.public_id)),
        f"{url}?to={elsewhere.public_id}",
        f"{url}?to=nonsense",
    ):
        assert guest.get(wrong).status_code == 404


def test_change_page_is_told_to_nobody(guest, bought):
    headers = guest.get(url_of(bought)).headers
    assert (headers["Referrer-Policy"], headers["Cache-Control"], headers["X-Robots-Tag"]) == (
        "same-origin",
        "private, no-store",
        "noindex, nofollow",
    )


@pytest.mark.parametrize("count", [1, 3])
def test_change_page_uses_a_fixed_number_of_queries(guest, offer, bought, harbour, django_assert_num_queries, count):
    with organization_scope(harbour.pk):
        for number in range(count):
            make_schedule(offer.variant, date=dt.date(2031, 6, 10 + number))
    url = url_of(bought)
    guest.get(url)
    with django_assert_num_queries(16):
        guest.get(url)


def test_guest_changes_are_in_the_history(guest, offer, bought, harbour):
    confirm(guest, url_of(bought), to=str(offer.next_day.public_id), **offer.quantities(2, 1))
    with organization_scope(harbour.pk):
        (made,) = queries.changes_of(bought)
        assert (made.actor, made.changed_at, made.to_schedule) == (None, NOW, offer.next_day)


def test_change_is_offered_only_where_it_is_possible(guest, offer, bought, harbour):
    from commerce.enums import RefundReason
    from commerce.operations import cancel_order

    with organization_scope(harbour.pk):
        cancel_order(bought, reason=RefundReason.CANCELLED_BY_GUEST, now=NOW)
    assert guest.get(f"/order/{bought.secret}/").context["visits"][0].change_url == ""
    assert "cannot be changed any more" in guest.get(url_of(bought)).content.decode()


def test_guest_reads_that_less_comes_back_after_a_late_change(guest, offer, harbour, bought, clock):
    words = "If you cancel after this change:</strong> If you cancel, nothing comes back."
    with organization_scope(harbour.pk):
        steps = [{"hours": 24 * 30, "percent": 100}]
        agreed = {"steps": steps, "fee_minor": 0, "words": "Until 30 days before the start: everything back."}
        bought.lines.update(cancellation_policy=agreed)
    page = guest.get(url_of(bought), {"to": str(offer.next_day.public_id), **offer.quantities(2, 1)})
    assert words in page.text
    stays = guest.get(url_of(bought), {"to": str(offer.morning.public_id), **offer.quantities(3, 1)})
    assert words not in stays.text


def test_deadline_that_passes_between_look_and_click_is_shown_before_it_counts(guest, offer, harbour, bought, clock):
    with organization_scope(harbour.pk):
        policy = Policy((PolicyStep(26, 100),))
        bought.lines.update(cancellation_policy=queries.policy_to_keep(policy, "EUR"))
    url, choice = url_of(bought), {"to": str(offer.next_day.public_id), **offer.quantities(2, 1)}
    page = guest.get(url, choice)
    assert page.context["preview"].stricter_words == ""
    clock.move_to(offer.morning.starts_at - dt.timedelta(hours=25))
    sent = {**dict(page.context["chosen"]), "expected": 0, "policy": ""}
    answer = guest.post(url, sent)
    assert (answer.status_code, answer.context["notice"]) == (
        409,
        "What comes back has changed since you looked. Please check it before you go on.",
    )
    assert '<input type="hidden" name="policy" value="If you cancel, nothing comes back.">' in answer.text
    assert state(bought)[0] == offer.morning.pk
    assert guest.post(url, {**sent, "policy": "If you cancel, nothing comes back."}).status_code == 302
    assert state(bought)[0] == offer.next_day.pk
