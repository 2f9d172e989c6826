"""Which task waits for which."""

from django.db import connection, transaction
from django.utils.translation import gettext as _

from crm.models import Task, TaskDependency
from crm.operations.tasks import TaskRefused
from tenancy import audit
from tenancy.audit import Actor

# A number of our own, so that this lock meets no other.
_LOCK = 740_301


@transaction.atomic
def add_dependency(task: Task, *, needs: Task, actor: Actor) -> TaskDependency:
    """Let a task wait for another one; return the dependency, also when it was there.

    Raises `TaskRefused` where a task would wait for itself, directly or through others. Whoever adds one at the same time waits.
    """
    if task.pk == needs.pk:
        raise TaskRefused(_("A task cannot wait for itself."))
    # Two rows that are fine each by itself can close a circle, so only one is added at a time.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s::int)", [_LOCK, task.organization_id])
    way = _way(needs, task)
    if way:
        found = Task.objects.in_bulk(way)
        names = " → ".join(f"“{found[pk]}”" for pk in way)
        raise TaskRefused(_("That would be a circle: this task is waited for already by %(tasks)s.") % {"tasks": names})
    dependency, created = TaskDependency.objects.get_or_create(task=task, needs=needs)
    if created:
        audit.record("task.waits", task, actor=actor, needs=needs.pk)
    return dependency


def _way(start: Task, goal: Task) -> list[int]:
    """The keys of the tasks by which `start` waits for `goal`, `start` first; none when it does not. One query for each step."""
    came_from: dict[int, int | None] = {start.pk: None}
    edge = {start.pk}
    while edge:
        rows = TaskDependency.objects.filter(task__in=edge).values_list("task_id", "needs_id")
        found = {needs: task for task, needs in rows if needs not in came_from}
        came_from.update(found)
        if goal.pk in found:
            way, here = [], came_from[goal.pk]
            while here is not None:
                way.append(here)
                here = came_from[here]
            return way[::-1]
        edge = set(found)
    return []


@transaction.atomic
def remove_dependency(task: Task, *, needs: Task, actor: Actor) -> None:
    """Let a task wait for another one no more. A repeat has no effect."""
    deleted, _rows = TaskDependency.objects.filter(task=task, needs=needs).delete()
    if deleted:
        audit.record("task.waits_no_more", task, actor=actor, needs=needs.pk)
