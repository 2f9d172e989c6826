"""A guide who has an account."""

import pytest

from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.factories import GuideFactory
from tests.fixtures import make_member


@pytest.fixture
def piet(harbour):
    return make_member(harbour, Role.GUIDE, "piet@harbour.example")


@pytest.fixture
def guide(harbour, piet):
    with organization_scope(harbour.pk):
        return GuideFactory(name="Piet Hansen", user=piet)
