"""What the demo's staff have to do, by the product's own operations."""

import datetime as dt

from django.core.files.base import ContentFile

from crm.enums import ProjectState, TaskState
from crm.models import AttentionRule, Customer, Document, Milestone, Project, Task
from crm.operations import add_dependency, move_task, settle_task, upload_documents
from crm.queries import customer_by_email
from devtools.demo_content.shapes import DemoProject, DemoSite, DemoTask
from devtools.demo_content.write_people import staff_email
from tenancy.models import User


def write_work(site: DemoSite, *, now: dt.datetime) -> None:
    """Write down those of a site's projects, tasks, papers and rules that are not there yet."""
    for rule in site.rules:
        AttentionRule.objects.get_or_create(
            kind=AttentionRule.OWN, name=rule.name, defaults={"conditions": dict(rule.conditions)}
        )
    for project in site.projects:
        if not Project.objects.filter(name=project.name).exists():
            _write_project(site, project, now=now)
    for task in site.tasks:
        if not Task.objects.filter(title=task.title).exists():
            _write_task(site, task, now=now)
    manager = _somebody(site, "manager")
    for paper in site.papers:
        guest = customer_by_email(paper.guest)
        if guest is not None and not Document.objects.filter(title=paper.title).exists():
            upload_documents(
                [ContentFile(paper.text.encode(), name="consent.txt")],
                title=paper.title,
                expires_on=now.date() + dt.timedelta(days=paper.days),
                about=[guest],
                actor=manager,
            )


def _somebody(site: DemoSite, role: str) -> User:
    return User.objects.get(email=staff_email(site, role))


def _write_project(site: DemoSite, demo: DemoProject, *, now: dt.datetime) -> None:
    def day(days: int) -> dt.date:
        return now.date() + dt.timedelta(days=days)

    project = Project.objects.create(
        name=demo.name,
        description=demo.description,
        state=ProjectState.ACTIVE,
        owner=_somebody(site, demo.role),
        starts_on=day(demo.begins),
        ends_on=day(demo.ends),
    )
    milestones = {
        name: Milestone.objects.create(
            project=project, name=name, due_on=day(days), reached_on=day(days) if is_reached else None
        )
        for name, days, is_reached in demo.milestones
    }
    made: dict[str, Task] = {}
    for task in demo.tasks:
        made[task.title] = _write_task(site, task, project=project, milestone=milestones.get(task.milestone), now=now)
        if task.after:
            add_dependency(made[task.title], needs=made[task.after], actor=project.owner)


def _write_task(
    site: DemoSite,
    demo: DemoTask,
    *,
    project: Project | None = None,
    milestone: Milestone | None = None,
    now: dt.datetime,
) -> Task:
    who = _somebody(site, demo.role)
    customer: Customer | None = customer_by_email(demo.guest) if demo.guest else None
    task = Task.objects.create(
        title=demo.title,
        notes=demo.notes,
        priority=demo.priority,
        assignee=who,
        due_on=now.date() + dt.timedelta(days=demo.due),
        starts_on=None if demo.begins is None else now.date() + dt.timedelta(days=demo.begins),
        customer=customer,
        project=project,
        milestone=milestone,
    )
    # Everybody wrote down their own, so nobody is written to.
    settle_task(task, changed={"due_on"}, checklist=demo.steps, is_new=True, now=now, actor=who)
    return task if demo.state == TaskState.OPEN else move_task(task, TaskState(demo.state), now=now, actor=who)
