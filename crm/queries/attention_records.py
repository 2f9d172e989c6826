"""What the rules about customers, tasks, projects, documents and messages find; one query each."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Greatest
from wagtail import hooks

from crm.enums import UNFINISHED, Direction, MessageStatus, ProjectState
from crm.models import (
    Activity,
    AttentionRule,
    Customer,
    CustomerTag,
    Document,
    DocumentLink,
    Message,
    Milestone,
    Project,
    Protocol,
    ProtocolLink,
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


def contacts() -> list[tuple[QuerySet[Any], str]]:
    """The rows that are a contact with the customer of an outer query, and the name of their time."""
    acts = [kind for offer in hooks.get_hooks("contact_activities") for kind in offer()]
    about = ProtocolLink.objects.filter(
        content_type=ContentType.objects.get_for_model(Customer), object_id=OuterRef("pk")
    ).exclude(protocol__direction=Direction.INTERNAL)
    return [
        (Protocol.objects.filter(customer=OuterRef("pk")).exclude(direction=Direction.INTERNAL), "happened_at"),
        (about, "protocol__happened_at"),
        (Message.objects.filter(customer=OuterRef("pk"), kind="personal"), "created_at"),
        (Activity.objects.filter(customer=OuterRef("pk"), kind__in=acts), "at"),
    ]


def silent_customers(rule: AttentionRule, now: datetime) -> QuerySet[Any, Any]:
    """Return customers without contact for so many days and for whom no task is open; only those with the rule's tag.

    A contact is what a person wrote down with them or to them, and what customers do themselves (hook `contact_activities`: a function
    that returns kinds of activities); not what is sent or noted by itself. Of those who never had any it counts since they came.
    """
    rows_of, last = contacts(), now - timedelta(days=rule.amount)
    silent = Customer.objects.filter(created_at__lte=last)
    for rows, time in rows_of:
        # Those with a recent one go at once, by one reading of each table.
        silent = silent.exclude(Exists(rows.filter(**{f"{time}__gt": last})))
    silent = silent.exclude(Exists(Task.objects.filter(customer=OuterRef("pk"), state__in=UNFINISHED)))
    if rule.tag:
        silent = silent.filter(Exists(CustomerTag.objects.filter(customer=OuterRef("pk"), name=rule.tag)))
    # GREATEST passes over NULL in PostgreSQL.
    latest = [Subquery(rows.order_by(f"-{time}").values(time)[:1]) for rows, time in rows_of]
    silent = silent.annotate(last=Greatest("created_at", *latest))
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
