import pytest

from tenancy.enums import Role
from tests.crm.test_tasks import named
from tests.fixtures import make_member


@pytest.fixture
def ada(harbour):
    return named(make_member(harbour, Role.MANAGER, "ada@harbour.example"), "Ada", "Lovelace")


@pytest.fixture
def ben(harbour):
    return named(make_member(harbour, Role.MANAGER, "ben@harbour.example"), "Ben", "Manager")
