"""Verbs for what stands on pages and may not be right any more."""

from copy import deepcopy
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from wagtail.blocks import StreamValue
from wagtail.models import Page

from cms import queries
from cms.snippets import SharedContent
from crm.operations import request_task
from tenancy.models import User
from tenancy.queries import absolute_url, current_organization, members


@transaction.atomic
def confirm_shared_part(shared: SharedContent, block_id: str, *, today: date) -> bool:
    """Write down that a part of something shared was looked at on a local day, on all pages at once. False when it is not there."""
    shared = type(shared)._default_manager.select_for_update(no_key=True).get(pk=shared.pk)
    if not _confirm(shared, block_id, today):
        return False
    shared.save()
    return True


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


@transaction.atomic
def ask_to_look(holder: Page | SharedContent, block_id: str, *, words: str, now: datetime) -> None:
    """Make a task of a guest's doubt about a part of a page, or of what pages share: for who keeps it, in the organization's language.

    `words` are the guest's and may be empty. While somebody has still to look, it is one task.
    """
    if isinstance(holder, Page):
        page: Any = Page.objects.select_for_update(of=("self",), no_key=True).get(pk=holder.pk).specific
        called, edit_url = page.title, reverse("wagtailadmin_pages:edit", args=[page.pk])
    else:
        page = type(holder)._default_manager.select_for_update(no_key=True).get(pk=holder.pk)
        called, edit_url = page.name, reverse(page.snippet_viewset.get_url_name("edit"), args=[page.pk])
    value = dict(queries.parts_of(list(page.body.raw_data))).get(block_id)
    if value is None:
        return
    organization = current_organization()
    owner_id = (value.get("freshness") or {}).get("owner")
    with override(organization.default_language):
        title = _("Is “%(name)s” on the page “%(page)s” still right?")
        notes = _("A guest asks whether it still is.") if not words else _("A guest says: %(words)s")
        request_task(
            (title % {"name": queries.name_of_part(value), "page": called})[:200],
            notes=f"{notes % {'words': words}}\n{absolute_url(organization, edit_url)}#block-{block_id}-section",
            due_on=now.astimezone(organization.zone).date(),
            assignee=members().filter(pk=owner_id).first() if owner_id else None,
            now=now,
        )
