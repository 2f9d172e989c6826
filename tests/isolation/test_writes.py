import pytest
from django.db import connection

from tenancy.enums import Role
from tenancy.scope import every_organization
from tests.isolation.exceptions import BREAKS_ON_FOREIGN_WRITES
from tests.isolation.walk import Walk
from tests.isolation.watch import changes, crossing_keys

WRITERS = [*Role, None]

pytestmark = pytest.mark.filterwarnings("ignore:Pagination may yield:django.core.paginator.UnorderedObjectListWarning")


@pytest.mark.parametrize("role", WRITERS, ids=lambda role: str(role or "guest"))
def test_nobody_changes_anything_of_another_organization(world, quiet, record_property, role):
    walk = Walk(world, role)
    walk.try_to_write()
    record_property("isolation", {**walk.counts, "role": str(role or "guest")})
    assert "\n".join(walk.findings) == ""
    if role == Role.OWNER:
        assert walk.breaking == set(BREAKS_ON_FOREIGN_WRITES)


def test_a_change_of_the_others_rows_is_counted_although_undone(world):
    before = changes()
    with every_organization(), connection.cursor() as cursor:
        cursor.execute("SAVEPOINT here")
        cursor.execute("UPDATE crm_customer SET note = 'x' WHERE organization_id = %s", [world.own.organization.pk])
        assert changes() == before
        cursor.execute("UPDATE crm_customer SET note = 'x' WHERE organization_id = %s", [world.foreign.organization.pk])
        cursor.execute("ROLLBACK TO SAVEPOINT here")
    assert changes() > before


def test_rows_point_at_rows_of_their_own_organization(world):
    assert crossing_keys() == []
