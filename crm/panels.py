"""What this app's actions are in words, for the log; and what of it waits for somebody."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.components import Component
from wagtail.admin.widgets.button import Button

from crm.enums import TaskLetter
from crm.models import Activity, Customer, Project, Task
from crm.queries import (
    LinkableKind,
    failed_messages,
    linkable_kinds,
    open_tasks_with,
    record_key,
    search_customers,
    suggested_pairs,
    tasks_waiting_for,
)
from crm.rules import is_overdue
from tenancy.audit import Area
from tenancy.panels import TodayItem

# How many tasks stand on pages that show other things too.
SHOWN: Final = 10


def audit_areas() -> list[Area]:
    """Return the sentences of this app's actions."""
    sentences = {
        "customer.tagged": _("%(who)s changed the tags of %(record)s: %(tags)s"),
        "customer.merged": _("%(who)s merged %(other)s into %(record)s"),
        "customer.merge_undone": _("%(who)s made %(other)s and %(record)s two customers again"),
        "customer.not_the_same": _("%(who)s said that %(record)s and another customer are not the same"),
        "protocol.logged": _("%(who)s wrote down a contact: %(record)s"),
        "protocol.file_added": _("%(who)s put a file beside a contact: %(record)s"),
        "protocol.file_removed": _("%(who)s removed a file from a contact: %(record)s"),
        "document.uploaded": _("%(who)s uploaded a private document: %(record)s"),
        "document.shared": _("%(who)s made a link to a private document: %(record)s"),
        "document.share_revoked": _("%(who)s took back a link to a private document: %(record)s"),
        "document.downloaded": _("Somebody fetched a private document by its link: %(record)s"),
        "message.retried": _("%(who)s sent a failed message again: %(record)s"),
        "task.open": _("%(who)s opened the task again: %(record)s"),
        "task.in_progress": _("%(who)s began the task: %(record)s"),
        "task.waiting": _("%(who)s put the task on hold: %(record)s"),
        "task.done": _("%(who)s did the task: %(record)s"),
        "task.dropped": _("%(who)s dropped the task: %(record)s"),
        "task.planned": _("%(who)s planned the follow-up: %(record)s"),
        "task.requested": _("A guest asked for it: %(record)s"),
        "task.changed": _("%(who)s changed the task together with others: %(record)s"),
        "task.commented": _("%(who)s said something about the task: %(record)s"),
        "task.series_ended": _("%(who)s ended the series of the task: %(record)s"),
        "task.waits": _("%(who)s let the task wait for another one: %(record)s"),
        "task.waits_no_more": _("%(who)s let the task wait for another one no more: %(record)s"),
    }
    return [Area("crm", _("Customers"), sentences)]


def message_kinds() -> dict[str, str]:
    """Return what each kind of e-mail that this app sends is called, in the active language."""
    return {"personal": gettext("Written by hand"), **{kind.value: str(kind.label) for kind in TaskLetter}}


def activity_sentences() -> dict[str, Callable[[Activity], str]]:
    """Return what lines of this app on a customer's timeline say."""
    return {"task_done": lambda activity: gettext("Task done: %(title)s") % {"title": activity.facts.get("title", "")}}


class CustomerTasks(Component):
    """What there is to do for a customer, on the profile."""

    template_name = "crm/customer_tasks.html"

    def __init__(self, customer: Customer, *, today: date, may_add: bool) -> None:
        self.customer, self.today, self.may_add = customer, today, may_add

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        tasks = open_tasks_with(self.customer, limit=SHOWN + 1)
        return {
            "customer": self.customer,
            "tasks": tasks[:SHOWN],
            "more": len(tasks) > SHOWN,
            "today": self.today,
            "may_add": self.may_add,
            "key": record_key(self.customer),
        }


def customer_panels(request: Any, customer: Customer) -> list[Component]:
    """Return the tasks of a customer, for those who may see them."""
    if not request.user.has_perm("crm.view_task"):
        return []
    today = timezone.localdate(timezone=request.organization.zone)
    return [CustomerTasks(customer, today=today, may_add=request.user.has_perm("crm.add_task"))]


def record_buttons(request: HttpRequest, record: Model) -> list[Button]:
    """Return what makes a task about a record in one click, and what shows those that there are."""
    buttons, query = [], urlencode({"about": record_key(record)})
    if request.user.has_perm("crm.add_task"):
        url = f"{reverse('tasks:add')}?{query}"
        buttons.append(Button(gettext("New task"), url=url, icon_name="tasks", priority=80))
    if request.user.has_perm("crm.view_task"):
        url = f"{reverse('tasks:index')}?{query}"
        buttons.append(Button(gettext("Its tasks"), url=url, icon_name="list-ul", priority=81))
    if request.user.has_perm("crm.view_document") and type(record) in linkable_kinds(request.user):
        url = f"{reverse('private_documents:index')}?{query}"
        buttons.append(Button(gettext("Its documents"), url=url, icon_name="doc-full", priority=82))
    return buttons


def _tasks_today(request: HttpRequest) -> list[TodayItem]:
    user = request.user
    if not (user.has_perm("crm.view_task") or user.has_perm("crm.do_task")):
        return []
    now = timezone.localtime(timezone=request.organization.zone)  # type: ignore[attr-defined]
    found = tasks_waiting_for(user, today=now.date(), limit=SHOWN + 1)  # type: ignore[arg-type]
    items = [
        TodayItem(
            task.title,
            reverse("tasks:inspect", args=[task.pk]),
            _due_note(task, now=now),
            order=30,
        )
        for task in found[:SHOWN]
    ]
    if len(found) > SHOWN:
        url = f"{reverse('tasks:index')}?who=me&due=today"
        items.append(TodayItem(gettext("All your tasks of today"), url, order=31))
    return items


def _due_note(task: Task, *, now: datetime) -> str:
    due = date_format(task.due_on) if task.due_on is not None and task.due_on < now.date() else gettext("today")
    if task.due_time is not None:
        due = f"{due}, {task.due_time:%H:%M}"
    text = (
        gettext("overdue since %(due)s") if is_overdue(task.due_on, task.due_time, now=now) else gettext("due %(due)s")
    )
    note = text % {"due": due}
    return f"{task.customer}, {note}" if task.customer is not None else note


def today_items(request: HttpRequest) -> list[TodayItem]:
    """Return tasks of today, possible duplicates and messages that could not be sent."""
    items = _tasks_today(request)
    failed = failed_messages().count() if request.user.has_perm("crm.view_message") else 0
    if failed:
        text = ngettext("%(count)d message could not be sent", "%(count)d messages could not be sent", failed)
        items.append(TodayItem(text % {"count": failed}, f"{reverse('messages_sent:index')}?status=failed", order=50))
    pairs = suggested_pairs().count() if request.user.has_perm("crm.merge_customer") else 0
    if pairs:
        text = ngettext("%(count)d customer may be there twice", "%(count)d customers may be there twice", pairs)
        items.append(TodayItem(text % {"count": pairs}, reverse("duplicates:index"), order=90))
    return items


def linkable_records() -> list[LinkableKind]:
    """Return the kinds of this app's records that protocols and tasks may be about."""
    return [
        LinkableKind(Customer, "crm.view_customer", search_customers),
        LinkableKind(
            Project, "crm.view_project", lambda text: Project.objects.filter(name__icontains=text).order_by("name")
        ),
        LinkableKind(Task, "crm.view_task", lambda text: Task.objects.filter(title__icontains=text).order_by("-pk")),
    ]
