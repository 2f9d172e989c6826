"""Who leads a departure, and who looked at its manifest."""

from collections.abc import Iterable

from django.db import transaction

from tenancy import audit
from tenancy.audit import Actor
from tours.enums import LEADING, AssignmentStatus
from tours.models import Guide, GuideAssignment, Schedule
from tours.queries import Manifest, guides_of, manifest_of, schedule_for_update


@transaction.atomic
def assign_guides(schedule: Schedule, *, guides: Iterable[Guide], actor: Actor = None) -> list[Guide]:
    """Put exactly these guides down for a departure; return them by name.

    Whom staff put down is confirmed, also after having declined; who was asked or confirmed already stays so. A repeat has no effect.
    """
    locked = schedule_for_update(schedule.pk)
    wanted = {guide.pk for guide in guides}
    before = {guide.pk for guide in guides_of(locked)}
    if wanted == before:
        return guides_of(locked)
    locked.guide_assignments.filter(status__in=LEADING).exclude(guide__in=wanted).delete()
    for guide_id in sorted(wanted - before):
        GuideAssignment.objects.update_or_create(
            schedule=locked, guide_id=guide_id, defaults={"status": AssignmentStatus.CONFIRMED}
        )
    audit.record("schedule.guides_set", locked, actor=actor, guide_ids=sorted(wanted))
    return guides_of(locked)


@transaction.atomic
def open_manifest(schedule: Schedule, *, actor: Actor) -> Manifest:
    """Return who comes on a departure, and write down who looked."""
    audit.record("manifest.viewed", schedule, actor=actor)
    return manifest_of(schedule)
