import pytest
from django.db import connection

from tenancy.enums import Role
from tenancy.scope import every_organization
from tests.isolation.exceptions import ANSWERS_TO_FOREIGN_KEYS
from tests.isolation.routes import Address, routes
from tests.isolation.walk import Walk

# The report of translations has no order of its own.
pytestmark = pytest.mark.filterwarnings("ignore:Pagination may yield:django.core.paginator.UnorderedObjectListWarning")


@pytest.mark.parametrize("role", [*Role, None], ids=lambda role: str(role or "guest"))
def test_nobody_sees_anything_of_another_organization(world, quiet, record_property, role):
    walk = Walk(world, role)
    walk.look_around()
    record_property("isolation", {**walk.counts, "role": str(role or "guest")})
    assert "\n".join(walk.findings) == ""
    if role == Role.OWNER:
        assert walk.answering == set(ANSWERS_TO_FOREIGN_KEYS)


def _address(name: str) -> Address:
    route = next(route for route in routes() if route.name == name)
    return Address(route, route.url({}), foreign=False)


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("customers:index", "crm_customer"),
        ("orders:index", "commerce_order"),
        ("places:index", "places_place"),
        ("tours:index", "tours_tour"),
        ("messages_sent:index", "crm_message"),
    ],
)
def test_a_table_without_protection_is_noticed(world, quiet, name, table):
    walk = Walk(world, Role.OWNER)
    walk.ask(_address(name))
    assert walk.findings == []
    with every_organization(), connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
    walk.ask(_address(name))
    assert len(walk.findings) == 1
