"""Staff give up places for guests, pay back by amount, and write cancellation policies."""

import pytest
from django.urls import reverse

from commerce import queries
from commerce.enums import CancellationTerms, PaymentMethod
from commerce.models import Cancellation, CancellationPolicy, Order, PaymentSettings, Refund, TourPolicy
from commerce.operations import CancellationRefused, cancel_places
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.commerce.test_cancellations import order_of, paid, people_of
from tests.commerce.test_policies import make_policy
from tests.factories import make_schedule


@pytest.fixture
def order(harbour) -> Order:
    """Three people, paid €75.00; half would come back as agreed. Managers may pay back €30.00."""
    with organization_scope(harbour.pk):
        make_policy([(0, 50)], is_default=True)
        found = paid(order_of(make_schedule(), quantity=3))
        PaymentSettings.objects.update(refund_limit_minor=3000)
    return found


def people(order: Order) -> list[int]:
    with organization_scope(order.organization_id):
        return people_of(order)


def send(
    client, order: Order, chosen: list[int], *, terms="policy", amount="", expected="0:0:0", note="", follow=False
):
    url = reverse("orders:cancel_places", args=[order.pk])
    values = {"people": chosen, "terms": terms, "amount_minor": amount}
    page = client.get(url, values)
    decision = {"expected": expected, "reason": "cancelled_by_guest", "note": note}
    return page, client.post(url, {**values, **decision}, follow=follow)


def test_manager_sees_lines_and_payments_before_the_click(harbour, member_client, order):
    manager = member_client(harbour, Role.MANAGER)
    page, answer = send(manager, order, people(order)[:1], expected="1250:1250:0")
    preview = page.context["preview"]
    assert [(line.quantity, line.value_minor, line.percent, line.back_minor) for line in preview.lines] == [
        (1, 2500, 50, 1250)
    ]
    assert [(payment.method, amount) for payment, amount in preview.payments] == [("bank_transfer", 1250)]
    assert answer.status_code == 302
    with organization_scope(harbour.pk):
        row = Cancellation.objects.get()
        assert (row.terms, row.back_minor, row.actor_id is None) == ("policy", 1250, False)


@pytest.mark.parametrize(("terms", "amount", "back"), [("full", "", 2500), ("amount", "7.00", 700)])
def test_other_terms_need_a_reason(harbour, member_client, order, terms, amount, back):
    owner = member_client(harbour, Role.OWNER)
    chosen = people(order)[:1]
    _page, answer = send(owner, order, chosen, terms=terms, amount=amount, expected=f"{back}:{2500 - back}:0")
    assert (answer.status_code, answer.context["decision"].errors) == (422, {"note": ["This field is required."]})
    _page, answer = send(
        owner, order, chosen, terms=terms, amount=amount, expected=f"{back}:{2500 - back}:0", note="Ill"
    )
    assert answer.status_code == 302
    with organization_scope(harbour.pk):
        assert Refund.objects.get().amount_minor == back


def test_manager_cannot_give_back_more_than_the_limit(harbour, member_client, order):
    page, answer = send(
        member_client(harbour, Role.MANAGER), order, people(order), terms="full", expected="7500:0:0", note="Ill"
    )
    assert (page.context["preview"], answer.status_code) == (None, 409)
    assert "You may pay back up to €30.00" in answer.content.decode()
    with organization_scope(harbour.pk):
        assert not Refund.objects.exists()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"people": [], "terms": "policy"}, "Choose who does not come."),
        ({"people": [0], "terms": "policy"}, "has just been changed"),
        ({"terms": "amount"}, "Say how much goes back."),
        ({"terms": "amount", "amount_minor": "99.00"}, "These places cost €75.00"),
    ],
)
def test_bad_choice_is_told(harbour, member_client, order, values, message):
    url = reverse("orders:cancel_places", args=[order.pk])
    page = member_client(harbour, Role.OWNER).get(url, {"people": people(order), **values})
    assert page.context["preview"] is None
    assert message in page.content.decode()


def test_page_says_what_is_not_asked_for_and_holds_it_to_the_limit(harbour, member_client):
    with organization_scope(harbour.pk):
        make_policy([(0, 50)], is_default=True)
        order = order_of(make_schedule(), method=PaymentMethod.ON_ARRIVAL)
        PaymentSettings.objects.update(refund_limit_minor=2499)
    url, chosen = reverse("orders:cancel_places", args=[order.pk]), {"people": people(order), "terms": "full"}
    page = member_client(harbour, Role.OWNER).get(url, chosen)
    assert "<dt>Agreed, but not asked for</dt><dd>€25.00</dd>" in page.content.decode()
    refused = member_client(harbour, Role.MANAGER).get(url, chosen)
    assert refused.context["preview"] is None
    assert "You may pay back up to €24.99 of one order; this would make it €25.00." in refused.content.decode()


