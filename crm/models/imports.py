"""Files whose rows become customers, protocols or tasks: what was read, what came of it, and what takes it back."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.enums import IMPORT_AT_WORK, IMPORT_UNDOABLE, ImportKind, ImportMode, ImportReason, ImportState
from crm.models.customers import Customer
from crm.models.documents import private_path
from crm.models.protocols import Protocol
from crm.models.tasks import Task
from tenancy.models import TenantModel

# How long an import can be undone, and its file is kept.
IMPORT_KEPT_FOR: Final = timedelta(days=30)


class Import(TenantModel):
    """One file, how its columns are read, and how far a job has come with it.

    `mapping` has for each column the field it fills, or nothing. `position` is the number of rows that are done, in a check and in the
    import itself alike; a job that begins again goes on there.
    """

    kind = models.CharField(_("what"), max_length=12, choices=ImportKind.choices, default=ImportKind.CUSTOMERS)
    name = models.CharField(_("file"), max_length=200)
    file = models.FileField(_("file"), upload_to=private_path, blank=True)
    encoding = models.CharField(_("letters"), max_length=20, blank=True)
    separator = models.CharField(_("separator"), max_length=1, blank=True)
    columns = models.JSONField(_("columns"), default=list)
    mapping = models.JSONField(_("fields"), default=list)
    mode = models.CharField(
        _("who is there already"), max_length=12, choices=ImportMode.choices, default=ImportMode.FILL
    )
    origin = models.CharField(
        _("the other system"),
        max_length=60,
        blank=True,
        help_text=_(
            "Where the numbers of customers are from, such as HubSpot. The same number of another system is another one."
        ),
    )
    tag = models.CharField(_("tag for all"), max_length=40, blank=True)
    consent_source = models.CharField(
        _("where they agreed"), max_length=200, blank=True, help_text=_("Such as: newsletter form of our old site.")
    )
    is_month_first = models.BooleanField(_("dates like 03/04/2026 begin with the month"), default=False)
    state = models.CharField(_("status"), max_length=12, choices=ImportState.choices, default=ImportState.MAPPING)
    position = models.PositiveIntegerField(default=0)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    made = models.PositiveIntegerField(_("new records"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    unchanged = models.PositiveIntegerField(_("left as they are"), default=0)
    left_out = models.PositiveIntegerField(_("left out"), default=0)
    taken_back = models.PositiveIntegerField(_("taken back"), default=0)
    kept = models.PositiveIntegerField(_("kept"), default=0)
    # Of the job that is at work: when it last got on, and how often it began since without getting on.
    worked_at = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(_("started"), null=True, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [
            models.Index(fields=["organization", "-created_at"], name="import_recent"),
            models.Index(fields=["worked_at"], condition=models.Q(state__in=IMPORT_AT_WORK), name="import_at_work"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_at_work(self) -> bool:
        """Whether a job is to get on with it."""
        return self.state in IMPORT_AT_WORK

    @property
    def is_open(self) -> bool:
        """Whether its columns can still be chosen."""
        return self.started_at is None and self.state != ImportState.CHECKING

    @property
    def undoable_until(self) -> datetime | None:
        """Until when it can be undone; None when there is nothing to undo."""
        if self.state not in IMPORT_UNDOABLE or self.started_at is None:
            return None
        return self.started_at + IMPORT_KEPT_FOR


class ImportBatch(TenantModel):
    """Rows of a file that were taken over in one transaction, from `first_row` to `last_row`; the first below the heading is 1.

    `made` are the keys of the records that are new; what was changed of others stands in `ImportChange`.
    """

    parent = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="batches")
    first_row = models.PositiveIntegerField()
    last_row = models.PositiveIntegerField()
    made = ArrayField(models.BigIntegerField(), default=list, editable=False)
    undone_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("batch of an import")
        verbose_name_plural = _("batches of imports")
        constraints = [models.UniqueConstraint(fields=["parent", "first_row"], name="import_batch_once")]


class ImportProblem(TenantModel):
    """Why a row of a file was left out, or with `is_note` only a value of it."""

    parent = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="problems", db_index=False)
    row = models.PositiveIntegerField(_("row"))
    reason = models.CharField(_("why"), max_length=16, choices=ImportReason.choices)
    column = models.CharField(_("column"), max_length=200, blank=True)
    value = models.CharField(_("value"), max_length=200, blank=True)
    is_note = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("problem of an import")
        verbose_name_plural = _("problems of imports")
        ordering = ["row", "pk"]
        indexes = [models.Index(fields=["parent", "row", "id"], name="import_problem_by_row")]

    def __str__(self) -> str:
        return str(self.get_reason_display()) % {"value": self.value, "column": self.column}


class ImportChange(TenantModel):
    """What a row of a file changed of a customer who was there, so that it can be taken back.

    `before` and `after` hold the fields that it changed, `added` what it put beside: names of tags, keys of numbers and consents. The
    customer is named by the key alone: changes of an import are forgotten after 30 days, and a merge leaves them as they are.
    """

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="changes")
    row = models.PositiveIntegerField()
    record_id = models.BigIntegerField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    added = models.JSONField(default=dict)
    # When a record that it changed had been changed before.
    changed_before = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("change by an import")
        verbose_name_plural = _("changes by imports")


class ExternalId(TenantModel):
    """What another system calls a customer, a protocol or a task; of one system each number leads to one record."""

    audit_person = "customer"

    kind = models.CharField(_("what"), max_length=12, choices=ImportKind.choices)
    source = models.CharField(_("the other system"), max_length=60, blank=True)
    value = models.CharField(_("number"), max_length=120)
    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), null=True, on_delete=models.CASCADE, related_name="external_ids"
    )
    protocol = models.ForeignKey(Protocol, null=True, on_delete=models.CASCADE, related_name="external_ids")
    task = models.ForeignKey(Task, null=True, on_delete=models.CASCADE, related_name="external_ids")

    class Meta:
        verbose_name = _("number in another system")
        verbose_name_plural = _("numbers in other systems")
        constraints = [
            models.UniqueConstraint(fields=["organization", "kind", "source", "value"], name="external_id_once"),
            models.CheckConstraint(
                condition=models.Q(kind="customers", customer__isnull=False, protocol=None, task=None)
                | models.Q(kind="protocols", customer=None, protocol__isnull=False, task=None)
                | models.Q(kind="tasks", customer=None, protocol=None, task__isnull=False),
                name="external_id_of_one_record",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.value}".strip()
