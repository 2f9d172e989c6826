import datetime as dt
import uuid

import pytest
from django.core import mail
from django.urls import reverse

from commerce import queries
from commerce.enums import OrderSource, PaymentMethod
from commerce.models import DepositRule, Order, PaymentSettings
from commerce.operations import CartLine, change_booking, expire_order, place_order
from crm.models import Customer
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.commerce.factories import GRETE, NOW, enable_all_methods, tier_of
from tests.commerce.test_changes import booking_of, money, paid_order
from tests.factories import CustomerFactory, TierFactory, make_schedule
from tests.fixtures import client_for, make_member
from tours.models import Schedule


@pytest.fixture
def manager(harbour):
    return client_for(harbour, make_member(harbour, Role.MANAGER))


@pytest.fixture
def schedule(harbour) -> Schedule:
    with organization_scope(harbour.pk):
        enable_all_methods()
        found = make_schedule(capacity=5)
        tier_of(found)
        return found


def typed(schedule: Schedule, count: int = 2, **changes: object) -> dict[str, object]:
    with organization_scope(schedule.organization_id):
        tier = tier_of(schedule)
    return {
        "token": str(uuid.uuid4()),
        f"tier-{tier.pk}": count,
        "search": "",
        "customer": "",
        "first_name": "Ida",
        "last_name": "Brandt",
        "email": "",
        "phone": "",
        "language": "en",
        "note": "",
        "method": "on_arrival",
        **changes,
    }


def url_of(schedule: Schedule) -> str:
    return reverse("orders:new_booking", args=[schedule.pk])


def only_order(schedule: Schedule) -> Order:
    with organization_scope(schedule.organization_id):
        return Order.objects.get()


def test_departures_to_book_are_listed(harbour, manager, schedule):
    page = manager.get(reverse("orders:new"))
    ((_day, ((found, words),)),) = page.context["days"]
    assert (found, words.endswith("· 5 places free")) == (schedule, True)
    assert url_of(schedule) in page.content.decode()
    schedule_page = manager.get(reverse("schedules:inspect", args=[schedule.pk])).content.decode()
    assert url_of(schedule) in schedule_page


@pytest.mark.parametrize(
    ("method", "status", "owed"),
    [("on_arrival", "confirmed", 5000), ("cash", "paid", 0), ("bank_transfer", "pending", 5000)],
)
def test_walk_in_without_an_address_is_booked(harbour, manager, schedule, method, status, owed):
    sent = typed(schedule, method=method)
    for _time in range(2):
        answer = manager.post(url_of(schedule), sent)
    order = only_order(schedule)
    assert answer.headers["Location"] == reverse("orders:inspect", args=[order.pk])
    with organization_scope(harbour.pk):
        assert money(order) == (status, 5000, owed, 0)
        assert (order.source, order.email, str(order.customer)) == ("staff", "", "Ida Brandt")
        schedule.refresh_from_db()
        assert schedule.booked_count == 2
    assert "orders:link" not in manager.get(answer.headers["Location"]).content.decode()


def test_two_walk_ins_are_two_customers(harbour, manager, schedule):
    for name in ("Brandt", "Lund"):
        assert manager.post(url_of(schedule), typed(schedule, last_name=name)).status_code == 302
    with organization_scope(harbour.pk):
        assert sorted(Customer.objects.values_list("last_name", flat=True)) == ["Brandt", "Lund"]


def test_customer_is_found_and_what_was_typed_is_kept(harbour, manager, schedule):
    with organization_scope(harbour.pk):
        customer = CustomerFactory(last_name="Müller", email="muller@example.com", phone="+494012345678")
    page = manager.post(url_of(schedule), typed(schedule, search="muller", find="1", note="Two prams"))
    form = page.context["booker"]
    assert [key for key, _words in form.fields["customer"].choices] == ["", customer.pk]
    assert (form["note"].value(), page.context["people"].quantities != {}) == ("Two prams", True)
    sent = typed(schedule, search="muller", customer=customer.pk, first_name="", last_name="")
    assert manager.post(url_of(schedule), sent).status_code == 302
    order = only_order(schedule)
    assert (order.customer_id, order.full_name, order.email, str(order.phone)) == (
        customer.pk,
        "Grete Müller",
        "muller@example.com",
        "+494012345678",
    )


def test_customer_is_chosen_when_it_began_at_the_profile(harbour, manager, schedule):
    with organization_scope(harbour.pk):
        customer = CustomerFactory()
    profile = manager.get(reverse("customers:inspect", args=[customer.pk])).content.decode()
    assert f"{reverse('orders:new')}?customer={customer.pk}" in profile
    assert (
        f"{url_of(schedule)}?customer={customer.pk}"
        in manager.get(f"{reverse('orders:new')}?customer={customer.pk}").content.decode()
    )
    form = manager.get(f"{url_of(schedule)}?customer={customer.pk}").context["booker"]
    assert form["customer"].value() == customer.pk


