"""E-mails about tasks, written down to be sent by a job."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from crm import emails
from crm.enums import TaskLetter
from crm.models import Task
from crm.operations.messages import queue_message
from crm.queries import watchers_of
from tenancy.models import User


@transaction.atomic
def write_about_task(
    task: Task, kind: TaskLetter, people: Iterable[User], *, now: datetime, actor: User | None = None, quote: str = ""
) -> None:
    """Queue an e-mail about a task to each of some people; `quote` is what somebody said."""
    for user in people:
        mail = emails.about_task(task, kind, user, actor=actor, quote=quote)
        queue_message(
            kind=kind.value,
            dedupe_key=f"task-{task.pk}-{user.pk}-{now.timestamp():.6f}",
            record=task,
            now=now,
            **asdict(mail),
        )


@transaction.atomic
def remind_of_task(task_id: int, *, now: datetime) -> None:
    """Remind those who have a task of it, once: who does it and who watches it; where that is nobody, who wrote it down."""
    found = Task.objects.select_for_update(of=("self",)).select_related("assignee", "created_by", "customer")
    task = found.filter(pk=task_id, remind_at__lte=now).first()
    if task is None:
        return
    task.remind_at = None
    task.save(update_fields=["remind_at", "updated_at"])
    people = {user.pk: user for user in [task.assignee, *watchers_of(task)] if user is not None}
    if not people and task.created_by is not None:
        people = {task.created_by.pk: task.created_by}
    write_about_task(task, TaskLetter.REMINDER, people.values(), now=now)
