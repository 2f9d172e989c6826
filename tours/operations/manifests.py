"""Who comes on departures, and who looked at it."""

from collections.abc import Iterable

from django.db import transaction

from tenancy import audit
from tenancy.audit import Actor
from tours.models import Schedule
from tours.queries import Manifest, manifests_of


@transaction.atomic
def open_manifests(schedules: Iterable[Schedule], *, actor: Actor, file_format: str = "") -> list[Manifest]:
    """Return who comes on departures, and write down for each who looked, or who took the list away as a file of this format."""
    wanted = list(schedules)
    for schedule in wanted:
        if file_format:
            audit.record("manifest.exported", schedule, actor=actor, format=file_format)
        else:
            audit.record("manifest.viewed", schedule, actor=actor)
    return manifests_of(wanted)
