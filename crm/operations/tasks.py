"""Verbs that change tasks."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, Model

from crm.enums import UNFINISHED, TaskLetter, TaskState
from crm.models import ChecklistItem, Task, TaskComment, TaskLink, TaskWatcher
from crm.operations.activities import record_activity
from crm.operations.links import set_links
from crm.operations.task_letters import write_about_task
from crm.queries import watchers_of
from crm.rules import mentioned, next_due_day, reminder_instant
from tenancy import audit
from tenancy.audit import Actor
from tenancy.models import User
from tenancy.queries import current_organization, members


class TaskRefused(Exception):
    """What was asked of a task cannot be done; its text says why, for people."""


@transaction.atomic
def settle_task(
    task: Task,
    *,
    changed: Collection[str],
    checklist: Sequence[str] | None = None,
    about: Iterable[Model] | None = None,
    is_new: bool = False,
    now: datetime,
    actor: User | None,
) -> Task:
    """Do what follows when a form has saved a task; return it.

    `changed` are the names of the fields that have new values. `checklist` are the steps in their order; steps
    that were there keep their ticks. `about` are the records it is about. Sets the reminder and where the series begins, and tells somebody
    else who was given the task. Raises `LinkRefused` for a record that the organization does not have.
    """
    if is_new:
        task.created_by = actor
    if {"due_on", "repeat_rule"} & set(changed):
        task.repeat_from = task.due_on if task.repeat_rule else None
    if is_new or {"due_on", "due_time", "remind"} & set(changed):
        task.remind_at = _reminder(task, now=now)
    task.save(update_fields=["created_by", "repeat_from", "remind_at", "updated_at"])
    if checklist is not None:
        _set_checklist(task, checklist)
    if about is not None:
        set_links(task.links, about, user=actor)
    if "assignee" in changed and task.assignee is not None and task.assignee != actor:
        write_about_task(task, TaskLetter.ASSIGNED, [task.assignee], now=now, actor=actor)
    return task


@transaction.atomic
def request_task(title: str, *, notes: str, due_on: date, assignee: User | None = None, now: datetime) -> Task:
    """Let staff do what a guest asked for; return the task, due on a local day.

    While one of this title is unfinished, what a guest says again is added to its notes. The caller holds a lock that lets only one
    guest ask for the same thing at a time.
    """
    asked = Task.objects.select_for_update(of=("self",)).filter(title=title, created_by=None, state__in=UNFINISHED)
    task = asked.order_by("pk").first()
    if task is not None:
        if notes not in task.notes:
            task.notes = f"{task.notes}\n\n{notes}"
            task.save(update_fields=["notes", "updated_at"])
        return task
    task = Task(title=title, notes=notes, due_on=due_on, assignee=assignee)
    task.remind_at = _reminder(task, now=now)
    task.save()
    audit.record("task.requested", task, actor=None)
    if assignee is not None:
        write_about_task(task, TaskLetter.ASSIGNED, [assignee], now=now, actor=None)
    return task


def _reminder(task: Task, *, now: datetime) -> datetime | None:
    if task.state not in UNFINISHED:
        return None
    zone = current_organization().zone
    return reminder_instant(task.remind, due_on=task.due_on, due_time=task.due_time, zone=zone, now=now)


def _set_checklist(task: Task, texts: Sequence[str]) -> None:
    known: dict[str, list[ChecklistItem]] = {}
    for item in task.checklist.all():
        known.setdefault(item.text, []).append(item)
    for position, text in enumerate(texts):
        if known.get(text):
            item = known[text].pop(0)
            if item.position != position:
                item.position = position
                item.save(update_fields=["position", "updated_at"])
        else:
            ChecklistItem.objects.create(task=task, text=text, position=position)
    ChecklistItem.objects.filter(pk__in=[item.pk for items in known.values() for item in items]).delete()


@transaction.atomic
def move_task(task: Task, state: TaskState, *, now: datetime, actor: Actor) -> Task:
    """Put a task into another state; return it as it is now. A repeat has no effect.

    One that repeats makes its successor when it is done, once only; dropping it ends the series.
    """
    task = Task.objects.select_for_update(of=("self",)).select_related("customer").get(pk=task.pk)
    if task.state == state:
        return task
    task.state = state
    is_done = state == TaskState.DONE
    is_over = state not in UNFINISHED
    task.completed_at = now if is_over else None
    task.completed_by_id = actor.pk if is_over and actor is not None else None
    task.remind_at = _reminder(task, now=now)
    task.save(update_fields=["state", "completed_at", "completed_by", "remind_at", "updated_at"])
    audit.record(f"task.{state}", task, actor=actor)
    if is_done and task.customer is not None:
        record_activity(task.customer, kind="task_done", at=now, record=task, actor=actor, facts={"title": task.title})
    if is_done and task.repeat_rule:
        _repeat(task, now=now)
    return task


def _repeat(task: Task, *, now: datetime) -> Task | None:
    """Make the next one of a series, unless it is there or the series has ended."""
    if task.due_on is None or Task.objects.filter(follows=task).exists():
        return None
    today = now.astimezone(current_organization().zone).date()
    first = task.repeat_from or task.due_on
    day = next_due_day(task.repeat_rule, first=first, after=max(task.due_on, today))
    if day is None:
        return None
    copied = (
        "title", "notes", "priority", "assignee_id", "due_time", "remind", "repeat_rule", "customer_id", "project_id",
        "milestone_id", "created_by_id",
    )  # fmt: skip
    successor = Task(**{name: getattr(task, name) for name in copied}, due_on=day, repeat_from=first, follows=task)
    if task.starts_on is not None:
        successor.starts_on = day - (task.due_on - task.starts_on)
    successor.remind_at = _reminder(successor, now=now)
    successor.save()
    ChecklistItem.objects.bulk_create(
        ChecklistItem(task=successor, text=item.text, position=item.position) for item in task.checklist.all()
    )
    TaskWatcher.objects.bulk_create(TaskWatcher(task=successor, user=user) for user in watchers_of(task))
    TaskLink.objects.bulk_create(
        TaskLink(task=successor, content_type_id=link.content_type_id, object_id=link.object_id)
        for link in task.links.all()
    )
    return successor


@transaction.atomic
def end_series(task: Task, *, actor: Actor) -> Task:
    """Let a task come back no more; return it. The task itself stays to be done."""
    if Task.objects.filter(pk=task.pk).exclude(repeat_rule="").update(repeat_rule="", repeat_from=None):
        audit.record("task.series_ended", task, actor=actor)
    task.repeat_rule, task.repeat_from = "", None
    return task


@transaction.atomic
def comment_on_task(task: Task, text: str, *, now: datetime, author: User) -> TaskComment:
    """Say something about a task; return it. Who is mentioned by @ watches the task from now on and gets an e-mail, once."""
    comment = TaskComment.objects.create(task=task, author=author, text=text)
    people = [user for user in mentioned(text, members()) if user != author]
    for user in people:
        watch_task(task, user, watching=True)
    write_about_task(task, TaskLetter.MENTIONED, people, now=now, actor=author, quote=text)
    audit.record("task.commented", task, actor=author)
    return comment


def watch_task(task: Task, user: User, *, watching: bool) -> None:
    """Let a person watch a task, or no longer. A repeat has no effect."""
    if watching:
        TaskWatcher.objects.bulk_create([TaskWatcher(task=task, user=user)], ignore_conflicts=True)
    else:
        TaskWatcher.objects.filter(task=task, user=user).delete()


def tick_item(item: ChecklistItem, *, is_done: bool) -> ChecklistItem:
    """Tick a step off, or take the tick back; return it."""
    item.is_done = is_done
    item.save(update_fields=["is_done", "updated_at"])
    return item


def add_item(task: Task, text: str) -> ChecklistItem:
    """Put a step at the end of a checklist; return it."""
    last = task.checklist.aggregate(last=Max("position"))["last"]
    return ChecklistItem.objects.create(task=task, text=text, position=0 if last is None else last + 1)


@transaction.atomic
def change_tasks(tasks: Iterable[Task], *, values: Mapping[str, Any], now: datetime, actor: User) -> list[Task]:
    """Give several tasks new values of some fields; return them. Fields are `state`, `assignee`, `priority`, `due_on` and `project`.

    A new project takes a task out of the milestone of another one.
    """
    changed = []
    for one in sorted(tasks, key=lambda task: task.pk):
        task = Task.objects.select_for_update(of=("self",)).select_related("milestone").get(pk=one.pk)
        given = {name: value for name, value in values.items() if name != "state"}
        for name, value in given.items():
            setattr(task, name, value)
        if "project" in given and task.milestone is not None and task.milestone.project_id != task.project_id:
            task.milestone = None
        if "due_on" in given and task.starts_on is not None and task.due_on is not None:
            task.starts_on = min(task.starts_on, task.due_on)
        if given:
            task.save()
            settle_task(task, changed=given.keys(), now=now, actor=actor)
            audit.record("task.changed", task, actor=actor, fields=sorted(given))
        if "state" in values:
            task = move_task(task, values["state"], now=now, actor=actor)
        changed.append(task)
    return changed
