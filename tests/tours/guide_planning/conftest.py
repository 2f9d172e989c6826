"""A departure in June, planned in May."""

import pytest

from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.factories import GuideFactory, TourFactory, VariantFactory, make_schedule
from tests.fixtures import make_member
from tests.tours.guide_planning.planning import NOW


@pytest.fixture(autouse=True)
def _in_may(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def manager(harbour):
    return make_member(harbour, Role.MANAGER)


@pytest.fixture
def tour(harbour):
    with organization_scope(harbour.pk):
        return TourFactory(name="Old town")


@pytest.fixture
def schedule(harbour, tour):
    with organization_scope(harbour.pk):
        return make_schedule(VariantFactory(tour=tour))


@pytest.fixture
def piet(harbour):
    with organization_scope(harbour.pk):
        return GuideFactory(name="Piet", email="piet@example.com", languages=["de"])
