"""E-mails to the team about tasks, protocols and what needs attention, in each reader's language, as text and as HTML."""

from collections.abc import Sequence

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from crm.enums import TaskLetter
from crm.models import AttentionItem, Protocol, Task
from crm.queries import attention_kinds, attention_label
from crm.rules import Email
from tenancy.fields import without_markup
from tenancy.models import User
from tenancy.queries import absolute_url, current_organization, language_of
from tenancy.rules import person_name


def about_task(task: Task, kind: TaskLetter, user: User, *, actor: User | None = None, quote: str = "") -> Email:
    """Return what a person reads who was given a task, is mentioned at it or is reminded of it."""
    organization = current_organization()
    language = language_of(user) or organization.default_language
    with override(language):
        facts = {"task": task.title, "who": person_name(actor) if actor is not None else ""}
        subject, lead = {
            TaskLetter.ASSIGNED: (_("For you: %(task)s"), _("%(who)s has given you a task.")),
            TaskLetter.MENTIONED: (_("%(who)s mentions you: %(task)s"), _("%(who)s mentions you at a task.")),
            TaskLetter.REMINDER: (_("Reminder: %(task)s"), _("This task is due.")),
        }[kind]
        subject %= facts
        values = {
            "subject": subject,
            "organization": organization,
            "name": user.first_name,
            "lead": lead % facts,
            "task": task,
            "due": _due(task),
            "quote": quote,
            "language": language,
            "url": absolute_url(organization, reverse("tasks:inspect", args=[task.pk])),
        }
        return Email(
            user.email,
            language,
            subject,
            render_to_string("crm/email/task.txt", values),
            render_to_string("crm/email/task.html", values),
        )


def attention_digest(items: Sequence[AttentionItem], *, total: int, user: User) -> Email:
    """Return what a person reads about what needs their attention: `items` of `total`, with their records loaded."""
    organization = current_organization()
    language = language_of(user) or organization.default_language
    kinds = attention_kinds()
    with override(language):
        subject = ngettext("%(count)d thing needs your attention", "%(count)d things need your attention", total) % {
            "count": total
        }
        rows = [
            {
                "label": attention_label(item.rule, kinds[item.rule.kind]),
                "title": kinds[item.rule.kind].title(item.record) if item.record is not None else "",
                "reason": kinds[item.rule.kind].reason(item.facts),
                "url": absolute_url(organization, kinds[item.rule.kind].url(item)),
            }
            for item in items
        ]
        values = {
            "subject": subject,
            "organization": organization,
            "name": user.first_name,
            "rows": rows,
            "more": total - len(rows),
            "language": language,
            "url": absolute_url(organization, reverse("attention:index") + "?whose=mine"),
            "settings_url": absolute_url(organization, reverse("wagtailadmin_account")),
        }
        return Email(
            user.email,
            language,
            subject,
            render_to_string("crm/email/attention.txt", values),
            render_to_string("crm/email/attention.html", values),
        )


def about_protocol(protocol: Protocol, user: User, *, actor: User | None) -> Email:
    """Return what a person reads whom a protocol mentions."""
    organization = current_organization()
    language = language_of(user) or organization.default_language
    with override(language):
        facts = {"protocol": protocol.subject, "who": person_name(actor) if actor is not None else organization.name}
        subject = _("%(who)s mentions you: %(protocol)s") % facts
        values = {
            "subject": subject,
            "organization": organization,
            "name": user.first_name,
            "lead": _("%(who)s mentions you in what was written down about a contact.") % facts,
            "protocol": protocol,
            "quote": without_markup(protocol.body),
            "language": language,
            "url": absolute_url(organization, reverse("protocols:edit", args=[protocol.pk])),
        }
        return Email(
            user.email,
            language,
            subject,
            render_to_string("crm/email/protocol.txt", values),
            render_to_string("crm/email/protocol.html", values),
        )


def _due(task: Task) -> str:
    if task.due_on is None:
        return ""
    day = date_format(task.due_on, _("l j F Y"))
    return f"{day}, {task.due_time:%H:%M}" if task.due_time is not None else day
