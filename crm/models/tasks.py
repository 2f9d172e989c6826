"""Tasks: what somebody has to do, by when, and what it is about."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.enums import UNFINISHED, TaskPriority, TaskReminder, TaskState
from crm.models.customers import Customer
from crm.models.links import RecordLink
from crm.models.projects import Milestone, Project
from crm.models.protocols import Protocol
from tenancy.models import TenantModel


class Task(TenantModel):
    """Something to do. Days and times are the wall clock of the organization; a due time needs a due day."""

    audit_person = "customer"
    personal_fields = ("__str__", "title", "notes")

    title = models.CharField(_("what is to be done"), max_length=200)
    notes = models.TextField(_("notes"), blank=True)
    state = models.CharField(
        _("status"), max_length=12, choices=TaskState.choices, default=TaskState.OPEN, editable=False
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=TaskPriority.choices, default=TaskPriority.NORMAL
    )
    # Whoever left the team stands here still, and is seen by nobody: the task then needs somebody else.
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who does it"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    starts_on = models.DateField(_("begins"), null=True, blank=True)
    due_on = models.DateField(_("due"), null=True, blank=True)
    due_time = models.TimeField(_("time"), null=True, blank=True)
    remind = models.CharField(_("reminder"), max_length=12, choices=TaskReminder.choices, default=TaskReminder.SAME_DAY)
    # The instant of a reminder that is still to be sent.
    remind_at = models.DateTimeField(null=True, editable=False)
    repeat_rule = models.CharField(_("repeats"), max_length=200, blank=True)
    # The day from which the rule counts: the due day of the first one of the series.
    repeat_from = models.DateField(null=True, editable=False)
    # The one of the series before it; each has one successor at most.
    follows = models.OneToOneField(
        "self", null=True, editable=False, on_delete=models.SET_NULL, related_name="next_one"
    )
    customer = models.ForeignKey(
        Customer,
        verbose_name=_("customer"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="tasks",
    )
    # What was said with the customer, when the task is to come back to it.
    follow_up_of = models.OneToOneField(
        Protocol, null=True, editable=False, on_delete=models.SET_NULL, related_name="follow_up"
    )
    project = models.ForeignKey(
        Project,
        verbose_name=_("project"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="tasks",
    )
    milestone = models.ForeignKey(
        Milestone,
        verbose_name=_("milestone"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="tasks",
    )
    watchers = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who else is told"),
        through="TaskWatcher",
        related_name="+",
        blank=True,
    )
    needs = models.ManyToManyField("self", through="TaskDependency", symmetrical=False, related_name="needed_by")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    completed_at = models.DateTimeField(_("done"), null=True, editable=False)
    completed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        permissions = [("do_task", "Can work on tasks given to them")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(due_time__isnull=True) | models.Q(due_on__isnull=False),
                name="task_time_has_a_day",
                violation_error_message=_("A time needs a day."),
            ),
            models.CheckConstraint(
                condition=models.Q(starts_on__isnull=True)
                | models.Q(due_on__isnull=True)
                | models.Q(starts_on__lte=models.F("due_on")),
                name="task_begins_before_it_is_due",
                violation_error_message=_("It cannot be due before it begins."),
            ),
            models.CheckConstraint(
                condition=models.Q(repeat_rule="") | models.Q(due_on__isnull=False),
                name="task_series_has_a_day",
                violation_error_message=_("What repeats needs a day on which it is due."),
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "due_on", "id"], name="task_by_due_day"),
            models.Index(fields=["organization", "assignee", "due_on"], name="task_by_assignee"),
            models.Index(fields=["organization", "customer", "due_on"], name="task_by_customer"),
            models.Index(fields=["organization", "project", "due_on"], name="task_by_project"),
            models.Index(fields=["organization", "state", "due_on"], name="task_by_state"),
            models.Index(fields=["remind_at"], condition=models.Q(remind_at__isnull=False), name="task_reminder_due"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_unfinished(self) -> bool:
        """Whether there is still something to do."""
        return self.state in UNFINISHED


class ChecklistItem(TenantModel):
    """One step of a task, to be ticked off."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="checklist")
    text = models.CharField(_("step"), max_length=200)
    is_done = models.BooleanField(_("done"), default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.text


class TaskWatcher(TenantModel):
    """Somebody who is told what becomes of a task."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("watcher of a task")
        verbose_name_plural = _("watchers of tasks")
        constraints = [models.UniqueConstraint(fields=["task", "user"], name="task_watcher_once")]
        indexes = [models.Index(fields=["organization", "user"], name="task_watched_by")]


class TaskComment(TenantModel):
    """What somebody says about a task; who is mentioned by @ is told."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    text = models.TextField(_("comment"), max_length=5000)

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.text


class TaskDependency(TenantModel):
    """A task that cannot begin before another one is finished. Never a circle: `operations.add_dependency` makes them."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="dependencies")
    needs = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="dependents")

    class Meta:
        verbose_name = _("dependency")
        verbose_name_plural = _("dependencies")
        constraints = [
            models.UniqueConstraint(fields=["task", "needs"], name="task_dependency_once"),
            models.CheckConstraint(condition=~models.Q(task=models.F("needs")), name="task_needs_another"),
        ]


class TaskLink(RecordLink):
    """A record that a task is about."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="links")

    class Meta:
        verbose_name = _("record linked to a task")
        verbose_name_plural = _("records linked to tasks")
        constraints = [models.UniqueConstraint(fields=["task", "content_type", "object_id"], name="task_link_once")]
        indexes = [models.Index(fields=["organization", "content_type", "object_id"], name="task_link_record")]
