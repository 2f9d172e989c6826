"""What was said with a customer is written down."""

import mimetypes
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from pathlib import PurePath
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.files import File
from django.db import transaction
from django.db.models import Model

from crm import emails
from crm.enums import Direction, ProtocolKind
from crm.models import Customer, Protocol, ProtocolFile, ProtocolMention, ProtocolParticipant
from crm.operations.activities import touch
from crm.operations.follow_ups import set_follow_up
from crm.operations.links import set_links
from crm.operations.messages import queue_message
from crm.queries import protocol_readers, record_name
from crm.rules import clean_rich, mentioned
from tenancy import audit
from tenancy.audit import Actor
from tenancy.fields import without_markup
from tenancy.models import User


@transaction.atomic
def log_protocol(
    customer: Customer,
    *,
    kind: ProtocolKind,
    direction: Direction,
    subject: str,
    body: str,
    happened_at: datetime,
    duration_minutes: int | None = None,
    follow_up_on: date | None = None,
    follow_up_by: User | None = None,
    own_kind: str = "",
    outcome: str = "",
    is_private: bool = False,
    links: Iterable[Model] = (),
    participants: Iterable[User] = (),
    files: Iterable["File[Any]"] = (),
    author: User | None,
    now: datetime,
) -> Protocol:
    """Write down an interaction with a customer and the records it is about; return the protocol.

    `body` is rich text (`rules.rich_of` makes a plain one so), cleaned here; whom it mentions by @ is told.
    `happened_at` is an instant, `duration_minutes` whole minutes, `follow_up_on` the day of the organization on which `follow_up_by` has a
    task to come back to it. `participants` are those of the staff who took part besides the author, `files` checked by
    `tenancy.validators`. Raises `LinkRefused` for a record that the organization does not have; then nothing is written.
    """
    protocol = Protocol.objects.create(
        customer=customer,
        kind=kind,
        direction=direction,
        subject=subject,
        body=clean_rich(body),
        happened_at=happened_at,
        duration_minutes=duration_minutes,
        own_kind=own_kind,
        outcome=outcome,
        is_private=is_private,
        author=author,
    )
    set_participants(protocol, participants)
    add_files(protocol, files, actor=author)
    set_links(protocol.links, links)
    touch(customer, at=happened_at)
    set_follow_up(protocol, due_on=follow_up_on, assignee=follow_up_by, now=now, actor=author)
    audit.record("protocol.logged", protocol, actor=author)
    tell_mentioned(protocol, now=now, actor=author)
    return protocol


@transaction.atomic
def tell_mentioned(protocol: Protocol, *, now: datetime, actor: User | None) -> list[User]:
    """Tell those whom a protocol mentions by @ and who may read it, each once; return whom. A private one tells nobody."""
    if protocol.is_private:
        return []
    people = [user for user in mentioned(without_markup(protocol.body), protocol_readers()) if user != actor]
    known = set(protocol.mentions.values_list("user", flat=True))
    new = [user for user in people if user.pk not in known]
    ProtocolMention.objects.bulk_create(
        [ProtocolMention(protocol=protocol, user=user) for user in new], ignore_conflicts=True
    )
    for user in new:
        mail = emails.about_protocol(protocol, user, actor=actor)
        queue_message(
            kind="protocol_mention",
            dedupe_key=f"protocol-{protocol.pk}-{user.pk}",
            record=protocol,
            now=now,
            **asdict(mail),
        )
    return new


def see_mention(protocol: Protocol, user: User, *, now: datetime) -> None:
    """Put down that somebody has looked at a protocol that mentions them. A repeat has no effect."""
    ProtocolMention.objects.filter(protocol=protocol, user=user, seen_at=None).update(seen_at=now)


@transaction.atomic
def relink_protocol(protocol: Protocol, *, links: Iterable[Model], user: User | None = None) -> Protocol:
    """Make a protocol be about these records and no others; return it. Raises `LinkRefused` as `log_protocol` does.

    What `user` may not see it stays about.
    """
    set_links(protocol.links, links, user=user)
    return protocol


@transaction.atomic
def link_protocol(protocol: Protocol, record: Model, *, actor: Actor) -> None:
    """Make a protocol be about one more record of the organization. A repeat has no effect."""
    kind = ContentType.objects.get_for_model(record)
    _link, is_new = protocol.links.get_or_create(content_type=kind, object_id=record.pk)
    if is_new:
        audit.record("protocol.linked", protocol, actor=actor, other=record_name(record))


@transaction.atomic
def unlink_protocol(protocol: Protocol, record: Model, *, actor: Actor) -> None:
    """Make a protocol be about one record no more. A repeat has no effect."""
    kind = ContentType.objects.get_for_model(record)
    deleted, _rows = protocol.links.filter(content_type=kind, object_id=record.pk).delete()
    if deleted:
        audit.record("protocol.unlinked", protocol, actor=actor, other=record_name(record))


def set_participants(protocol: Protocol, users: Iterable[User]) -> None:
    """Let these members of the staff, and no others, have taken part besides the author."""
    wanted = {user.pk for user in users}
    protocol.participants.exclude(user__in=wanted).delete()
    ProtocolParticipant.objects.bulk_create(
        [ProtocolParticipant(protocol=protocol, user_id=pk) for pk in sorted(wanted)], ignore_conflicts=True
    )


@transaction.atomic
def add_files(protocol: Protocol, files: Iterable["File[Any]"], *, actor: Actor) -> None:
    """Keep uploaded files beside a protocol; `check_document` has looked at them."""
    for file in files:
        name = PurePath(file.name or "").name
        file.seek(0)
        ProtocolFile.objects.create(
            protocol=protocol,
            name=name[-200:],
            content_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
            size=file.size,
            content=file.read(),
        )
        audit.record("protocol.file_added", protocol, actor=actor)


@transaction.atomic
def remove_files(protocol: Protocol, files: Iterable[ProtocolFile], *, actor: Actor) -> None:
    """Remove files from beside a protocol."""
    for file in files:
        audit.record("protocol.file_removed", protocol, actor=actor)
        file.delete()
