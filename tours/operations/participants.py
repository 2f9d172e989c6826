"""What is known of the people of a booking: names, needs, diets, whom to call."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from django.db import transaction

from tenancy import audit
from tenancy.audit import Actor, Change
from tours.models import Booking, Participant
from tours.queries import bookings_for_update


@dataclass(frozen=True, slots=True)
class ParticipantDetails:
    """What guests or staff say of one person; a phone number is E.164 or empty."""

    name: str = ""
    age: int | None = None
    needs: str = ""
    diet: str = ""
    emergency_name: str = ""
    emergency_phone: str = ""


@transaction.atomic
def describe_participants(
    booking: Booking,
    details: Mapping[int, ParticipantDetails],
    *,
    special_needs: str | None = None,
    actor: Actor = None,
) -> Booking:
    """Write down what is said of people of a booking, by their primary keys; return the booking. Others are left as they are.

    The special needs of the whole party stay when `special_needs` is None. A repeat has no effect.
    """
    (locked,) = bookings_for_update([booking])
    changes: list[Change] = []
    written = []
    for person in Participant.objects.filter(booking=locked, pk__in=details).order_by("pk"):
        found = _changes(person, details[person.pk])
        if found:
            changes += found
            written.append(person)
    names = [field.name for field in fields(ParticipantDetails)]
    Participant.objects.bulk_update(written, names)
    if special_needs is not None and special_needs != locked.special_needs:
        changes.append(Change("special_needs", locked.special_needs, special_needs, is_personal=True))
        locked.special_needs = special_needs
        locked.save(update_fields=["special_needs", "updated_at"])
    if changes:
        audit.record("booking.people_described", locked, actor=actor, changes=changes)
    return locked


def _changes(person: Participant, details: ParticipantDetails) -> list[Change]:
    found = []
    for field in fields(ParticipantDetails):
        before, after = _text(getattr(person, field.name)), _text(getattr(details, field.name))
        if before != after:
            found.append(
                Change(field.name, before, after, relation="participants", name=str(person)[:200], is_personal=True)
            )
            setattr(person, field.name, getattr(details, field.name))
    return found


def _text(value: object) -> str:
    return "" if value is None else str(value)
