"""Verbs about pages that somebody else looks at first, and about what editors say to each other."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override
from wagtail.models import Page, Workflow, WorkflowPage, WorkflowState, WorkflowTask

from cms import emails
from cms.enums import EditorLetter
from cms.pages.review import ReviewTask
from crm.operations import queue_message
from tenancy.enums import Role
from tenancy.models import Organization, RoleGroup, User
from tenancy.queries import page_container

# Who may look at what others have written.
REVIEWERS: Final = (Role.OWNER, Role.ADMIN, Role.EDITOR)


@transaction.atomic
def follow_review(organization: Organization) -> None:
    """Let pages go through a review, or no more, as the organization's setting says.

    What waits when reviews end is a draft again. A repeat has no effect.
    """
    workflow = Workflow.objects.filter(workflow_tasks__task__reviewtask__isnull=False).first()
    if not organization.reviews_pages:
        if workflow is not None and workflow.active:
            workflow.deactivate()
        return
    if workflow is None:
        workflow = _create_review(organization)
    elif not workflow.active:
        workflow.active = True
        workflow.save()
    WorkflowPage.objects.get_or_create(page=page_container(organization), defaults={"workflow": workflow})


def _create_review(organization: Organization) -> Workflow:
    with override(organization.default_language):
        name = _("Review")
    workflow = Workflow.objects.create(name=name)
    task = ReviewTask.objects.create(name=name)
    task.groups.set(RoleGroup.objects.filter(role__in=REVIEWERS).values_list("group", flat=True))
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    return workflow


def publish_approved(state: WorkflowState, user: User | None = None) -> None:
    """Publish a page that was approved: who may look at pages need not have the right to publish alone."""
    state.content_object.get_latest_revision().publish(user=user, skip_permission_checks=True)


@transaction.atomic
def write_about_page(
    page: Page,
    letter: EditorLetter,
    people: Iterable[User],
    *,
    now: datetime,
    actor: User | None = None,
    quotes: Sequence[str] = (),
) -> None:
    """Queue an e-mail about a page to each of some people; `quotes` is what was said."""
    for user in people:
        mail = emails.about_page(page, letter, user, actor=actor, quotes=quotes)
        queue_message(
            kind=letter.value,
            dedupe_key=f"page-{page.pk}-{user.pk}-{now.timestamp():.6f}",
            now=now,
            **asdict(mail),
        )
