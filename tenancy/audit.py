"""The append-only record of what people and the system did."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import models

from tenancy.models import AuditEntry, User

Actor = User | AnonymousUser | None


def record(action: str, subject: models.Model, *, actor: Actor = None, **details: Any) -> AuditEntry:
    """Write down in the running transaction that `actor` (None: the system or a guest) did `action` to `subject`.

    `details` must be JSON; put ids and amounts there, never a person's data.
    """
    return AuditEntry.objects.create(
        action=action,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        actor_id=actor.pk if actor is not None and actor.is_authenticated else None,
        details=details,
    )
