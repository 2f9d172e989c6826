"""Keeping pages for others to begin with."""

import uuid
from copy import deepcopy
from typing import Any

from django.db import transaction
from wagtail.blocks import StreamValue
from wagtail.models import Page

from cms.models import PageTemplate, written_fields
from tenancy import audit
from tenancy.audit import Actor


def _own(raw: Any) -> Any:
    """Blocks with ids of their own, without who looked at them and when: nobody has looked at the copy."""
    if isinstance(raw, dict):
        fresh = {key: _own(value) for key, value in raw.items() if key != "freshness"}
        return {**fresh, "id": str(uuid.uuid4())} if "type" in raw and "value" in raw else fresh
    return [_own(one) for one in raw] if isinstance(raw, list) else raw


@transaction.atomic
def keep_as_template(page: Page, *, name: str, note: str, actor: Actor) -> PageTemplate:
    """Keep what a page holds, as its draft has it, for others to begin with; return the template.

    Raises `IntegrityError` when the organization has a template of this name.
    """
    draft = page.get_latest_revision_as_object()
    content = {}
    for field in written_fields(type(draft)):
        value = getattr(draft, field.name)
        content[field.name] = deepcopy(list(value.raw_data)) if isinstance(value, StreamValue) else value
    template = PageTemplate.objects.create(
        name=name, note=note, page_type=draft._meta.model_name or "", content=_own(content)
    )
    audit.record("page_template.kept", template, actor=actor)
    return template


def fill_page(template: PageTemplate, page: Page, *, with_html: bool) -> None:
    """Write what a template holds to a page that is not stored yet, each time with new ids; without HTML where it may not be written."""
    PageTemplate(page_type=template.page_type, content=_own(template.content)).fill(page, with_html=with_html)
