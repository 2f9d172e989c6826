"""Reads of tasks: whose they are, what is due, the board and the calendar."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber

from crm.enums import UNFINISHED, TaskState
from crm.models import ChecklistItem, Customer, Project, Task, TaskWatcher
from tenancy.models import User

# What is due first stands first, what has no day last; of one day the more pressing first.
BY_DUE_DAY = (F("due_on").asc(nulls_last=True), "-priority", F("due_time").asc(nulls_last=True), "pk")


def tasks() -> QuerySet[Task]:
    """Return all tasks with those who do them and what they belong to."""
    return Task.objects.select_related("assignee", "customer", "project")


def tasks_given_to(user: User) -> QuerySet[Task]:
    """Return the tasks that a person does or watches."""
    watched = TaskWatcher.objects.filter(user=user).values("task")
    return Task.objects.filter(Q(assignee=user) | Q(pk__in=watched))


def overdue(*, now: datetime) -> Q:
    """Return what finds unfinished tasks whose day, or time on it, is over; `now` is local."""
    past = Q(due_on__lt=now.date()) | Q(due_on=now.date(), due_time__lt=now.time())
    return past & Q(state__in=UNFINISHED)


def due_within(days: int, *, now: datetime) -> Q:
    """Return what finds unfinished tasks that are due in so many days, today included, or are overdue; `now` is local."""
    return Q(due_on__lt=now.date() + timedelta(days=days), state__in=UNFINISHED)


def tasks_waiting_for(user: User, *, today: date, limit: int) -> list[Task]:
    """Return the first tasks of a person that are due today or earlier, the most overdue first."""
    found = Task.objects.filter(assignee=user, state__in=UNFINISHED, due_on__lte=today).select_related("customer")
    return list(found.order_by(*BY_DUE_DAY)[:limit])


def open_tasks_with(customer: Customer, *, limit: int) -> list[Task]:
    """Return the first unfinished tasks about a customer, the one due first at the top."""
    found = Task.objects.filter(customer=customer, state__in=UNFINISHED).select_related("assignee")
    return list(found.order_by(*BY_DUE_DAY)[:limit])


def with_steps(found: QuerySet[Task]) -> QuerySet[Task]:
    """Return tasks with how many steps of their checklists there are (`steps`), and how many of those are done (`steps_done`)."""

    def count(only: Q) -> Coalesce:
        items = ChecklistItem.objects.filter(only, task=OuterRef("pk")).order_by().values("task")
        return Coalesce(Subquery(items.annotate(count=Count("pk")).values("count"), output_field=IntegerField()), 0)

    return found.annotate(steps=count(Q()), steps_done=count(Q(is_done=True)))


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the board: its first tasks, and how many there are."""

    state: TaskState
    tasks: list[Task]
    total: int

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.total - len(self.tasks)


def board(found: QuerySet[Task], *, limit: int) -> list[Column]:
    """Return some tasks by their state, the first `limit` of each; one query.

    What is finished is shown by when that was, the latest first.
    """
    finished_last = F("completed_at").desc(nulls_last=True)
    placed = with_steps(found).annotate(
        place=Window(RowNumber(), partition_by=[F("state")], order_by=[finished_last, *BY_DUE_DAY]),
        total=Window(Count("pk"), partition_by=[F("state")]),
    )
    columns: dict[str, list[Task]] = defaultdict(list)
    for task in placed.filter(place__lte=limit).order_by("state", "place"):
        columns[task.state].append(task)
    return [
        Column(state, columns[state], columns[state][0].total if columns[state] else 0)  # type: ignore[attr-defined]
        for state in TaskState
    ]


def tasks_by_day(found: QuerySet[Task], *, first: date, last: date, limit: int) -> dict[date, tuple[list[Task], int]]:
    """Return the first `limit` of some tasks on each day from `first` to `last`, and how many there are on it; one query."""
    placed = found.filter(due_on__range=(first, last)).annotate(
        place=Window(RowNumber(), partition_by=[F("due_on")], order_by=[*BY_DUE_DAY]),
        total=Window(Count("pk"), partition_by=[F("due_on")]),
    )
    days: dict[date, tuple[list[Task], int]] = {}
    for task in placed.filter(place__lte=limit).order_by("due_on", "place"):
        days.setdefault(task.due_on, ([], task.total))[0].append(task)  # type: ignore[arg-type, attr-defined]
    return days


def watchers_of(task: Task) -> list[User]:
    """Return who watches a task and still works for the organization, by name."""
    return list(task.watchers.order_by("first_name", "last_name", "email"))


def tasks_to_wait_for(task: Task) -> QuerySet[Task]:
    """Return the tasks of the same project that a task could wait for."""
    if task.project_id is None:
        return Task.objects.none()
    found = Task.objects.filter(project=task.project_id, state__in=UNFINISHED)
    return found.exclude(pk=task.pk).exclude(dependents__task=task).order_by("title", "pk")


def due_task_reminders(*, now: datetime, limit: int = 500) -> list[tuple[int, int]]:
    """Return the keys of tasks to remind of now and of their organizations; for sweeps over all organizations."""
    found = Task.objects.filter(remind_at__lte=now).order_by("remind_at", "pk")
    return list(found.values_list("pk", "organization_id")[:limit])


def tasks_of_project(project: Project) -> list[Task]:
    """Return the tasks of a project that were not dropped, with who does them and what they wait for, by their days; two queries."""
    found = project.tasks.exclude(state=TaskState.DROPPED).select_related("assignee").prefetch_related("dependencies")
    return list(found.order_by(Coalesce("starts_on", "due_on").asc(nulls_last=True), *BY_DUE_DAY))
