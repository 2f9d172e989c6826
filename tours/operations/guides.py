"""Who looked at the manifest of a departure."""

from django.db import transaction

from tenancy import audit
from tenancy.audit import Actor
from tours.models import Schedule
from tours.queries import Manifest, manifest_of


@transaction.atomic
def open_manifest(schedule: Schedule, *, actor: Actor) -> Manifest:
    """Return who comes on a departure, and write down who looked."""
    audit.record("manifest.viewed", schedule, actor=actor)
    return manifest_of(schedule)
