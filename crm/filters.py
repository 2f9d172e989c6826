"""Filters of the lists of customers, protocols, messages, tasks and projects."""

from datetime import timedelta
from typing import Any

import django_filters
from django import forms
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.widgets import AdminDateInput

from crm import queries
from crm.enums import UNFINISHED, AttentionState, ProjectState, Severity, TaskState
from crm.models import (
    AttentionItem,
    Customer,
    CustomerTag,
    Document,
    DocumentTag,
    DocumentVersion,
    Message,
    Project,
    Protocol,
    Task,
)
from tenancy.filters import DayRangeFilter
from tenancy.queries import members
from tenancy.rules import person_name


class CustomerFilterSet(WagtailFilterSet):
    """Customers by source, language and the time of their last activity."""

    language = django_filters.ChoiceFilter(label=_("Language"), choices=settings.LANGUAGES)
    last_activity_at = DayRangeFilter(label=_("Last activity"))

    tag = django_filters.ChoiceFilter(label=_("Tag"), choices=(), method="filter_tag")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["tag"].extra["choices"] = [(name, name) for name in queries.tags_in_use()]

    def filter_tag(self, customers: QuerySet[Customer], _name: str, value: str) -> QuerySet[Customer]:
        """Return those who have a tag."""
        return customers.filter(pk__in=CustomerTag.objects.filter(name=value).values("customer"))

    class Meta:
        model = Customer
        fields = ["source"]


class ProtocolFilterSet(WagtailFilterSet):
    """Protocols by kind and time."""

    happened_at = DayRangeFilter(label=_("When"))

    # The record that protocols are about; links to this list set it.
    about = django_filters.CharFilter(label="", widget=forms.HiddenInput, method="filter_about")

    class Meta:
        model = Protocol
        fields = ["kind", "direction", "outcome", "about"]

    def filter_about(self, protocols: QuerySet[Protocol], _name: str, value: str) -> QuerySet[Protocol]:
        """Return those about one record."""
        record = queries.record_of(value, user=self.request.user)
        if record is None:
            return protocols.none()
        return protocols.filter(pk__in=queries.protocols_about(record, user=self.request.user).order_by().values("pk"))


