"""Customers who may be one person, and those who were found to be."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.enums import DuplicateReason
from crm.models.customers import Customer
from tenancy.models import TenantModel

# How long a merge can be undone.
UNDO_FOR: Final = timedelta(days=30)


class DuplicatePair(TenantModel):
    """Two customers who may be one person, and why; `dismissed_at` says that they are not, and is never forgotten."""

    audit_person = "first"

    # In the order of their keys, so that a pair has one row.
    first = models.ForeignKey(Customer, verbose_name=_("customer"), on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Customer, verbose_name=_("customer"), on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(_("why"), max_length=12, choices=DuplicateReason.choices)
    # From 0 to 100: how likely they are one person.
    score = models.PositiveSmallIntegerField(_("how likely"))
    dismissed_at = models.DateTimeField(_("not the same"), null=True, editable=False)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("duplicate")
        verbose_name_plural = _("duplicates")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair_once"),
            models.CheckConstraint(condition=models.Q(first__lt=models.F("second")), name="duplicate_pair_in_order"),
        ]
        indexes = [
            models.Index(
                fields=["organization", "-score", "-id"],
                condition=models.Q(dismissed_at__isnull=True),
                name="duplicate_suggested",
            )
        ]

    def __str__(self) -> str:
        return f"{self.first} · {self.second}"


class CustomerMerge(TenantModel):
    """That a customer was merged into another one, and what it takes to undo it.

    `counts` says how many records of each kind moved, by the label of the model. `record` holds their keys and the values that both
    customers had; it is emptied when the merge is undone or cannot be undone any more.
    """

    audit_person = "kept"

    kept = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    gone = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    merged_at = models.DateTimeField(_("merged"))
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    counts = models.JSONField(default=dict)
    record = models.JSONField(default=dict)
    undone_at = models.DateTimeField(_("undone"), null=True, editable=False)

    class Meta:
        verbose_name = _("merge of customers")
        verbose_name_plural = _("merges of customers")
        constraints = [
            models.UniqueConstraint(
                fields=["gone"], condition=models.Q(undone_at__isnull=True), name="customer_merged_once"
            )
        ]
        indexes = [
            models.Index(fields=["organization", "kept", "-merged_at"], name="merge_by_customer"),
            models.Index(fields=["merged_at"], condition=~models.Q(record={}), name="merge_to_forget"),
        ]

    def __str__(self) -> str:
        return f"{self.gone} → {self.kept}"

    @property
    def undoable_until(self) -> datetime:
        """Until when it can be undone."""
        return self.merged_at + UNDO_FOR
