"""What this app's actions are in words, for the log; and what of it waits for somebody."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import Model
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_noop, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.components import Component
from wagtail.admin.views.account import BaseSettingsPanel, notifications_tab
from wagtail.admin.widgets.button import Button

from crm.enums import ConsentPurpose, Severity, TaskLetter
from crm.forms import DigestForm
from crm.models import Activity, AttentionItem, Customer, Document, Message, Milestone, Project, Task
from crm.queries import (
    AttentionKind,
    LinkableKind,
    attention_with,
    digest_of,
    document_limits,
    ending_documents,
    failed_messages,
    failed_messages_found,
    late_milestones,
    late_projects,
    linkable_kinds,
    open_attention,
    open_tasks_with,
    overdue_tasks,
    readable_documents,
    record_key,
    search_customers,
    silent_customers,
    stuck_projects,
    suggested_pairs,
    tasks_waiting_for,
    unseen_mentions,
)
from crm.queries import attention_kinds as known_kinds
from crm.rules import is_overdue
from tenancy.audit import Area
from tenancy.panels import SettingsCard, TodayItem
from tenancy.queries import scope_zone

# How many tasks stand on pages that show other things too.
SHOWN: Final = 10


def audit_areas() -> list[Area]:
    """Return the sentences of this app's actions."""
    sentences = {
        "customer.tagged": _("%(who)s changed the tags of %(record)s: %(tags)s"),
        "customer.merged": _("%(who)s merged %(other)s into %(record)s"),
        "customer.merge_undone": _("%(who)s made %(other)s and %(record)s two customers again"),
        "customer.not_the_same": _("%(who)s said that %(record)s and another customer are not the same"),
        "consent.withdrawn": _("%(who)s wrote down that %(record)s withdrew a consent"),
        "protocol.logged": _("%(who)s wrote down a contact: %(record)s"),
        "protocol.file_added": _("%(who)s put a file beside a contact: %(record)s"),
        "protocol.file_removed": _("%(who)s removed a file from a contact: %(record)s"),
        "document.limits_changed": _("%(who)s changed which private documents may be uploaded"),
        "document.uploaded": _("%(who)s uploaded a private document: %(record)s"),
        "document.shared": _("%(who)s made a link to a private document: %(record)s"),
        "document.share_revoked": _("%(who)s took back a link to a private document: %(record)s"),
        "document.downloaded": _("Somebody fetched a private document by its link: %(record)s"),
        "import.uploaded": _("%(who)s uploaded a file to import: %(record)s"),
        "import.started": _("%(who)s started an import: %(record)s, rows: %(rows)s"),
        "import.dropped": _("%(who)s dropped an import before its start: %(record)s"),
        "import.stopped": _("%(who)s stopped an import: %(record)s"),
        "import.undone": _("%(who)s had an import undone: %(record)s"),
        "import.ended": _("An import ended: %(record)s, new: %(made)s, changed: %(changed)s, left out: %(left_out)s"),
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
        "attention.done": _("%(who)s saw to what needed attention: %(record)s"),
        "attention.snoozed": _("%(who)s put off what needs attention: %(record)s"),
        "attention.open": _("%(who)s opened again what needs attention: %(record)s"),
        "task.waits_no_more": _("%(who)s let the task wait for another one no more: %(record)s"),
    }
    return [Area("crm", _("Customers"), sentences)]


def organization_cards(request: HttpRequest) -> list[SettingsCard]:
    """Return the part of the organization's settings that is about private documents."""
    if not request.user.has_perm("tenancy.change_organization"):
        return []
    limits = document_limits()
    return [
        SettingsCard(
            gettext("Private documents"),
            url=reverse("private_documents:limits"),
            icon="doc-full",
            order=70,
            lines=[
                gettext("Up to %(size)s for each file.") % {"size": filesizeformat(limits.most_bytes)},
                ", ".join(limits.endings),
            ],
        )
    ]


def message_kinds() -> dict[str, str]:
    """Return what each kind of e-mail that this app sends is called, in the active language."""
    return {
        "personal": gettext("Written by hand"),
        "attention_digest": gettext("What needs attention"),
        "protocol_mention": gettext("Mentioned in a protocol"),
        **{kind.value: str(kind.label) for kind in TaskLetter},
    }


