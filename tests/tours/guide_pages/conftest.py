"""A guide and the departures they lead."""

import pytest

from tenancy.scope import organization_scope
from tests.factories import TourFactory, VariantFactory, make_schedule
from tests.fixtures import client_for
from tests.tours.guide_pages.meeting_point import NOW
from tours.operations import assign_guides


@pytest.fixture(autouse=True)
def _at_the_meeting_point(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def client(harbour, piet, guide):
    return client_for(harbour, piet)


@pytest.fixture
def own(harbour, guide):
    with organization_scope(harbour.pk):
        schedule = make_schedule(VariantFactory(tour=TourFactory(name="Old town")), capacity=60)
        assign_guides(schedule, guides=[guide])
    return schedule
