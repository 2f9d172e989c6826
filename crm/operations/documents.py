"""Private files are kept, read, shared and removed."""

import mimetypes
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Model, Sum

from crm.gateways.reading import preview_of, words_of
from crm.models import Document, DocumentLimits, DocumentShare, DocumentTag, DocumentVersion, Import
from crm.operations.links import set_links
from crm.queries import own_document_limits
from tenancy import audit
from tenancy.audit import Actor
from tenancy.jobs import enqueue
from tenancy.models import Organization, User
from tenancy.rules import token_hash


class NoRoomLeft(Exception):
    """The organization's documents would take more room than it has (`DOCUMENT_QUOTA_BYTES`)."""


@transaction.atomic
def upload_documents(
    files: Iterable["File[Any]"],
    *,
    title: str = "",
    about: Iterable[Model] = (),
    tags: Iterable[str] = (),
    actor: User | None,
    **fields: Any,
) -> list[Document]:
    """Keep files, each as a document of its own about these records; return the documents. `check_document` has looked at the files.

    `title` is for one file; several are called by their names. `fields` are the document's others. Raises `NoRoomLeft` and
    `LinkRefused`; then nothing is kept.
    """
    files, about, tags = list(files), list(about), list(tags)
    documents = []
    for file in files:
        name = PurePath(file.name or "").name
        called = title if title and len(files) == 1 else PurePath(name).stem
        document = Document.objects.create(title=called[:200] or name[:200], author=actor, **fields)
        set_links(document.links, about)
        set_document_tags(document, tags)
        add_version(document, file, actor=actor)
        documents.append(document)
    return documents


@transaction.atomic
def add_version(document: Document, file: "File[Any]", *, actor: User | None) -> DocumentVersion:
    """Keep a file as the newest version of a document; return the version. `check_document` has looked at it.

    Raises `NoRoomLeft`; then nothing is kept.
    """
    # One after the other, so that two versions get two numbers.
    Document.objects.select_for_update(no_key=True).get(pk=document.pk)
    used = DocumentVersion.objects.aggregate(sum=Sum("size"))["sum"] or 0
    if used + file.size > settings.DOCUMENT_QUOTA_BYTES:
        raise NoRoomLeft
    newest = document.versions.values_list("number", flat=True).first() or 0
    name = PurePath(file.name or "").name
    file.seek(0)
    version = DocumentVersion.objects.create(
        document=document,
        number=newest + 1,
        file=file,
        name=name[-200:],
        content_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
        size=file.size,
        author=actor,
    )
    audit.record("document.uploaded", document, actor=actor, version=version.number)
    enqueue("crm.read_document", version_id=version.pk)
    return version


@transaction.atomic
def set_document_tags(document: Document, names: Iterable[str]) -> None:
    """Let a document have these tags and no others; each name once."""
    wanted = dict.fromkeys(names)
    document.tags.exclude(name__in=wanted).delete()
    DocumentTag.objects.bulk_create(
        [DocumentTag(document=document, name=name) for name in wanted], ignore_conflicts=True
    )


def read_document(version_id: int, *, now: datetime) -> None:
    """Read the words of a version, by which it is found, and make its preview, once. A file that cannot be read has neither."""
    version = DocumentVersion.objects.filter(pk=version_id, read_at=None).first()
    if version is None:
        return
    with version.file.open() as file:
        content = file.read()
    ending = PurePath(version.name).suffix.lower().removeprefix(".")
    DocumentVersion.objects.filter(pk=version_id, read_at=None).update(
        words=words_of(content, ending), preview=preview_of(content, version.content_type), read_at=now
    )


@transaction.atomic
def share_version(version: DocumentVersion, *, days: int, now: datetime, actor: Actor) -> tuple[DocumentShare, str]:
    """Make a link to a version that expires after so many days; return it and its token, which nobody can read later."""
    token = secrets.token_urlsafe(32)
    share = DocumentShare.objects.create(
        version=version,
        token_hash=token_hash(token),
        expires_at=now + timedelta(days=days),
        author_id=actor.pk if actor is not None else None,
    )
    audit.record("document.shared", version.document, actor=actor, days=days)
    return share, token


@transaction.atomic
def revoke_share(share: DocumentShare, *, now: datetime, actor: Actor) -> None:
    """Take a link back. A repeat has no effect."""
    if DocumentShare.objects.filter(pk=share.pk, revoked_at=None).update(revoked_at=now):
        audit.record("document.share_revoked", share.version.document, actor=actor)


@transaction.atomic
def count_download(share: DocumentShare, *, now: datetime) -> None:
    """Write down that somebody fetched a file by its link."""
    DocumentShare.objects.filter(pk=share.pk).update(downloads=F("downloads") + 1, last_download_at=now)
    audit.record("document.downloaded", share.version.document)


def remove_orphans(organization: Organization, *, now: datetime) -> int:
    """Remove the stored files that nothing leads to any more, because a transaction failed; return how many.

    Those of the last day stay.
    """
    folder = f"{organization.public_id}/private"
    if not default_storage.exists(folder):
        return 0
    known = set(DocumentVersion.objects.filter(organization=organization).values_list("file", flat=True))
    known |= set(Import.objects.filter(organization=organization).values_list("file", flat=True))
    removed = 0
    for name in default_storage.listdir(folder)[1]:
        path = f"{folder}/{name}"
        if path not in known and default_storage.get_modified_time(path) < now - timedelta(days=1):
            default_storage.delete(path)
            removed += 1
    return removed


@transaction.atomic
def set_document_limits(*, max_megabytes: int | None, endings: Iterable[str], actor: User | None) -> DocumentLimits:
    """Let the organization's private files be so big at most (None: as the system allows) and of these kinds (none: all); return the row.

    Files that are there stay.
    """
    before = own_document_limits()
    limits, _created = DocumentLimits.objects.update_or_create(
        defaults={"max_megabytes": max_megabytes, "endings": list(endings)}
    )
    names = ("max_megabytes", "endings")
    audit.record(
        "document.limits_changed",
        limits,
        actor=actor,
        before={name: getattr(before, name) for name in names},
        after={name: getattr(limits, name) for name in names},
    )
    return limits
