"""Private documents: who may see them, about what they are, and by which words they are found."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import F, Model, Prefetch, Q, QuerySet, Sum

from crm.models import Document, DocumentLimits, DocumentLink, DocumentShare, DocumentTag, DocumentVersion
from tenancy.fields import plain_text
from tenancy.rules import token_hash
from tenancy.validators import DOCUMENT_KINDS


def readable_documents(user: Any = None) -> QuerySet[Document]:
    """Return the documents that a person may see; private ones are for who uploaded them, owners and admins."""
    if user is None:
        return Document.objects.filter(is_private=False)
    if user.has_perm("tenancy.change_organization"):
        return Document.objects.all()
    return Document.objects.filter(Q(is_private=False) | Q(author=user))


def with_versions(documents: QuerySet[Document]) -> QuerySet[Document]:
    """Return documents with author, tags and versions, the newest version first and without what was read from it."""
    versions = DocumentVersion.objects.defer("words", "preview").select_related("author")
    return documents.select_related("author").prefetch_related("tags", Prefetch("versions", versions))


def documents_about(record: Model) -> Q:
    """Return what finds the documents about a record."""
    links = DocumentLink.objects.filter(content_type=ContentType.objects.get_for_model(record), object_id=record.pk)
    return Q(pk__in=links.values("document"))


def search_documents(documents: QuerySet[Document], text: str) -> QuerySet[Document]:
    """Return those in which each word stands: in title, note, tag or file name, or as the beginning of a word inside the file.

    Capitals and, inside files, accents make no difference.
    """
    for word in text.split()[:8]:
        inside = DocumentVersion.objects.filter(Q(words__contains=f" {plain_text(word)}") | Q(name__icontains=word))
        documents = documents.filter(
            Q(title__icontains=word)
            | Q(note__icontains=word)
            | Q(pk__in=DocumentTag.objects.filter(name__icontains=word).values("document"))
            | Q(pk__in=inside.values("document"))
        )
    return documents


def expiring_documents(*, until: date, user: Any = None) -> QuerySet[Document]:
    """Return the documents that are valid until this day or an earlier one, the first to expire at the top."""
    return readable_documents(user).filter(expires_on__lte=until).order_by("expires_on", "pk")


def document_tags_in_use() -> list[str]:
    """Return the tags of the organization's documents by name."""
    return list(DocumentTag.objects.order_by("name").values_list("name", flat=True).distinct())


def room_used() -> int:
    """Return how many bytes all versions of the organization's documents take."""
    return DocumentVersion.objects.aggregate(sum=Sum("size"))["sum"] or 0


class Limits(NamedTuple):
    """The largest private file, in bytes, and the endings of names that files may have."""

    most_bytes: int
    endings: tuple[str, ...]


def own_document_limits() -> DocumentLimits:
    """Return what the organization has said; a row that is not stored where it has said nothing."""
    return DocumentLimits.objects.first() or DocumentLimits()


def document_limits() -> Limits:
    """Return what may be uploaded: what the organization says, within what the system allows; one query."""
    own = own_document_limits()
    most, known = settings.DOCUMENT_MAX_BYTES, tuple(DOCUMENT_KINDS)
    return Limits(
        most if own.max_megabytes is None else min(most, own.max_megabytes * 1024 * 1024),
        tuple(ending for ending in known if ending in own.endings) or known,
    )


def shared_version(token: str, *, now: datetime) -> DocumentShare | None:
    """Return the link with this token if it still leads to its file."""
    found = DocumentShare.objects.filter(token_hash=token_hash(token), revoked_at=None, expires_at__gt=now)
    return found.select_related("version__document").defer("version__words", "version__preview").first()


def unread_versions(*, now: datetime) -> list[tuple[int, int]]:
    """Return version and organization of files whose job was lost; those of the last five minutes may be on their way."""
    waiting = DocumentVersion.objects.filter(read_at=None, created_at__lt=now - timedelta(minutes=5))
    return list(waiting.order_by("pk").values_list("pk", F("organization_id"))[:500])
