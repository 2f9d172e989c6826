"""What the rules about customers, tasks, projects, documents and messages find; one query each."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from crm.enums import UNFINISHED, MessageStatus, ProjectState
from crm.models import (
    AttentionRule,
    Customer,
    CustomerTag,
    Document,
    DocumentLink,
    Message,
    Milestone,
    Project,
    Task,
)
from crm.queries.attention import found, midnight
from tenancy.queries import scope_zone

_UNDER_WAY = (ProjectState.PLANNED, ProjectState.ACTIVE)


def overdue_tasks(rule: AttentionRule, now: datetime) -> QuerySet[Any, Any]:
    """Return unfinished tasks that were due so many days ago, or earlier."""
    zone = scope_zone()
    last = now.astimezone(zone).date() - timedelta(days=rule.amount)
    tasks = Task.objects.filter(state__in=UNFINISHED, due_on__lte=last, due_on__lt=now.astimezone(zone).date())
    return found(
        tasks, at=midnight("due_on", zone.key), customer="customer_id", holder="assignee_id", facts={"due": "due_on"}
    )


def silent_customers(rule: AttentionRule, now: datetime) -> QuerySet[Any, Any]:
    """Return customers with whom nothing has happened for so many days and for whom no task is open; only those with the rule's tag."""
    last = Coalesce("last_activity_at", "created_at")
    silent = Customer.objects.annotate(last=last).filter(last__lte=now - timedelta(days=rule.amount))
    silent = silent.exclude(Exists(Task.objects.filter(customer=OuterRef("pk"), state__in=UNFINISHED)))
    if rule.tag:
        silent = silent.filter(Exists(CustomerTag.objects.filter(customer=OuterRef("pk"), name=rule.tag)))
    return found(silent, at="last", customer="pk", facts={"last": "last"})


def ending_documents(rule: AttentionRule, now: datetime) -> QuerySet[Any, Any]:
    """Return documents that are valid for so many days at most, or no more."""
    zone = scope_zone()
    until = now.astimezone(zone).date() + timedelta(days=rule.amount)
    about = DocumentLink.objects.filter(
        document=OuterRef(OuterRef("pk")), content_type=ContentType.objects.get_for_model(Customer)
    )
    customer = Customer.objects.filter(pk__in=about.values("object_id")).order_by("pk").values("pk")[:1]
    return found(
        Document.objects.filter(expires_on__lte=until),
        at=midnight("expires_on", zone.key),
        customer=Subquery(customer),
        holder="author_id",
        facts={"until": "expires_on"},
    )


def late_projects(rule: AttentionRule, now: datetime) -> QuerySet[Any, Any]:
    """Return projects that are not done and should have ended so many days ago, or earlier."""
    zone = scope_zone()
    today = now.astimezone(zone).date()
    late = Project.objects.filter(
        state__in=_UNDER_WAY, ends_on__lte=today - timedelta(days=rule.amount), ends_on__lt=today
    )
    return found(late, at=midnight("ends_on", zone.key), holder="owner_id", facts={"end": "ends_on"})


def late_milestones(rule: AttentionRule, now: datetime) -> QuerySet[Any, Any]:
    """Return milestones that should have been reached so many days ago, or earlier."""
    zone = scope_zone()
    today = now.astimezone(zone).date()
    late = Milestone.objects.filter(
        project__state__in=_UNDER_WAY,
        reached_on=None,
        due_on__lte=today - timedelta(days=rule.amount),
        due_on__lt=today,
    )
    return found(
        late,
        at=midnight("due_on", zone.key),
        holder="project__owner_id",
        facts={"due": "due_on", "project": "project_id"},
    )


def stuck_projects(rule: AttentionRule, now: datetime) -> QuerySet[Any, Any]:
    """Return projects under way of which neither a task nor the project itself has changed for so many days."""
    moved = Task.objects.filter(project=OuterRef("pk")).order_by().values("project").annotate(last=Max("updated_at"))
    # GREATEST passes over NULL in PostgreSQL.
    last = Greatest("updated_at", Subquery(moved.values("last")))
    stuck = Project.objects.filter(state=ProjectState.ACTIVE).annotate(last=last)
    return found(
        stuck.filter(last__lte=now - timedelta(days=rule.amount)), at="last", holder="owner_id", facts={"last": "last"}
    )


def failed_messages_found(rule: AttentionRule, now: datetime) -> QuerySet[Any, Any]:
    """Return messages that were given up."""
    failed = Message.objects.filter(Q(status=MessageStatus.FAILED))
    return found(failed, at="created_at", customer="customer_id", facts={"written": "created_at"})