def activity_sentences() -> dict[str, Callable[[Activity], str]]:
    """Return what lines of this app on a customer's timeline say."""
    purposes = dict(ConsentPurpose.choices)
    return {
        "task_done": lambda activity: gettext("Task done: %(title)s") % {"title": activity.facts.get("title", "")},
        "consent_withdrawn": lambda activity: (
            gettext("Allows no more: %(what)s (%(how)s)")
            % {"what": purposes.get(activity.facts["purpose"], ""), "how": activity.facts["how"]}
        ),
    }


class CustomerTasks(Component):
    """What there is to do for a customer, on the profile."""

    template_name = "crm/customer_tasks.html"

    def __init__(self, customer: Customer, *, today: date, may_add: bool, may_change: bool) -> None:
        self.customer, self.today, self.may_add, self.may_change = customer, today, may_add, may_change

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        tasks = open_tasks_with(self.customer, limit=SHOWN + 1)
        return {
            "customer": self.customer,
            "tasks": tasks[:SHOWN],
            "more": len(tasks) > SHOWN,
            "today": self.today,
            "may_add": self.may_add,
            "may_change": self.may_change,
            "csrf_token": parent_context["csrf_token"],
            "key": record_key(self.customer),
        }


class CustomerAttention(Component):
    """What needs attention about a customer, on the profile."""

    template_name = "crm/customer_attention.html"

    def __init__(self, customer: Customer, *, user: Any, today: date) -> None:
        self.customer, self.user, self.today = customer, user, today

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        kinds = known_kinds(self.user)
        items = attention_with(self.customer, user=self.user)
        return {
            "csrf_token": parent_context["csrf_token"],
            "rows": [
                (item, kind, kind.reason(item.facts), kind.url(item))
                for item in items
                for kind in [kinds[item.rule.kind]]
            ],
            "may_settle": self.user.has_perm("crm.change_attentionitem"),
            "next": reverse("customers:inspect", args=[self.customer.pk]),
            "tomorrow": self.today + timedelta(days=1),
        }


def customer_panels(request: Any, customer: Customer) -> list[Component]:
    """Return what needs attention about a customer, and the tasks, each for those who may see it."""
    today = timezone.localdate(timezone=request.organization.zone)
    panels: list[Component] = []
    if request.user.has_perm("crm.view_attentionitem"):
        panels.append(CustomerAttention(customer, user=request.user, today=today))
    if request.user.has_perm("crm.view_task"):
        may_add, may_change = (request.user.has_perm(f"crm.{verb}_task") for verb in ("add", "change"))
        panels.append(CustomerTasks(customer, today=today, may_add=may_add, may_change=may_change))
    return panels


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


class DigestPanel(BaseSettingsPanel):
    """How often a member is written to about what needs attention, on the account page."""

    name = "digest"
    title = _("What needs attention")
    tab = notifications_tab
    order = 200
    form_class = DigestForm

    def is_active(self) -> bool:
        """Return whether the person sees what needs attention at all."""
        return bool(self.user.has_perm("crm.view_attentionitem"))

    def get_form(self) -> DigestForm:
        """Return the form of the member's row in this organization."""
        data = self.request.POST if self.request.method == "POST" else None
        return DigestForm(data, instance=digest_of(self.user), prefix=self.name)


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


def linkable_records() -> list[LinkableKind]:
    """Return the kinds of this app's records that protocols and tasks may be about."""
    return [
        LinkableKind(Customer, "crm.view_customer", search_customers),
        LinkableKind(
            Project, "crm.view_project", lambda text: Project.objects.filter(name__icontains=text).order_by("name")
        ),
        LinkableKind(Task, "crm.view_task", lambda text: Task.objects.filter(title__icontains=text).order_by("-pk")),
    ]