@pytest.mark.parametrize("role", [Role.EDITOR, Role.GUIDE])
def test_who_may_not_change_orders_gets_no_page(harbour, member_client, order, role):
    client = member_client(harbour, role)
    for answer in send(client, order, people(order)[:1]):
        assert (answer.status_code, answer.url) == (302, "/admin/")


def test_refund_by_amount(harbour, member_client, order):
    owner = member_client(harbour, Role.OWNER)
    url = reverse("orders:refund", args=[order.pk])
    values = {"reason": "other", "note": "The boat was late"}
    assert "At most €75.00" in owner.post(url, {**values, "amount_minor": "75.01"}).content.decode()
    assert "There is nothing to pay back" in owner.post(url, {**values, "amount_minor": ""}).content.decode()
    owner.post(url, {**values, "amount_minor": "10.00"})
    with organization_scope(harbour.pk):
        assert Refund.objects.get().amount_minor == 1000
        assert queries.owed_minor(Order.objects.get(pk=order.pk)) == 0


FLEXIBLE = {
    "name": "Flexible",
    "hours_1": "24",
    "percent_1": "50",
    "hours_2": "48",
    "percent_2": "100",
    "fee_minor": "2.50",
}


def test_policy_is_written_with_its_tours(harbour, member_client):
    with organization_scope(harbour.pk):
        tour = make_schedule().tour
    admin = member_client(harbour, Role.ADMIN)
    answer = admin.post(reverse("cancellation_policies:add"), {**FLEXIBLE, "tours": [tour.pk]})
    assert answer.status_code == 302
    with organization_scope(harbour.pk):
        row = CancellationPolicy.objects.get()
        assert (row.steps, row.fee_minor, row.is_default) == (
            [{"hours": 48, "percent": 100}, {"hours": 24, "percent": 50}],
            250,
            False,
        )
        assert TourPolicy.objects.get().tour == tour
    page = admin.get(reverse("cancellation_policies:index")).content.decode()
    assert "Until 1 day before the start: 50% back." in page
    edit = reverse("cancellation_policies:edit", args=[row.pk])
    assert admin.get(edit).status_code == 200
    admin.post(edit, FLEXIBLE)
    with organization_scope(harbour.pk):
        assert not TourPolicy.objects.exists()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"percent_1": "100"}, "Closer to the start, less must come back than before."),
        ({"percent_1": ""}, "Give both the hours and the percent, or neither."),
        ({"percent_1": "101"}, "Ensure this value is less than or equal to 100."),
        ({"hours_1": "48"}, "Two deadlines are the same."),
        ({"hours_2": "9999"}, "A deadline lies between the start and a year before it."),
        ({"fee_minor": "-1"}, "Enter an amount of zero or more."),
        ({"is_default": "on"}, "“Strict” is for all other tours already."),
        ({"name": "Strict"}, "already exists"),
    ],
)
def test_policy_that_makes_no_sense_is_refused(harbour, member_client, values, message):
    with organization_scope(harbour.pk):
        make_policy([], name="Strict", is_default=True)
    answer = member_client(harbour, Role.ADMIN).post(reverse("cancellation_policies:add"), {**FLEXIBLE, **values})
    assert answer.status_code == 200
    assert message in answer.content.decode()
    with organization_scope(harbour.pk):
        assert CancellationPolicy.objects.count() == 1


def test_tour_has_one_policy(harbour, member_client):
    with organization_scope(harbour.pk):
        tour = make_schedule().tour
        TourPolicy.objects.create(policy=make_policy([], name="Strict"), tour=tour)
    answer = member_client(harbour, Role.ADMIN).post(
        reverse("cancellation_policies:add"), {**FLEXIBLE, "tours": [tour.pk]}
    )
    assert "has the policy “Strict” already." in answer.content.decode()


def test_expected_amount_is_checked_for_staff_too(harbour, order):
    with organization_scope(harbour.pk), pytest.raises(CancellationRefused, match="has changed since you looked"):
        cancel_places(
            order,
            people_of(order)[:1],
            expected="1250:1250:0",
            terms=CancellationTerms.FULL,
            now=order.placed_at,
        )
