"""Coming back to what was said with a customer: a task."""

from datetime import date, datetime

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import gettext as _

from crm.enums import TaskState
from crm.models import Activity, Protocol, Task
from crm.operations.tasks import move_task, settle_task
from tenancy import audit
from tenancy.models import User


@transaction.atomic
def set_follow_up(
    protocol: Protocol,
    *,
    due_on: date | None,
    assignee: User | None,
    is_same_day: bool = False,
    now: datetime,
    actor: User | None,
) -> Task | None:
    """Let somebody come back to a protocol on a day of the organization, or nobody any more (None); return the task, if there is one.

    A protocol has one task for it. It is made, moved, given to somebody else, opened again or dropped, and is called as the protocol
    is; of a private one it says nothing. Asking for what is so already changes nothing.
    `is_same_day` says that nobody chose the day: whatever was done to the task meanwhile stays, also that it was finished.
    """
    # Whoever saves the same protocol at the same time waits, and finds the task.
    Protocol.objects.select_for_update(of=("self",)).get(pk=protocol.pk)
    task = Task.objects.select_for_update(of=("self",)).filter(follow_up_of=protocol).first()
    title = _("Follow-up of a private contact") if protocol.is_private else protocol.subject
    if task is not None and protocol.is_private and task.title != title:
        # It was not private before: what was done about it says no more either.
        task.title = title
        task.save(update_fields=["title", "updated_at"])
        task_type = ContentType.objects.get_for_model(Task)
        Activity.objects.filter(kind="task_done", content_type=task_type, object_id=task.pk).update(
            facts={"title": title}
        )
    if is_same_day:
        due_on = task.due_on if task is not None and task.is_unfinished else None
    if due_on is None:
        if task is not None and task.is_unfinished:
            return move_task(task, TaskState.DROPPED, now=now, actor=actor)
        return task
    if task is not None and not task.is_unfinished:
        task = move_task(task, TaskState.OPEN, now=now, actor=actor)
    is_new = task is None
    task = task or Task(follow_up_of=protocol, customer_id=protocol.customer_id)
    wanted = {"title": title, "due_on": due_on, "assignee_id": assignee.pk if assignee is not None else None}
    changed = {name for name, value in wanted.items() if getattr(task, name) != value}
    if not changed:
        return task
    task.title, task.due_on, task.assignee = title, due_on, assignee
    if task.starts_on is not None:
        task.starts_on = min(task.starts_on, due_on)
    task.save()
    fields = {name.removesuffix("_id") for name in changed}
    settle_task(task, changed=fields, is_new=is_new, now=now, actor=actor)
    audit.record("task.planned", task, actor=actor, due=str(due_on))
    return task
