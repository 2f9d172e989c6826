"""Managers pay back up to the organization's limit for one order, in one step or in several."""

import pytest
from django.urls import reverse

from commerce import queries
from commerce.enums import CancellationTerms, PaymentMethod, RefundReason
from commerce.models import Order, PaymentSettings, Refund
from commerce.operations import (
    CancellationRefused,
    ChangeRefused,
    RefundRefused,
    cancel_order,
    confirm_manual_payment,
    refund_order,
)
from commerce.rules import within_refund_limit
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.commerce.factories import NOW, order_of, tier_of
from tests.commerce.test_cancellations import cancel, people_of
from tests.commerce.test_changes import change
from tests.commerce.test_policies import make_policy
from tests.factories import make_schedule
from tests.parallel import in_parallel
from tours.enums import BookingStatus
from tours.models import Booking

OTHER = {"reason": "other", "note": ""}
REFUSAL = (
    "You may pay back up to €40.00 of one order; this would make it €50.00. More can be paid back by: Owner, Admin."
)


@pytest.mark.parametrize(
    ("amount", "given_back", "limit", "allowed"),
    [
        (5000, 0, None, True),
        (5000, 0, 5000, True),
        (5001, 0, 5000, False),
        (2000, 3000, 5000, True),
        (2001, 3000, 5000, False),
        (1, 0, 0, False),
        (0, 9000, 5000, True),
    ],
)
def test_limit_is_for_the_order_as_a_whole(amount, given_back, limit, allowed):
    assert within_refund_limit(amount, given_back_minor=given_back, limit_minor=limit) == allowed


def set_limit(minor: int | None) -> None:
    PaymentSettings.objects.update(refund_limit_minor=minor)


def paid_order(harbour, *, paid: int = 5000, limit: int | None = 4000) -> Order:
    """An order of €50.00 with so much paid."""
    with organization_scope(harbour.pk):
        order = order_of(make_schedule())
        confirm_manual_payment(
            order.payments.get(), amount_minor=paid, accept_difference=paid != 5000, now=NOW, actor=None
        )
        set_limit(limit)
    return order


def refunds_of(order: Order) -> list[int]:
    with organization_scope(order.organization_id):
        return list(Refund.objects.filter(payment__order=order).order_by("pk").values_list("amount_minor", flat=True))


def status_of(order: Order) -> str:
    with organization_scope(order.organization_id):
        return Order.objects.get(pk=order.pk).status


def test_manager_cannot_cancel_what_costs_more_than_the_limit(harbour, member_client):
    order = paid_order(harbour)
    manager = member_client(harbour, Role.MANAGER)
    url = reverse("orders:cancel", args=[order.pk])
    for answer in (manager.get(url, follow=True), manager.post(url, OTHER, follow=True)):
        assert REFUSAL in answer.content.decode()
    assert (status_of(order), refunds_of(order)) == ("paid", [])


@pytest.mark.parametrize("limit", [5000, 6000, None])
def test_manager_pays_back_up_to_the_limit(harbour, member_client, limit):
    order = paid_order(harbour, limit=limit)
    member_client(harbour, Role.MANAGER).post(reverse("orders:cancel", args=[order.pk]), OTHER)
    assert (status_of(order), refunds_of(order)) == ("cancelled", [5000])


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN])
def test_owners_and_admins_have_no_limit(harbour, member_client, role):
    order = paid_order(harbour, limit=0)
    member_client(harbour, role).post(reverse("orders:cancel", args=[order.pk]), OTHER)
    assert refunds_of(order) == [5000]


def test_limit_is_not_passed_in_steps(harbour, member_client):
    # €60.00 came for €50.00: €10.00 go back first, and then the rest would make it €60.00.
    order = paid_order(harbour, paid=6000, limit=5500)
    manager = member_client(harbour, Role.MANAGER)
    manager.post(reverse("orders:refund", args=[order.pk]), OTHER)
    assert refunds_of(order) == [1000]
    answer = manager.post(reverse("orders:cancel", args=[order.pk]), OTHER, follow=True)
    assert "You may pay back up to €55.00 of one order; this would make it €60.00." in answer.content.decode()
    assert (status_of(order), refunds_of(order)) == ("paid", [1000])
    member_client(harbour, Role.OWNER).post(reverse("orders:cancel", args=[order.pk]), OTHER)
    assert refunds_of(order) == [1000, 5000]


def test_what_others_paid_back_counts(harbour, member_client):
    order = paid_order(harbour, paid=6000, limit=5500)
    member_client(harbour, Role.OWNER).post(reverse("orders:refund", args=[order.pk]), OTHER)
    member_client(harbour, Role.MANAGER).post(reverse("orders:cancel", args=[order.pk]), OTHER)
    assert refunds_of(order) == [1000]


