"""The world of two organizations, in a database of its own that each process builds once."""

import logging
from collections.abc import Iterator

import pytest

from tests.database import drop_database, fresh_database
from tests.isolation.world import World, build_world, undone


@pytest.fixture(scope="session")
def _world_built(
    django_db_setup: None, django_db_blocker, database_template: str, tmp_path_factory
) -> Iterator[tuple[str, World]]:  # type: ignore[no-untyped-def]
    from django.conf import settings
    from django.db import connection
    from django.test import override_settings

    own = connection.settings_dict["NAME"]
    database = f"{own}_isolation"
    fresh_database(database_template, database)
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=str(tmp_path_factory.mktemp("world"))):
        connection.close()
        connection.settings_dict["NAME"] = database
        try:
            world = build_world()
        finally:
            connection.close()
            connection.settings_dict["NAME"] = own
        media = settings.MEDIA_ROOT
    yield database, media, world
    drop_database(database)


@pytest.fixture
def quiet() -> Iterator[None]:
    """Thousands of answers that refuse are no news."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def world(_world_built, _media_in_scratch, django_db_blocker, settings) -> Iterator[World]:  # type: ignore[no-untyped-def]
    """Both organizations with all their rows. What a test writes is undone after it."""
    from django.db import connection

    database, settings.MEDIA_ROOT, built = _world_built
    own = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = database
        try:
            with undone():
                yield built
        finally:
            connection.close()
            connection.settings_dict["NAME"] = own
