"""Where money is and why it moved: double entry, in minor units. The database keeps it balanced and unchanged."""

from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.utils.translation import gettext_lazy as _

from commerce.enums import LedgerAccount, LedgerKind, PaymentMethod
from commerce.models.payments import Payment, Refund
from tenancy.models import Organization
from tenancy.scope import current_organization_id


class LedgerTransaction(models.Model):
    """One movement of money. Its entries add up to zero; neither it nor they are ever changed or removed: the database refuses.

    `reference` is that of the object behind it, at Stripe or here: the same object has an effect of each kind only once.
    """

    wagtail_reference_index_ignore = True  # as `TenantModel`

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, default=current_organization_id, editable=False, related_name="+"
    )
    kind = models.CharField(_("what"), max_length=16, choices=LedgerKind.choices)
    reference = models.CharField(_("reference"), max_length=120)
    occurred_at = models.DateTimeField(_("when"))
    recorded_at = models.DateTimeField(_("written down"), db_default=TransactionNow(), editable=False)
    currency = models.CharField(_("currency"), max_length=3)
    method = models.CharField(_("payment method"), max_length=20, choices=PaymentMethod.choices, blank=True)
    payment = models.ForeignKey(
        Payment, verbose_name=_("payment"), null=True, on_delete=models.PROTECT, related_name="ledger_transactions"
    )
    refund = models.ForeignKey(
        Refund, verbose_name=_("refund"), null=True, on_delete=models.PROTECT, related_name="ledger_transactions"
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("movement of money")
        verbose_name_plural = _("movements of money")
        constraints = [
            models.UniqueConstraint(fields=["organization", "kind", "reference"], name="ledger_reference_once")
        ]
        indexes = [models.Index(fields=["organization", "occurred_at", "id"], name="ledger_by_time")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reference}"


class LedgerEntry(models.Model):
    """One side of a movement: what an account gained (positive, its debit side) or gave (negative, its credit side)."""

    wagtail_reference_index_ignore = True  # as `TenantModel`

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, default=current_organization_id, editable=False, related_name="+"
    )
    transaction = models.ForeignKey(
        LedgerTransaction, verbose_name=_("movement of money"), on_delete=models.PROTECT, related_name="entries"
    )
    account = models.CharField(_("account"), max_length=12, choices=LedgerAccount.choices)
    amount_minor = models.BigIntegerField(_("amount"))

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        constraints = [
            models.UniqueConstraint(fields=["transaction", "account"], name="ledger_entry_once_per_account"),
            models.CheckConstraint(condition=~models.Q(amount_minor=0), name="ledger_entry_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.get_account_display()} {self.amount_minor}"