def test_refund_that_failed_does_not_count(harbour):
    order = paid_order(harbour, paid=6000, limit=5000)
    with organization_scope(harbour.pk):
        (refund,) = refund_order(order, reason=RefundReason.OTHER, limit_minor=5000, now=NOW, actor=None)
        assert queries.given_back_minor(order) == 1000
        Refund.objects.filter(pk=refund.pk).update(status="failed")
        assert queries.given_back_minor(Order.objects.get(pk=order.pk)) == 0


def test_orders_of_which_much_went_back_can_still_be_worked_on(harbour, member_client):
    order = paid_order(harbour, limit=0)
    manager, owner = member_client(harbour, Role.MANAGER), member_client(harbour, Role.OWNER)
    owner.post(reverse("orders:cancel", args=[order.pk]), OTHER)
    assert manager.get(reverse("orders:link", args=[order.pk])).status_code == 200
    assert manager.get(reverse("orders:seen", args=[order.pk])).status_code == 200


def test_order_that_was_not_paid_is_cancelled_whatever_the_limit(harbour, member_client):
    with organization_scope(harbour.pk):
        order = order_of(make_schedule())
        set_limit(0)
    member_client(harbour, Role.MANAGER).post(reverse("orders:cancel", args=[order.pk]), OTHER)
    assert (status_of(order), refunds_of(order)) == ("cancelled", [])


def test_refused_cancellation_leaves_all_as_it_was(harbour):
    order = paid_order(harbour)
    with organization_scope(harbour.pk):
        with pytest.raises(RefundRefused) as refused:
            cancel_order(order, reason=RefundReason.OTHER, limit_minor=4000, now=NOW)
        assert str(refused.value) == REFUSAL
        assert Order.objects.get(pk=order.pk).status == "paid"
        assert set(Booking.objects.values_list("status", flat=True)) == {BookingStatus.CONFIRMED}


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_pass_the_limit_together(harbour):
    """One pays the surplus back while the other cancels the order: together that would be more than the limit."""
    order = paid_order(harbour, paid=6000, limit=5500)

    def give_back(number: int) -> str:
        try:
            if number:
                refund_order(order, reason=RefundReason.OTHER, limit_minor=5500, now=NOW, actor=None)
            else:
                cancel_order(order, reason=RefundReason.OTHER, limit_minor=5500, now=NOW)
        except RefundRefused:
            return "refused"
        return "done"

    outcomes = in_parallel(harbour, 2, give_back)
    # Cancelling alone would be €60.00, so it is refused whoever comes first.
    assert outcomes == ["refused", "done"]
    assert refunds_of(order) == [1000]


def test_limit_is_set_with_the_payment_settings(harbour, member_client):
    owner, url = member_client(harbour, Role.OWNER), reverse("payment_settings:index")
    given = {"on_arrival_enabled": "on", "bank_transfer_days": "5", "invoice_for": "nobody", "invoice_days": "14"}
    assert owner.post(url, {**given, "refund_limit_minor": "80.50"}).status_code == 302
    with organization_scope(harbour.pk):
        assert PaymentSettings.objects.get().refund_limit_minor == 8050
    assert 'value="80.50"' in owner.get(url).content.decode()
    assert "Enter an amount of zero or more." in owner.post(url, {**given, "refund_limit_minor": "-1"}).content.decode()
    owner.post(url, {**given, "refund_limit_minor": ""})
    with organization_scope(harbour.pk):
        assert PaymentSettings.objects.get().refund_limit_minor is None


def test_accepting_less_than_was_expected_is_held_to_the_limit(harbour, member_client):
    with organization_scope(harbour.pk):
        order = order_of(make_schedule())
        set_limit(1000)
    manager, url = member_client(harbour, Role.MANAGER), reverse("orders:confirm", args=[order.pk])
    answer = manager.post(url, {"amount_minor": "39.99", "accept_difference": "on"})
    assert "You may pay back up to €10.00 of one order; this would make it €10.01." in answer.content.decode()
    assert status_of(order) == "pending"
    manager.post(url, {"amount_minor": "45.00", "accept_difference": "on"})
    assert status_of(order) == "paid"
    # €5.00 were let off, so no more than €5.00 can be paid back.
    url = reverse("orders:refund", args=[order.pk])
    assert "this would make it €10.01" in manager.post(url, {**OTHER, "amount_minor": "5.01"}).content.decode()
    manager.post(url, {**OTHER, "amount_minor": "5.00"})
    assert refunds_of(order) == [500]


