import threading

import pytest
from django.db import DatabaseError, connection, transaction

from crm.models import Customer
from tenancy.models import Organization, User
from tenancy.scope import (
    ScopeError,
    current_organization_id,
    every_organization,
    no_scope,
    organization_scope,
    require_organization_id,
)


@pytest.fixture
def customers(harbour: Organization, kyoto: Organization) -> None:
    for organization, name in ((harbour, "Hanna"), (kyoto, "Kenji")):
        with organization_scope(organization.pk):
            Customer.objects.create(first_name=name)


def names() -> list[str]:
    return list(Customer.objects.order_by("first_name").values_list("first_name", flat=True))


@transaction.atomic
def fail_in(organization: Organization) -> None:
    with organization_scope(organization.pk), connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")


def test_scope_shows_the_rows_of_its_organization(customers, harbour, kyoto):
    with organization_scope(harbour.pk):
        assert names() == ["Hanna"]
        with organization_scope(kyoto.pk):
            assert names() == ["Kenji"]
        assert names() == ["Hanna"]
    assert names() == []


def test_scope_of_every_organization_shows_all_rows(customers):
    with every_organization():
        assert names() == ["Hanna", "Kenji"]
        with no_scope():
            assert names() == []


def test_scope_survives_rollback_and_savepoint_rollback(customers, harbour, kyoto):
    with organization_scope(harbour.pk):
        assert names() == ["Hanna"]
        with pytest.raises(DatabaseError):
            fail_in(kyoto)
        assert names() == ["Hanna"]


def test_scope_is_forgotten_with_the_connection(customers, harbour, transactional_db):
    with organization_scope(harbour.pk):
        connection.close()
        assert current_organization_id() == harbour.pk
        assert Customer.objects.count() == 1
    connection.close()
    assert Customer.objects.count() == 0


def test_queryset_belongs_to_the_scope_in_which_it_is_evaluated(customers, harbour, kyoto):
    with organization_scope(harbour.pk):
        queryset = Customer.objects.values_list("first_name", flat=True)
    with organization_scope(kyoto.pk):
        assert list(queryset) == ["Kenji"]


def test_foreign_row_cannot_be_changed_or_removed(customers, harbour, kyoto):
    with every_organization():
        foreign = Customer.objects.get(first_name="Kenji")
    with organization_scope(harbour.pk):
        assert Customer.objects.filter(pk=foreign.pk).update(first_name="Changed") == 0
        assert Customer.objects.filter(pk=foreign.pk).delete() == (0, {})
    with organization_scope(kyoto.pk):
        assert names() == ["Kenji"]


def test_row_cannot_be_written_for_another_organization(harbour, kyoto):
    with organization_scope(harbour.pk), pytest.raises(DatabaseError), transaction.atomic():
        Customer.objects.create(first_name="Smuggled", organization=kyoto)


def test_thread_starts_without_a_scope(customers, harbour, transactional_db):
    seen: list[int | None] = []
    with organization_scope(harbour.pk):
        thread = threading.Thread(target=lambda: seen.append(current_organization_id()))
        thread.start()
        thread.join()
    assert seen == [None]


def test_require_organization_without_scope():
    with pytest.raises(ScopeError):
        require_organization_id()


def test_account_is_seen_only_where_it_has_a_membership(harbour, kyoto):
    from tenancy.enums import Role
    from tests.fixtures import make_member

    make_member(harbour, Role.OWNER)
    with organization_scope(harbour.pk):
        assert [user.email for user in User.objects.all()] == ["owner@harbour.example"]
    with organization_scope(kyoto.pk):
        assert User.objects.count() == 0
