"""Projects: work of several people over some time, with milestones."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from crm.enums import ProjectState
from crm.models.links import RecordLink
from tenancy.models import TenantModel


class Project(ClusterableModel, TenantModel):
    """Work of several people over some time. How far it is follows from its tasks and milestones and is stored nowhere."""

    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    state = models.CharField(_("status"), max_length=12, choices=ProjectState.choices, default=ProjectState.ACTIVE)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("led by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, verbose_name=_("team"), through="ProjectMember", related_name="+", blank=True
    )
    starts_on = models.DateField(_("begins"), null=True, blank=True)
    ends_on = models.DateField(_("ends"), null=True, blank=True)

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(starts_on__isnull=True)
                | models.Q(ends_on__isnull=True)
                | models.Q(starts_on__lte=models.F("ends_on")),
                name="project_begins_before_its_end",
                violation_error_message=_("It cannot end before it begins."),
            )
        ]
        indexes = [models.Index(fields=["organization", "state", "name"], name="project_by_state")]

    def __str__(self) -> str:
        return self.name


class ProjectMember(TenantModel):
    """Somebody who works on a project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("member of a project")
        verbose_name_plural = _("members of projects")
        constraints = [models.UniqueConstraint(fields=["project", "user"], name="project_member_once")]


class Milestone(TenantModel):
    """A point that a project wants to reach by a day."""

    project = ParentalKey(Project, verbose_name=_("project"), on_delete=models.CASCADE, related_name="milestones")
    name = models.CharField(_("name"), max_length=200)
    due_on = models.DateField(_("due"), null=True, blank=True)
    reached_on = models.DateField(_("reached"), null=True, blank=True)

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["due_on", "pk"]
        indexes = [models.Index(fields=["organization", "project", "due_on"], name="milestone_by_project")]

    def __str__(self) -> str:
        return self.name


class ProjectLink(RecordLink):
    """A record that a project is about."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="links")

    class Meta:
        verbose_name = _("record linked to a project")
        verbose_name_plural = _("records linked to projects")
        constraints = [
            models.UniqueConstraint(fields=["project", "content_type", "object_id"], name="project_link_once")
        ]
        indexes = [models.Index(fields=["organization", "content_type", "object_id"], name="project_link_record")]