@pytest.mark.parametrize(
    ("terms", "amount", "let_off"),
    [(CancellationTerms.FULL, 0, 1250), (CancellationTerms.AMOUNT, 2000, 750), (CancellationTerms.AMOUNT, 1000, 0)],
)
def test_a_fee_that_is_not_asked_for_counts(in_harbour, terms, amount, let_off):
    """Half of €25.00 would be owed for the place given up: whoever is let off it has paid nothing that could go back."""
    make_policy([(0, 50)], is_default=True)
    order = order_of(make_schedule(), method=PaymentMethod.ON_ARRIVAL)
    chosen = {"terms": terms, "amount_minor": amount, "note": "Ill"}
    first, second = people_of(order)
    if let_off:
        with pytest.raises(CancellationRefused, match="You may pay back up to"):
            cancel(order, [first], limit_minor=let_off - 1, **chosen)
    row = cancel(order, [first], limit_minor=let_off, **chosen)
    assert (row.back_minor, row.let_off_minor, queries.let_off_minor(Order.objects.get(pk=order.pk))) == (
        0,
        let_off,
        let_off,
    )
    if let_off:
        with pytest.raises(CancellationRefused):
            cancel(order, [second], limit_minor=2 * let_off - 1, **chosen)


def test_money_that_goes_back_against_the_policy_counts_once(in_harbour):
    make_policy([(0, 50)], is_default=True)
    order = order_of(make_schedule())
    confirm_manual_payment(order.payments.get(), amount_minor=5000, now=NOW, actor=None)
    row = cancel(order, people_of(order)[:1], terms=CancellationTerms.FULL, note="Ill", limit_minor=2500)
    assert (row.back_minor, row.let_off_minor) == (2500, 0)


def test_cancelling_the_whole_order_counts_the_fee_as_giving_up_all_its_places_does(in_harbour):
    make_policy([(0, 50)], is_default=True)
    order = order_of(make_schedule(), method=PaymentMethod.ON_ARRIVAL)
    with pytest.raises(RefundRefused, match=r"up to €24\.99 of one order; this would make it €25\.00"):
        cancel_order(order, reason=RefundReason.OTHER, limit_minor=2499, now=NOW)
    assert Order.objects.get(pk=order.pk).status == "confirmed"
    assert cancel_order(order, reason=RefundReason.OTHER, limit_minor=2500, now=NOW).status == "cancelled"


def test_fewer_people_count_as_their_places_given_up_do(in_harbour):
    make_policy([(0, 50)], is_default=True)
    schedule = make_schedule()
    order = order_of(schedule, quantity=3, method=PaymentMethod.ON_ARRIVAL)
    tier = tier_of(schedule)
    with pytest.raises(ChangeRefused, match=r"up to €12\.49 of one order; this would make it €12\.50"):
        change(order, {tier.pk: 2}, limit_minor=1249)
    row = change(order, {tier.pk: 2}, limit_minor=1250)
    assert (row.refund_minor, row.let_off_minor, queries.let_off_minor(Order.objects.get(pk=order.pk))) == (
        0,
        1250,
        1250,
    )
    with pytest.raises(ChangeRefused, match=r"this would make it €25\.00"):
        change(order, {tier.pk: 1}, limit_minor=2499)
    with pytest.raises(CancellationRefused, match=r"this would make it €37\.50"):
        cancel(order, people_of(order), terms=CancellationTerms.FULL, note="Ill", limit_minor=3749)
    with pytest.raises(RefundRefused, match=r"this would make it €37\.50"):
        cancel_order(order, reason=RefundReason.OTHER, limit_minor=3749, now=NOW)


def test_what_goes_back_for_fewer_people_counts_once(in_harbour):
    make_policy([(0, 50)], is_default=True)
    schedule = make_schedule()
    order = order_of(schedule)
    confirm_manual_payment(order.payments.get(), amount_minor=5000, now=NOW, actor=None)
    row = change(order, {tier_of(schedule).pk: 1}, limit_minor=2500)
    assert (row.refund_minor, row.let_off_minor) == (2500, 0)


def test_page_of_cancelling_says_what_is_not_asked_for_and_holds_it_to_the_limit(harbour, member_client):
    with organization_scope(harbour.pk):
        make_policy([(0, 50)], is_default=True)
        order = order_of(make_schedule(), method=PaymentMethod.ON_ARRIVAL)
        set_limit(2499)
    url = reverse("orders:cancel", args=[order.pk])
    page = member_client(harbour, Role.OWNER).get(url)
    assert "€25.00 were agreed as a fee and are not asked for." in page.content.decode()
    manager = member_client(harbour, Role.MANAGER)
    for answer in (manager.get(url, follow=True), manager.post(url, OTHER, follow=True)):
        assert "You may pay back up to €24.99 of one order; this would make it €25.00." in answer.content.decode()
    assert status_of(order) == "confirmed"


def test_what_is_missing_counts_also_while_it_waits_for_a_second_person(in_harbour):
    PaymentSettings.objects.update(second_person_minor=0)
    order = order_of(make_schedule())
    confirm_manual_payment(
        order.payments.get(), amount_minor=4500, accept_difference=True, limit_minor=500, now=NOW, actor=None
    )
    order = Order.objects.get(pk=order.pk)
    assert (queries.recorded_minor(order), queries.let_off_minor(order)) == (4500, 500)