def _on_day(text: str, fact: str) -> Callable[[Mapping[str, Any]], str]:
    """What says a reason in which a day stands; the text is marked for translation where it is given."""

    def reason(facts: Mapping[str, Any]) -> str:
        moment = facts.get(fact) or ""
        day = parse_date(moment[:10])
        if len(moment) > 10 and (at := parse_datetime(moment)) is not None:
            day = timezone.localdate(at, timezone=scope_zone())
        return gettext(text) % {"day": date_format(day) if day is not None else ""}

    return reason


def _page(name: str, fact: str = "") -> Callable[[AttentionItem], str]:
    """What returns the page on which an item is seen to: that of its record, or of the record whose key is a fact."""
    return lambda item: reverse(name, args=[item.facts.get(fact, item.object_id)])


def attention_kinds() -> list[AttentionKind]:
    """Return what of this app needs attention."""
    return [
        AttentionKind(
            name="task_overdue",
            label=_("Overdue task"),
            help_text=_("A task, or a follow-up, that is still to be done after its day."),
            model=Task,
            permission="crm.view_task",
            find=overdue_tasks,
            reason=_on_day(gettext_noop("It was due on %(day)s."), "due"),
            url=_page("tasks:inspect"),
            unit=_("Days overdue"),
            amount=1,
            holder=_("Whoever does the task"),
        ),
        AttentionKind(
            name="no_contact",
            label=_("No contact"),
            help_text=_(
                "Nobody has called, met or written to a customer for a while, they have ordered nothing, and nobody has a task for them."
            ),
            model=Customer,
            permission="crm.view_customer",
            find=silent_customers,
            reason=_on_day(gettext_noop("There was no contact since %(day)s, and no task is open."), "last"),
            url=_page("customers:inspect"),
            unit=_("Days without contact"),
            amount=180,
            by_tag=True,
            # Whoever books once a year would fill the list: first choose a tag, or fewer customers.
            is_active=False,
            severity=Severity.LOW,
        ),
        AttentionKind(
            name="document_ending",
            label=_("Document expires"),
            help_text=_(
                "A private document, such as a passport or an insurance, is valid for a short time only, or no more."
            ),
            model=Document,
            permission="crm.view_document",
            find=ending_documents,
            reason=_on_day(gettext_noop("It is valid until %(day)s."), "until"),
            url=_page("private_documents:inspect"),
            readable=readable_documents,
            unit=_("Days before it ends"),
            amount=30,
        ),
        AttentionKind(
            name="project_late",
            label=_("Late project"),
            help_text=_("A project should have ended and is not done."),
            model=Project,
            permission="crm.view_project",
            find=late_projects,
            reason=_on_day(gettext_noop("It should have ended on %(day)s."), "end"),
            url=_page("projects:inspect"),
            unit=_("Days late"),
            amount=1,
            holder=_("Whoever leads the project"),
        ),
        AttentionKind(
            name="milestone_late",
            label=_("Late milestone"),
            help_text=_("A milestone of a project should have been reached."),
            model=Milestone,
            permission="crm.view_project",
            find=late_milestones,
            reason=_on_day(gettext_noop("It should have been reached on %(day)s."), "due"),
            url=_page("projects:inspect", "project"),
            title=lambda milestone: f"{milestone.project}: {milestone}",
            related=("project",),
            unit=_("Days late"),
            amount=1,
            holder=_("Whoever leads the project"),
        ),
        AttentionKind(
            name="project_stuck",
            label=_("Stuck project"),
            help_text=_("Nothing has changed in a project that is under way."),
            model=Project,
            permission="crm.view_project",
            find=stuck_projects,
            reason=_on_day(gettext_noop("Nothing has changed since %(day)s."), "last"),
            url=_page("projects:inspect"),
            unit=_("Days without a change"),
            amount=30,
            holder=_("Whoever leads the project"),
            severity=Severity.LOW,
        ),
        AttentionKind(
            name="message_failed",
            label=_("Message not sent"),
            help_text=_("A message was given up after several attempts."),
            model=Message,
            permission="crm.view_message",
            find=failed_messages_found,
            reason=_on_day(gettext_noop("It was written on %(day)s and could not be sent."), "written"),
            url=_page("messages_sent:inspect"),
            severity=Severity.HIGH,
        ),
    ]
