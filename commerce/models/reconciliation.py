"""What a comparison with the payment provider's own lists found."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from commerce.enums import DifferenceKind
from commerce.models.payments import Payment
from tenancy.models import TenantModel


class Reconciliation(TenantModel):
    """A comparison of our books with Stripe's lists since `since`; `progress` tells where it goes on when it was interrupted.

    `compared` counts what Stripe told, `replayed` what had been missed and was made up for.
    """

    since = models.DateTimeField(_("since"))
    started_at = models.DateTimeField(_("started"))
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    progress = models.JSONField(_("progress"), default=dict)
    compared = models.PositiveIntegerField(_("compared"), default=0)
    replayed = models.PositiveIntegerField(_("made up for"), default=0)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.TextField(_("last error"), blank=True)

    class Meta:
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliations")
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=models.Q(finished_at__isnull=True),
                name="reconciliation_one_at_a_time",
            )
        ]
        indexes = [
            models.Index(fields=["organization", "-started_at"], name="reconciliation_recent"),
            models.Index(
                fields=["next_attempt_at"], condition=models.Q(finished_at__isnull=True), name="reconciliation_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


class Difference(TenantModel):
    """Something that our books and Stripe's lists do not say alike. Staff settle it in words, or it goes by itself.

    `found_minor` is what Stripe says and `booked_minor` what we have, in minor units of `currency`; None where there is nothing.
    `settled_minor` is what the ledger has for it because staff settled it.
    """

    kind = models.CharField(_("what"), max_length=16, choices=DifferenceKind.choices, editable=False)
    reference = models.CharField(_("at Stripe"), max_length=120, editable=False)
    payment = models.ForeignKey(
        Payment,
        verbose_name=_("payment"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="differences",
    )
    found_minor = models.BigIntegerField(_("Stripe says"), null=True, blank=True, editable=False)
    booked_minor = models.BigIntegerField(_("booked here"), null=True, blank=True, editable=False)
    settled_minor = models.BigIntegerField(default=0, db_default=0, editable=False)
    currency = models.CharField(_("currency"), max_length=3, editable=False)
    occurred_at = models.DateTimeField(_("when"), editable=False)
    seen_at = models.DateTimeField(_("last seen"), editable=False)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True, editable=False)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("settled by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("difference")
        verbose_name_plural = _("differences")
        constraints = [
            models.UniqueConstraint(fields=["organization", "kind", "reference"], name="difference_once"),
        ]
        indexes = [
            models.Index(fields=["organization", "-occurred_at", "-id"], name="difference_recent"),
            models.Index(fields=["organization"], condition=models.Q(settled_at__isnull=True), name="difference_open"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reference}"
