"""Money that is reserved on cards: taken when the departure takes place, freed when it does not."""

import datetime as dt

import pytest

from commerce import queries
from commerce.enums import AuthorisationEnding, CancellationTerms, OrderSource, PaymentMethod, RefundReason
from commerce.gateways import stripe
from commerce.models import (
    AuthorisationRule,
    DepositRule,
    LedgerTransaction,
    Order,
    Payment,
    PaymentSettings,
)
from commerce.operations import (
    CancellationRefused,
    CartLine,
    ChangeRefused,
    GuestPlan,
    PaymentRefused,
    add_charge,
    cancel_departure,
    cancel_order,
    cancel_places,
    capture_payment,
    change_booking,
    follow_reservations,
    place_order,
    record_payment,
    refresh_payment,
    start_card_payment,
    stop_card_payment,
    take_reserved,
)
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.commerce.factories import GRETE, NOW, tier_of
from tests.commerce.test_card_payments import SECRET, SOON, reference_of
from tests.commerce.test_departures import tell
from tests.commerce.test_policies import make_policy
from tests.factories import TourFactory, VariantFactory, make_schedule
from tours.models import Participant, Schedule

NEAR = dt.date(2031, 1, 14)
PLAN = GuestPlan(reason="Storm")


@pytest.fixture
def card(stripe_emulator, harbour: Organization):
    with organization_scope(harbour.pk):
        PaymentSettings.objects.update(
            stripe_secret_key="sk_test_harbour",
            stripe_publishable_key="pk_test_harbour",
            stripe_webhook_secret=SECRET,
            bank_transfer_enabled=True,
        )
    return stripe_emulator


def departure(*, minimum: int = 4, date: dt.date = NEAR, when_ending: str = AuthorisationEnding.RELEASE) -> Schedule:
    """A departure whose tour takes the money only when enough people have booked."""
    variant = VariantFactory(tour=TourFactory(min_participants=minimum))
    AuthorisationRule.objects.create(tour=variant.tour, when_ending=when_ending)
    return make_schedule(variant, date=date)


def order_by_card(*schedules: Schedule, quantity: int = 2) -> Order:
    """An order over 25.00 for each place."""
    return order_by(PaymentMethod.CARD, *schedules, quantity=quantity)


def order_by(method: PaymentMethod, *schedules: Schedule, quantity: int = 2) -> Order:
    return place_order(
        [CartLine(str(schedule.public_id), {tier_of(schedule).pk: quantity}) for schedule in schedules],
        contact=GRETE,
        method=method,
        source=OrderSource.WEB,
        now=NOW,
    )


def settle(order: Order, card, *, with_card: str = "pm_card_visa") -> Order:
    """The guest types a card; the bank keeps the money for seven days of the tests' clock."""
    card.pay(reference_of(order), card=with_card)
    refresh_payment(order.payments.get(), now=SOON)
    order.payments.filter(status="authorised").update(authorised_until=NOW + dt.timedelta(days=7))
    return fresh(order)


def reserved_order(schedule: Schedule, card, *, quantity: int = 2) -> Order:
    return settle(order_by_card(schedule, quantity=quantity), card)


