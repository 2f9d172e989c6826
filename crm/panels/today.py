"""What of this app waits for somebody on the Today page."""

from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from crm.models import Task
from crm.panels.tasks import SHOWN
from crm.queries import (
    failed_messages,
    open_attention,
    suggested_pairs,
    tasks_waiting_for,
    unseen_mentions,
)
from crm.rules import is_overdue
from tenancy.panels import TodayItem


def _attention_today(request: HttpRequest) -> list[TodayItem]:
    if not request.user.has_perm("crm.view_attentionitem"):
        return []
    count = open_attention(request.user).count()
    text = ngettext("%(count)d thing needs your attention", "%(count)d things need your attention", count)
    url = f"{reverse('attention:index')}?whose=mine"
    return [TodayItem(text % {"count": count}, url, order=5)] if count else []


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


def _mentions_today(request: HttpRequest) -> list[TodayItem]:
    if not request.user.has_perm("crm.change_protocol"):
        return []
    found = unseen_mentions(request.user, limit=SHOWN)  # type: ignore[arg-type]
    return [
        TodayItem(
            gettext("You are mentioned: %(protocol)s") % {"protocol": protocol.subject},
            reverse("protocols:edit", args=[protocol.pk]),
            str(protocol.customer),
            order=20,
        )
        for protocol in found
    ]


def today_items(request: HttpRequest) -> list[TodayItem]:
    """Return what needs attention, mentions, tasks of today, possible duplicates and messages that could not be sent."""
    items = _attention_today(request) + _mentions_today(request) + _tasks_today(request)
    failed = failed_messages().count() if request.user.has_perm("crm.view_message") else 0
    if failed:
        text = ngettext("%(count)d message could not be sent", "%(count)d messages could not be sent", failed)
        items.append(TodayItem(text % {"count": failed}, f"{reverse('messages_sent:index')}?status=failed", order=50))
    pairs = suggested_pairs().count() if request.user.has_perm("crm.merge_customer") else 0
    if pairs:
        text = ngettext("%(count)d customer may be there twice", "%(count)d customers may be there twice", pairs)
        items.append(TodayItem(text % {"count": pairs}, reverse("duplicates:index"), order=90))
    return items
