"""Verbs for what stands on pages and may not be right any more."""

from copy import deepcopy
from datetime import date
from typing import Any

from django.db import transaction
from wagtail.blocks import StreamValue
from wagtail.models import Page

from cms import queries
from tenancy.models import User


@transaction.atomic
def confirm_part(page: Page, block_id: str, *, today: date, actor: User) -> bool:
    """Write down that a tile or an answer of a published page was looked at on a local day; guests see that at once.

    A draft with other changes gets the day too, and stays a draft. False when the part is not there any more.
    """
    page = Page.objects.select_for_update(of=("self",), no_key=True).get(pk=page.pk).specific
    draft = page.get_latest_revision_as_object()
    there = _confirm(page, block_id, today)
    if not there:
        return False
    if page.has_unpublished_changes:
        _confirm(draft, block_id, today)
        # What guests see changes in this only; what is being written stays as it is.
        page.save(update_fields=["body"])
        draft.save_revision(user=actor, changed=False)
    else:
        page.save_revision(user=actor).publish(user=actor)
    return True


def _confirm(page: Any, block_id: str, today: date) -> bool:
    raw = deepcopy(list(page.body.raw_data))
    for found, value in queries.parts_of(raw):
        if found == block_id:
            value["freshness"] = {**(value.get("freshness") or {}), "confirmed_on": today.isoformat()}  # type: ignore[index]
            page.body = StreamValue(page.body.stream_block, raw, is_lazy=True)
            return True
    return False
