"""What of this app needs attention, and where it is shown."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import TextChoices
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.components import Component
from wagtail.admin.views.account import BaseSettingsPanel, notifications_tab

from crm.enums import CustomerSource, Severity
from crm.forms import DigestForm
from crm.models import AttentionItem, AttentionRule, Customer, Document, Message, Milestone, Project, Task
from crm.queries import (
    AttentionKind,
    attention_label,
    attention_with,
    digest_of,
    ending_documents,
    failed_messages_found,
    late_milestones,
    late_projects,
    overdue_tasks,
    own_customers,
    readable_documents,
    silent_customers,
    stuck_projects,
)
from crm.queries import attention_kinds as known_kinds
from tenancy.queries import scope_zone


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
                (item, attention_label(item.rule, kind), kind.reason(item.facts), kind.url(item))
                for item in items
                for kind in [kinds[item.rule.kind]]
            ],
            "may_settle": self.user.has_perm("crm.change_attentionitem"),
            "next": reverse("customers:inspect", args=[self.customer.pk]),
            "tomorrow": self.today + timedelta(days=1),
        }


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


def _day(moment: str | None) -> str:
    """The day of a fact in words: a day, or that of an instant here."""
    text = moment or ""
    day = parse_date(text[:10])
    if len(text) > 10 and (at := parse_datetime(text)) is not None:
        day = timezone.localdate(at, timezone=scope_zone())
    return date_format(day) if day is not None else ""


def _on_day(text: str, fact: str) -> Callable[[Mapping[str, Any]], str]:
    """What says a reason in which a day stands; the text is marked for translation where it is given."""

    def reason(facts: Mapping[str, Any]) -> str:
        return gettext(text) % {"day": _day(facts.get(fact))}

    return reason


def _own_reason(facts: Mapping[str, Any]) -> str:
    """Say of a customer what of an own rule is true of them."""
    language = dict(settings.LANGUAGES).get(facts.get("language", ""), "")
    sentences = {
        "tags": gettext("Tag: %(tags)s.") % {"tags": ", ".join(facts.get("tag_names") or ())},
        "sources": gettext("How they came: %(source)s.") % {"source": _label(CustomerSource, facts.get("source"))},
        "languages": gettext("Language: %(language)s.") % {"language": language and gettext(language)},
        "known_days": gettext("Customer since %(day)s.") % {"day": _day(facts.get("known_since"))},
        "silent_days": gettext("No contact since %(day)s.") % {"day": _day(facts.get("last_contact"))},
        "ordered_days": gettext("Ordered on %(day)s.") % {"day": _day(facts.get("last_order"))},
        "unordered_days": gettext("No order since %(day)s.") % {"day": _day(facts["last_order"])}
        if facts.get("last_order")
        else gettext("Never ordered."),
        "news": gettext("Allows news.") if facts.get("news_allowed") else gettext("Does not allow news."),
        "no_email": gettext("No e-mail address."),
        "no_phone": gettext("No phone number."),
        "no_language": gettext("Language not known."),
    }
    return " ".join(sentence for name, sentence in sentences.items() if facts.get(name))


def _label(choices: type[TextChoices], value: str | None) -> str:
    return str(dict(choices.choices).get(value or "", ""))


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
            name=AttentionRule.OWN,
            label=_("Rule of your own"),
            help_text=_("Customers of whom what you choose here is true."),
            model=Customer,
            permission="crm.view_customer",
            find=own_customers,
            reason=_own_reason,
            url=_page("customers:inspect"),
            several=True,
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