def fresh(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def state(order: Order) -> tuple[str, str, str, int]:
    """The states of order, payment and booking, and what was taken."""
    payment = order.payments.order_by("pk").first()
    return fresh(order).status, payment.status, order.lines.first().booking.status, payment.captured_minor


def intent_of(order: Order, card) -> tuple[str, int]:
    """The PaymentIntent at the emulator, as the product's own client sees it: its state and what was taken."""
    reference = order.payments.order_by("pk").first().provider_reference
    intent = stripe.retrieve_intent(stripe.keys_of(PaymentSettings.objects.get()), reference)
    return intent.status, intent.received_minor


def capture_all(schedule: Schedule, *, now: dt.datetime = SOON) -> None:
    """What the jobs do, each twice."""
    for _time in range(2):
        follow_reservations(schedule.pk, now=now)
        for payment in Payment.objects.exclude(capture_at=None):
            capture_payment(payment.pk, now=now)


RESERVED = ("confirmed", "authorised", "confirmed", 0)
PAID = ("paid", "succeeded", "confirmed", 5000)
CANCELLED = ("cancelled", "cancelled", "cancelled", 0)


def test_card_is_reserved_and_the_places_are_confirmed(in_harbour, card):
    schedule = departure()
    order = reserved_order(schedule, card)
    assert state(order) == RESERVED
    assert intent_of(order, card) == ("requires_capture", 0)
    assert (queries.paid_minor(order), queries.owed_minor(order), queries.kept_minor(order)) == (0, 0, 0)
    assert LedgerTransaction.objects.count() == 0
    assert queries.reserved_sum(schedule) == queries.ReservedSum(1, 5000)
    with pytest.raises(PaymentRefused, match="reserved on your card already"):
        start_card_payment(order.payments.get(), now=SOON)
    # Too few so far: nothing is taken.
    capture_all(schedule)
    assert state(order) == RESERVED


def test_enough_people_make_the_departure_certain_and_the_money_is_taken(in_harbour, card):
    schedule = departure()
    first, second = reserved_order(schedule, card), reserved_order(schedule, card)
    capture_all(schedule)
    assert [state(first), state(second)] == [PAID, PAID]
    assert [intent_of(first, card), intent_of(second, card)] == [("succeeded", 5000)] * 2
    schedule.refresh_from_db()
    assert schedule.guaranteed_at == SOON
    assert sorted(LedgerTransaction.objects.values_list("kind", flat=True)) == ["charge", "charge", "fee", "fee"]
    # From now on cards are charged as usual.
    third = settle(order_by_card(schedule), card)
    assert state(third) == PAID


def test_people_who_are_still_paying_do_not_count(in_harbour, card):
    schedule = departure()
    first = reserved_order(schedule, card)
    order_by_card(schedule)
    capture_all(schedule)
    assert state(first) == RESERVED


def test_other_ways_of_paying_count_as_people(in_harbour, card):
    schedule = departure()
    first = reserved_order(schedule, card)
    PaymentSettings.objects.update(on_arrival_enabled=True)
    order_by(PaymentMethod.ON_ARRIVAL, schedule)
    capture_all(schedule)
    assert state(first) == PAID


@pytest.mark.parametrize(
    ("minimum", "date", "rule", "deposit"),
    [
        (1, NEAR, True, False),
        (4, dt.date(2031, 1, 17), True, False),
        (4, NEAR, False, False),
        (4, NEAR, True, True),
    ],
)
def test_card_is_charged_as_usual(in_harbour, card, minimum, date, rule, deposit):
    schedule = departure(minimum=minimum, date=date)
    if not rule:
        AuthorisationRule.objects.all().delete()
    if deposit:
        DepositRule.objects.create(percent=50, rest_days=1)
    order = order_by_card(schedule)
    assert {payment.takes_later for payment in order.payments.all()} == {False}


def test_order_of_two_departures_is_charged_as_usual(in_harbour, card):
    assert state(settle(order_by_card(departure(), departure()), card))[:2] == ("paid", "succeeded")


def test_declined_card_is_tried_again_and_the_bank_may_ask(in_harbour, card):
    order = order_by_card(departure())
    settle(order, card, with_card="pm_card_chargeDeclined")
    assert state(order) == ("pending", "failed", "held", 0)
    settle(order, card, with_card="pm_card_authenticationRequired")
    assert state(order) == ("pending", "requires_action", "held", 0)
    reference = order.payments.get().provider_reference
    card.turn("advance", account="harbour", payment_intent=reference, status="challenge_passed")
    refresh_payment(order.payments.get(), now=SOON)
    assert state(order) == RESERVED
    assert (order.payments.count(), order.payments.get().provider_reference) == (1, reference)


def test_cancelled_departure_frees_the_cards(in_harbour, card):
    schedule = departure()
    orders = [reserved_order(schedule, card), reserved_order(schedule, card, quantity=1)]
    tell(cancel_departure(schedule, plan=PLAN, now=SOON), orders)
    for payment in Payment.objects.exclude(stop_at=None):
        stop_card_payment(payment.pk, now=SOON)
    assert [state(order) for order in orders] == [CANCELLED, CANCELLED]
    assert [intent_of(order, card) for order in orders] == [("canceled", 0)] * 2
    assert [payment.refunds.count() for payment in Payment.objects.all()] == [0, 0]
    assert (
        queries.card_words(fresh(orders[0]))
        == "€50.00 were reserved on the card and are free again. Nothing was charged."
    )


def test_cancelled_order_frees_the_card(in_harbour, card):
    order = reserved_order(departure(), card)
    cancel_order(order, reason=RefundReason.CANCELLED_BY_GUEST, now=SOON)
    stop_card_payment(order.payments.get().pk, now=SOON)
    assert state(order) == CANCELLED
    assert intent_of(order, card) == ("canceled", 0)


def test_deposit_by_the_day_of_the_organization_is_never_reserved(in_harbour, card):
    schedule = departure()
    # It is the next day there already, on which the whole price would be due.
    Schedule.objects.update(time_zone="Pacific/Auckland")
    DepositRule.objects.create(percent=50, rest_days=3)
    first = order_by_card(schedule).payments.order_by("pk").first()
    assert (first.amount_minor, first.takes_later) == (2500, False)


def give_up(order: Order, count: int, **options):
    people = Participant.objects.filter(booking__order_lines__order=order).distinct().order_by("pk")
    freed = 2500 * count
    return cancel_places(order, [person.pk for person in people[:count]], expected=f"0:0:{freed}", now=SOON, **options)


@pytest.mark.parametrize("terms", list(CancellationTerms))
def test_fewer_people_are_charged_less(in_harbour, card, terms):
    schedule = departure(minimum=2)
    order = reserved_order(schedule, card, quantity=3)
    row = give_up(order, 1, terms=terms)
    assert (row.value_minor, row.fee_minor, row.back_minor, row.is_whole) == (2500, 0, 0, False)
    assert state(order) == RESERVED
    capture_all(schedule)
    assert state(order) == PAID
    assert intent_of(order, card) == ("succeeded", 5000)
    assert fresh(order).needs_attention == ""
    assert queries.surplus_minor(fresh(order)) == 0


def test_nothing_is_kept_of_a_card_that_was_charged_after_the_guest_looked(in_harbour, card):
    make_policy([(0, 0)], is_default=True)
    schedule = departure(minimum=2)
    order = reserved_order(schedule, card)
    capture_all(schedule)
    with pytest.raises(CancellationRefused, match="has changed since you looked") as refused:
        give_up(order, 2, by_guest=True)
    assert refused.value.preview.shown == "0:5000:0"
    assert state(order) == PAID


def test_nobody_left_is_charged_nothing(in_harbour, card):
    order = reserved_order(departure(), card)
    row = give_up(order, 2)
    stop_card_payment(order.payments.get().pk, now=SOON)
    assert (row.fee_minor, row.is_whole) == (0, True)
    assert state(order) == CANCELLED
    assert intent_of(order, card) == ("canceled", 0)
    assert fresh(order).needs_attention == ""


def test_places_stand_still_while_the_money_is_taken(in_harbour, card):
    schedule = departure(minimum=2)
    order = reserved_order(schedule, card)
    follow_reservations(schedule.pk, now=SOON)
    with pytest.raises(CancellationRefused, match="being charged just now"):
        give_up(order, 1)
    capture_all(schedule)
    assert state(order) == PAID


def test_reserved_booking_is_not_changed(in_harbour, card):
    schedule = departure()
    order = reserved_order(schedule, card)
    booking = order.lines.get().booking
    with pytest.raises(ChangeRefused, match="reserved on a card"):
        change_booking(
            order, booking, to=schedule, quantities={tier_of(schedule).pk: 3}, expected_difference_minor=2500, now=SOON
        )


def test_reserved_price_is_not_paid_a_second_time(in_harbour, card):
    order = reserved_order(departure(), card)
    with pytest.raises(PaymentRefused, match="At most €50"):
        record_payment(order, amount_minor=5001, note="Cash", now=SOON, actor=None)
    add_charge(order, amount_minor=700, reason="Boots", now=SOON, actor=None)
    record_payment(order, amount_minor=700, note="Cash", now=SOON, actor=None)
    # Only the boots are paid.
    assert state(order) == RESERVED
    take_reserved(order, now=SOON, actor=None)
    capture_payment(order.payments.order_by("pk").first().pk, now=SOON)
    assert (state(order), queries.paid_minor(fresh(order))) == (PAID, 5700)