def test_price_is_shown_before_booking(harbour, manager, schedule):
    page = manager.post(url_of(schedule), typed(schedule, 3, price="1"))
    assert (page.context["quote"].total_minor, page.context["booker"].errors) == (7500, {})


def test_nothing_to_pay_is_free(harbour, manager, schedule):
    with organization_scope(harbour.pk):
        infant = TierFactory(tour=schedule.tour, name="Press", price_minor=0)
    assert manager.post(url_of(schedule), typed(schedule, 0, **{f"tier-{infant.pk}": 1})).status_code == 302
    assert (only_order(schedule).status, only_order(schedule).method) == ("paid", "free")


@pytest.mark.parametrize(
    ("count", "changes", "text"),
    [
        (6, {}, "Only 5 places are left on this departure."),
        (0, {}, "Choose how many people will come."),
        (1, {"first_name": "", "last_name": ""}, "Give a name, or choose a customer."),
        (1, {"email": "ida"}, "Enter a valid email address."),
        (1, {"method": "card"}, "Select a valid choice. card is not one of the available choices."),
    ],
)
def test_booking_that_cannot_be_made_says_why(harbour, manager, schedule, count, changes, text):
    page = manager.post(url_of(schedule), typed(schedule, count, note="Two prams", **changes))
    assert (page.status_code, text in page.content.decode(), "Two prams" in page.content.decode()) == (422, True, True)
    with organization_scope(harbour.pk):
        assert Order.objects.count() == 0


def test_staff_book_past_the_cut_off_but_not_after_the_start(harbour, manager, schedule, time_machine):
    time_machine.move_to(schedule.starts_at - dt.timedelta(minutes=10), tick=False)
    assert manager.post(url_of(schedule), typed(schedule)).status_code == 302
    time_machine.move_to(schedule.starts_at, tick=False)
    page = manager.post(url_of(schedule), typed(schedule))
    assert (page.status_code, page.context["notice"]) == (409, "This departure has left.")


@pytest.mark.django_db(transaction=True)
def test_link_to_pay_is_sent_and_places_wait(harbour, manager, run_jobs, stripe_emulator):
    with organization_scope(harbour.pk):
        enable_all_methods()
        schedule = make_schedule()
        tier_of(schedule)
        row = PaymentSettings.objects.get()
        row.stripe_secret_key, row.stripe_publishable_key = "sk_test_harbour", "pk_test_harbour"
        row.save()
    assert manager.post(url_of(schedule), typed(schedule, method="card")).status_code == 422
    answer = manager.post(url_of(schedule), typed(schedule, method="card", email="ida@example.com"))
    assert answer.status_code == 302
    run_jobs()
    order = only_order(schedule)
    assert (order.status, order.hold_expires_at - order.placed_at) == ("pending", dt.timedelta(hours=24))
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["ida@example.com"], f"Please pay for your booking: {order.number}")
    with organization_scope(harbour.pk):
        assert queries.order_url(order, harbour) in message.body
    page = client_for(harbour).get(f"/pay/{order.secret}/").content.decode()
    assert (b"data-hold" in page.encode(), "Your places are kept until" in page) == (False, True)
    mail.outbox.clear()
    with organization_scope(harbour.pk):
        expire_order(order.pk, now=order.hold_expires_at)
    run_jobs()
    assert [sent.subject for sent in mail.outbox] == [f"Your places have been given back: {order.number}"]


# Changes by staff.


def change_url(order: Order) -> str:
    return reverse("orders:change_booking", args=[order.pk, booking_of(order).pk])


def test_staff_change_a_booking(harbour, manager, schedule):
    with organization_scope(harbour.pk):
        order = paid_order(schedule)
        url, tier = change_url(order), tier_of(schedule)
        other = make_schedule(schedule.variant, date=dt.date(2031, 6, 9))
    assert url in manager.get(reverse("orders:inspect", args=[order.pk])).content.decode()
    page = manager.get(url, {"to": str(other.public_id), f"tier-{tier.pk}": "3"})
    assert page.context["preview"].difference_minor == 2500
    sent = {**dict(page.context["chosen"]), "expected": 2500, "due_method": "bank_transfer", "note": "By phone"}
    assert manager.post(url, sent).headers["Location"] == reverse("orders:inspect", args=[order.pk])
    with organization_scope(harbour.pk):
        assert (money(order), booking_of(order).schedule) == (("paid", 7500, 2500, 0), other)
        (made,) = queries.changes_of(order)
        assert (made.note, made.actor.email) == ("By phone", "manager@harbour.example")
        assert queries.owed_method(order) == "bank_transfer"
    page = manager.get(reverse("orders:inspect", args=[order.pk])).content.decode()
    for text in ("By phone", "+€25.00", "Still to be paid", reverse("orders:confirm", args=[order.pk])):
        assert text in page
    confirm = {"amount_minor": "25.00"}
    assert manager.post(reverse("orders:confirm", args=[order.pk]), confirm).status_code == 302
    with organization_scope(harbour.pk):
        assert money(order) == ("paid", 7500, 0, 0)


