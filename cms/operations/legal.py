"""Verbs that change legal texts."""

from django.db import transaction
from django.utils.html import strip_tags

from cms.enums import LegalKind
from cms.models import LegalText
from tenancy import audit
from tenancy.audit import Actor
from tenancy.models import Organization


@transaction.atomic
def write_legal_text(kind: LegalKind, *, language: str, body: str, actor: Actor) -> LegalText | None:
    """Write a legal text of the organization in scope, with the words before and after in the audit; return it.

    `body` is rich text. Without words the text is removed, and None returned.
    """
    # One writer at a time, also where there is no row to lock yet.
    Organization.objects.select_for_update(no_key=True).get()
    existing = LegalText.objects.filter(kind=kind, language=language).first()
    was = existing.body if existing else ""
    if not strip_tags(body).strip():
        body = ""
    if body == was:
        return existing
    text = existing or LegalText(kind=kind, language=language)
    if body:
        text.body = body
        text.save()
    change = audit.Change(field="body", before=was, after=body)
    audit.record("legal_text.changed", text, actor=actor, changes=[change])
    if not body:
        text.delete()
        return None
    return text
