"""Reads of projects: how far they are follows from their tasks and milestones."""

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, IntegerField, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from crm.enums import TaskState
from crm.models import Milestone, Project, Task


def with_progress(projects: QuerySet[Project]) -> QuerySet[Project]:
    """Return projects with how many tasks (`tasks_total`, without dropped ones) and milestones (`milestones_total`) they have,
    and how many of those are done (`tasks_done`) or reached (`milestones_done`).
    """

    def count(rows: QuerySet[Model]) -> Coalesce:
        of_one = rows.filter(project=OuterRef("pk")).order_by().values("project")
        return Coalesce(Subquery(of_one.annotate(count=Count("pk")).values("count"), output_field=IntegerField()), 0)

    kept = Task.objects.exclude(state=TaskState.DROPPED)
    return projects.select_related("owner").annotate(
        tasks_total=count(kept),
        tasks_done=count(kept.filter(state=TaskState.DONE)),
        milestones_total=count(Milestone.objects.all()),
        milestones_done=count(Milestone.objects.filter(reached_on__isnull=False)),
    )


def projects_about(record: Model) -> QuerySet[Project]:
    """Return the projects linked to a record, by name."""
    about = Q(links__content_type=ContentType.objects.get_for_model(record), links__object_id=record.pk)
    return Project.objects.filter(about).order_by("name", "pk")