class MessageFilterSet(WagtailFilterSet):
    """Messages by how far they have come, kind and time."""

    created_at = DayRangeFilter(label=_("Written"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = {kind: name for offer in hooks.get_hooks("message_kinds") for kind, name in offer().items()}
        kinds = Message.objects.order_by("kind").values_list("kind", flat=True).distinct()
        self.filters["kind"].extra["choices"] = [
            (kind, names.get(kind) or kind.replace("_", " ").capitalize()) for kind in kinds
        ]

    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=())

    class Meta:
        model = Message
        fields = ["status"]


class DocumentFilterSet(WagtailFilterSet):
    """Private documents by tag, how long they are valid, kind of file, and the record they are about."""

    tag = django_filters.ChoiceFilter(label=_("Tag"), choices=(), method="filter_tag")
    expiring = django_filters.ChoiceFilter(
        label=_("Valid until"),
        choices=[("over", _("Over already")), ("month", _("Over, or in 30 days at the latest"))],
        empty_label=_("All"),
        method="filter_expiring",
    )
    kind = django_filters.ChoiceFilter(
        label=_("Kind of file"),
        choices=[("application/pdf", "PDF"), ("image/", _("Picture")), ("video/", _("Video")), ("audio/", _("Sound"))],
        empty_label=_("All"),
        method="filter_kind",
    )
    about = django_filters.CharFilter(label="", widget=forms.HiddenInput, method="filter_about")

    class Meta:
        model = Document
        fields = ["tag", "expiring", "kind", "about"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["tag"].extra["choices"] = [(name, name) for name in queries.document_tags_in_use()]

    def filter_tag(self, documents: QuerySet[Document], _name: str, value: str) -> QuerySet[Document]:
        """Return those that have a tag."""
        return documents.filter(pk__in=DocumentTag.objects.filter(name=value).values("document"))

    def filter_expiring(self, documents: QuerySet[Document], _name: str, value: str) -> QuerySet[Document]:
        """Return those that are not valid any more, today or in 30 days."""
        today = timezone.localdate(timezone=self.request.organization.zone)
        return documents.filter(expires_on__lt=today if value == "over" else today + timedelta(days=31))

    def filter_kind(self, documents: QuerySet[Document], _name: str, value: str) -> QuerySet[Document]:
        """Return those of which a version is of a kind."""
        versions = DocumentVersion.objects.filter(content_type__startswith=value)
        return documents.filter(pk__in=versions.values("document"))

    def filter_about(self, documents: QuerySet[Document], _name: str, value: str) -> QuerySet[Document]:
        """Return those about one record."""
        record = queries.record_of(value, user=self.request.user)
        return documents.filter(queries.documents_about(record)) if record is not None else documents.none()


class TaskFilterSet(WagtailFilterSet):
    """Tasks by who does them, when they are due, how far they have come and what they belong to."""

    who = django_filters.ChoiceFilter(label=_("Who does it"), choices=(), empty_label=_("All"), method="filter_who")
    due = django_filters.ChoiceFilter(
        label=_("Due"),
        choices=[
            ("overdue", _("Overdue")),
            ("today", _("Today or overdue")),
            ("week", _("In seven days or overdue")),
            ("none", _("No day")),
        ],
        empty_label=_("All"),
        method="filter_due",
    )
    state = django_filters.ChoiceFilter(
        label=_("Status"),
        choices=[("unfinished", _("Unfinished")), *TaskState.choices],
        empty_label=_("All"),
        method="filter_state",
    )
    project = django_filters.ModelChoiceFilter(
        label=_("Project"), queryset=lambda request: Project.objects.order_by("name", "pk"), empty_label=_("All")
    )
    due_on = django_filters.DateFilter(label=_("Due on"), widget=AdminDateInput)
    # The record that tasks are about; links to this list set it.
    about = django_filters.CharFilter(label="", widget=forms.HiddenInput, method="filter_about")

    class Meta:
        model = Task
        fields = ["who", "due", "due_on", "state", "priority", "project", "about"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["who"].extra["choices"] = [
            ("me", _("Me")),
            ("watched", _("Watched by me")),
            ("nobody", _("Nobody")),
            *((str(user.pk), person_name(user)) for user in members()),
        ]
        if not self.request.user.has_perm("crm.view_project"):
            del self.filters["project"]

    def filter_who(self, tasks: QuerySet[Task], _name: str, value: str) -> QuerySet[Task]:
        """Return those of one person, those that the person asking watches, or those that nobody of the team does."""
        if value == "me":
            return tasks.filter(assignee=self.request.user)
        if value == "watched":
            return tasks.filter(watchers=self.request.user)
        if value == "nobody":
            return tasks.exclude(assignee__in=members().order_by())
        return tasks.filter(assignee=int(value))

    def filter_due(self, tasks: QuerySet[Task], _name: str, value: str) -> QuerySet[Task]:
        """Return unfinished ones by how soon they are due, or those that have no day."""
        now = timezone.localtime(timezone=self.request.organization.zone)
        found = {
            "overdue": queries.overdue(now=now),
            "today": queries.due_within(1, now=now),
            "week": queries.due_within(7, now=now),
            "none": Q(due_on__isnull=True),
        }
        return tasks.filter(found[value])

    def filter_state(self, tasks: QuerySet[Task], _name: str, value: str) -> QuerySet[Task]:
        """Return those in one state, or in any in which there is something to do."""
        return tasks.filter(state__in=UNFINISHED) if value == "unfinished" else tasks.filter(state=value)

    def filter_about(self, tasks: QuerySet[Task], _name: str, value: str) -> QuerySet[Task]:
        """Return those about one record."""
        record = queries.record_of(value, user=self.request.user)
        return tasks.filter(queries.tasks_about(record)) if record is not None else tasks.none()


class ProjectFilterSet(WagtailFilterSet):
    """Projects by their state, and those that somebody leads or works on."""

    state = django_filters.MultipleChoiceFilter(
        label=_("Status"), choices=ProjectState.choices, widget=forms.CheckboxSelectMultiple
    )
    mine = django_filters.ChoiceFilter(
        label=_("Whose"), choices=[("yes", _("Mine"))], empty_label=_("All"), method="filter_mine"
    )

    class Meta:
        model = Project
        fields = ["state", "mine"]

    def filter_mine(self, projects: QuerySet[Project], _name: str, _value: str) -> QuerySet[Project]:
        """Return those that the person asking leads or works on."""
        user = self.request.user
        return projects.filter(Q(owner=user) | Q(pk__in=Project.objects.filter(members=user).values("pk")))


class AttentionFilterSet(WagtailFilterSet):
    """What needs attention by rule, whom it is for, how pressing it is and what became of it; what is open, unless asked otherwise."""

    rule = django_filters.ChoiceFilter(label=_("What"), choices=(), empty_label=_("All"), method="filter_rule")
    whose = django_filters.ChoiceFilter(
        label=_("Whose"), choices=[("mine", _("Mine"))], empty_label=_("All"), method="filter_whose"
    )
    severity = django_filters.ChoiceFilter(
        label=_("How pressing"), choices=Severity.choices, empty_label=_("All"), field_name="rule__severity"
    )
    state = django_filters.ChoiceFilter(
        label=_("Status"),
        choices=[choice for choice in AttentionState.choices if choice[0] != AttentionState.GONE],
        empty_label=None,
    )

    class Meta:
        model = AttentionItem
        fields = ["rule", "whose", "severity", "state"]

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        if data is not None and not data.get("state"):
            data = data.copy()
            data["state"] = AttentionState.OPEN.value
        super().__init__(data, *args, **kwargs)
        kinds = queries.attention_kinds(self.request.user)
        self.filters["rule"].extra["choices"] = [
            *((name, kind.label) for name, kind in kinds.items() if not kind.several),
            *((str(rule.pk), rule.name) for rule in queries.own_rules() if rule.kind in kinds),
        ]

    def filter_rule(self, items: QuerySet[AttentionItem], _name: str, value: str) -> QuerySet[AttentionItem]:
        """Return those that one rule found."""
        return items.filter(rule=int(value)) if value.isdecimal() else items.filter(rule__kind=value)

    def filter_whose(self, items: QuerySet[AttentionItem], _name: str, _value: str) -> QuerySet[AttentionItem]:
        """Return those that are for the person asking."""
        return items.filter(queries.meant_for(self.request.user))