@pytest.mark.parametrize(("gives_back", "refunds", "surplus"), [("on", 1, 0), ("", 0, 2500)])
def test_staff_decide_when_money_goes_back(harbour, manager, schedule, gives_back, refunds, surplus):
    with organization_scope(harbour.pk):
        order = paid_order(schedule)
        url, tier = change_url(order), tier_of(schedule)
    sent = {"to": str(schedule.public_id), f"tier-{tier.pk}": "1", "expected": -2500, "gives_back": gives_back}
    assert manager.post(url, sent).status_code == 302
    with organization_scope(harbour.pk):
        assert (order.payments.get().refunds.count(), money(order)) == (refunds, ("paid", 2500, 0, surplus))


def test_staff_are_held_to_the_refund_limit(harbour, manager, schedule):
    with organization_scope(harbour.pk):
        order = paid_order(schedule)
        url, tier = change_url(order), tier_of(schedule)
        PaymentSettings.objects.update(refund_limit_minor=1000)
    sent = {"to": str(schedule.public_id), f"tier-{tier.pk}": "1", "expected": -2500, "gives_back": "on"}
    page = manager.post(url, sent)
    assert (page.status_code, "You may pay back up to €10.00" in page.content.decode()) == (409, True)
    assert manager.post(url, {**sent, "gives_back": ""}).status_code == 302


def test_change_of_an_order_that_is_over_leads_back(harbour, manager, schedule):
    from commerce.enums import RefundReason
    from commerce.operations import cancel_order
    from tests.commerce.factories import NOW

    with organization_scope(harbour.pk):
        order = paid_order(schedule)
        url = change_url(order)
        cancel_order(order, reason=RefundReason.OTHER, now=NOW)
    assert manager.get(url).headers["Location"] == reverse("orders:inspect", args=[order.pk])
    assert url not in manager.get(reverse("orders:inspect", args=[order.pk])).content.decode()


@pytest.mark.parametrize("role", [Role.EDITOR, Role.GUIDE])
def test_others_neither_book_nor_change(harbour, schedule, role):
    client = client_for(harbour, make_member(harbour, role))
    with organization_scope(harbour.pk):
        url = change_url(paid_order(schedule))
    for path in (reverse("orders:new"), url_of(schedule), url):
        assert client.get(path).status_code == 302


@pytest.mark.parametrize("count", [1, 3])
def test_new_booking_lists_departures_in_a_fixed_number_of_queries(
    harbour, manager, schedule, django_assert_num_queries, count
):
    with organization_scope(harbour.pk):
        for number in range(count):
            make_schedule(schedule.variant, date=dt.date(2031, 7, 1 + number))
    manager.get(reverse("orders:new"))
    with django_assert_num_queries(7):
        manager.get(reverse("orders:new"))


def test_two_bookings_on_one_departure_are_changed_each_by_itself(harbour, manager, schedule):
    with organization_scope(harbour.pk):
        other = make_schedule(schedule.variant, date=dt.date(2031, 6, 9))
        tier = tier_of(schedule)
        lines = [CartLine(str(each.public_id), {tier.pk: 1}) for each in (schedule, other)]
        order = place_order(lines, contact=GRETE, method=PaymentMethod.ON_ARRIVAL, source=OrderSource.WEB, now=NOW)
        bookings = [line.booking for line in order.lines.order_by("position")]
        change_booking(order, bookings[0], to=other, quantities={tier.pk: 1}, expected_difference_minor=0, now=NOW)
        PaymentSettings.objects.update(guest_change_hours=1)
    page = manager.get(reverse("orders:inspect", args=[order.pk])).content.decode()
    guests = client_for(harbour).get(reverse("commerce:order", args=[order.secret])).content.decode()
    for booking in bookings:
        assert reverse("orders:change_booking", args=[order.pk, booking.pk]) in page
        assert reverse("commerce:change", args=[order.secret, booking.public_id]) in guests


def test_price_that_staff_are_shown_tells_of_the_deposit_by_the_way_of_paying(harbour, manager, schedule):
    with organization_scope(harbour.pk):
        DepositRule.objects.create(percent=25, rest_days=0)
    by_transfer, on_arrival, cash = (
        manager.post(url_of(schedule), {**typed(schedule, method=method), "price": "1"})
        for method in ("bank_transfer", "on_arrival", "cash")
    )
    assert "Now €12.50, the rest of €37.50 by" in by_transfer.content.decode()
    assert [page.context["plan"].rest_minor for page in (by_transfer, on_arrival, cash)] == [3750, 0, 0]
