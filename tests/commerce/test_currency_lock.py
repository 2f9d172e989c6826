import pytest
from django.db import IntegrityError, connection, transaction

from commerce.models import Order, PaymentSettings
from commerce.operations import OrderRefused
from tenancy.models import AuditEntry, Organization
from tenancy.operations import SettingRefused, change_organization
from tenancy.queries import locked_settings
from tenancy.scope import organization_scope
from tests.commerce.factories import order_of
from tests.factories import make_schedule
from tests.parallel import in_parallel

REASON = "There are orders in this currency already, so it cannot be changed any more."


def test_currency_changes_before_the_first_order(in_harbour):
    assert locked_settings() == {}
    assert change_organization(in_harbour, changes={"currency": "CHF"}, actor=None).currency == "CHF"
    entry = AuditEntry.objects.get(action="organization.changed")
    assert entry.details == {"changes": [{"field": "currency", "before": "EUR", "after": "CHF"}]}


def test_currency_is_locked_by_the_first_order(in_harbour):
    order_of(make_schedule())
    assert locked_settings() == {"currency": REASON}
    with pytest.raises(SettingRefused) as refused:
        change_organization(in_harbour, changes={"currency": "CHF", "name": "Other"}, actor=None)
    assert (refused.value.field, refused.value.message) == ("currency", REASON)
    in_harbour.refresh_from_db()
    assert (in_harbour.currency, in_harbour.name) == ("EUR", "Harbour Walks")
    # The order's own state is no reason: it stays in the books.
    Order.objects.update(status="cancelled")
    assert locked_settings() == {"currency": REASON}


def test_locked_currency_that_does_not_change_is_no_matter(in_harbour):
    order_of(make_schedule())
    changed = change_organization(in_harbour, changes={"currency": "EUR", "name": "Other"}, actor=None)
    assert (changed.currency, changed.name) == ("EUR", "Other")


def test_database_refuses_to_change_the_currency_of_orders(in_harbour):
    order_of(make_schedule())
    with pytest.raises(IntegrityError, match="organization_currency_locked"), transaction.atomic():
        Organization.objects.update(currency="CHF")
    Organization.objects.update(currency="EUR", name="Other")


def test_database_refuses_an_order_in_another_currency(in_harbour):
    order_of(make_schedule())
    Order.objects.update(currency="CHF")
    order = Order.objects.get()
    order.pk, order.number, order.secret, order.checkout_token = None, "HW-OTHER", "other", None
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS order_currency IMMEDIATE")
    with pytest.raises(IntegrityError, match="order_currency"), transaction.atomic():
        order.save()


@pytest.mark.django_db(transaction=True)
def test_order_and_change_of_currency_at_once(harbour):
    with organization_scope(harbour.pk):
        schedules = [make_schedule() for _number in range(4)]
        PaymentSettings.objects.update(bank_transfer_enabled=True)

    def act(number):
        if number % 2:
            return change_organization(harbour, changes={"currency": "CHF"}, actor=None).currency
        return order_of(schedules[number]).currency

    for _round in range(5):
        results = in_parallel(harbour, 4, act)
        with organization_scope(harbour.pk):
            currency = Organization.objects.get().currency
            assert {order.currency for order in Order.objects.all()} <= {currency}
        refused = [result for result in results if isinstance(result, Exception)]
        assert {type(error) for error in refused} <= {SettingRefused, OrderRefused}
        assert len(refused) < 4


@pytest.mark.parametrize(("most", "quantity", "refused"), [(None, 8, False), (3, 3, False), (3, 4, True)])
def test_orders_of_guests_have_at_most_so_many_places(in_harbour, most, quantity, refused):
    PaymentSettings.objects.update(max_places=most)
    if not refused:
        assert order_of(make_schedule(), quantity=quantity).total_minor == 2500 * quantity
        return
    with pytest.raises(OrderRefused) as error:
        order_of(make_schedule(), quantity=quantity)
    assert error.value.code == "too_many"
    assert error.value.message == "At most 3 places can be booked at once. Please ask us about larger groups."
    assert Order.objects.count() == 0
