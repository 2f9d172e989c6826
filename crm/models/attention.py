"""What needs somebody's attention: the rules of an organization, and what they found."""

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.enums import AttentionState, DigestFrequency, Joined, Severity
from crm.models.customers import Customer
from crm.models.links import RecordLink
from tenancy.enums import Role
from tenancy.models import TenantModel


class AttentionRule(TenantModel):
    """Whether one kind of thing is looked for, from when on, and whom it is for: a role, a member, whoever it belongs to, or all.

    The kinds come from the apps by the hook `attention_kinds`. `amount` counts what the kind counts: days or hours. Rules of the kind `OWN`
    are an organization's own: each has a name, and `conditions` about customers that are `joined`; `OwnRuleForm` says which there are.
    """

    OWN = "own"

    name = models.CharField(_("name"), max_length=80, blank=True, default="", db_default="")
    kind = models.CharField(_("what"), max_length=40, editable=False)
    is_active = models.BooleanField(_("looked for"), default=True)
    amount = models.PositiveSmallIntegerField(_("how many"), default=0, validators=[MaxValueValidator(3650)])
    tag = models.CharField(_("only with this tag"), max_length=40, blank=True)
    severity = models.PositiveSmallIntegerField(_("how pressing"), choices=Severity.choices, default=Severity.NORMAL)
    to_holder = models.BooleanField(default=False)
    role = models.CharField(max_length=12, choices=Role.choices, blank=True)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    joined = models.CharField(
        _("show customers of whom"), max_length=3, choices=Joined.choices, default=Joined.ALL, db_default=Joined.ALL
    )
    conditions = models.JSONField(_("conditions"), default=dict, blank=True, editable=False)
    # How often in a row it could not be evaluated, and since when; what it found before stays.
    failures = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("attention rule")
        verbose_name_plural = _("attention rules")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind"], condition=~models.Q(kind="own"), name="attention_rule_once"
            ),
            models.UniqueConstraint(
                fields=["organization", "name"],
                condition=models.Q(kind="own"),
                name="attention_rule_named_once",
                violation_error_message=_("There is already a rule with this name."),
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="own") | ~models.Q(name="") & ~models.Q(conditions={}),
                name="attention_rule_of_ones_own_says_something",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.kind

    @property
    def is_own(self) -> bool:
        """Whether it is one of the organization's own."""
        return self.kind == self.OWN


class AttentionItem(RecordLink):
    """A record that a rule found. `operations.evaluate_attention` writes, opens again and closes it; people finish or put it off.

    `at` is the moment it is about (when it was due, expires, departs): a later one is another occasion. `facts` are what its reason
    says in the reader's language. `holder` is the member to whom the record belongs, `customer` the one on whose profile it stands.
    """

    rule = models.ForeignKey(AttentionRule, verbose_name=_("rule"), on_delete=models.CASCADE, related_name="items")
    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), null=True, on_delete=models.CASCADE, related_name="attention_items"
    )
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    facts = models.JSONField(default=dict)
    state = models.CharField(
        _("status"), max_length=12, choices=AttentionState.choices, default=AttentionState.OPEN, editable=False
    )
    since = models.DateTimeField(_("since"))
    # A day of the organization: in its morning it is open again.
    snoozed_until = models.DateField(_("until"), null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("attention item")
        verbose_name_plural = _("attention items")
        constraints = [
            models.UniqueConstraint(fields=["rule", "content_type", "object_id"], name="attention_item_once"),
            models.CheckConstraint(
                condition=models.Q(snoozed_until__isnull=False) | ~models.Q(state="snoozed"),
                name="attention_snoozed_until_a_day",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "rule", "since"],
                condition=~models.Q(state="gone"),
                name="attention_by_rule",
            ),
            models.Index(
                fields=["organization", "customer"], condition=models.Q(state="open"), name="attention_by_customer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.content_type_id}-{self.object_id}"


class AttentionDigest(TenantModel):
    """How often a member is written to about what needs attention; `sent_on` is the local day of the last look, with a mail or without."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", editable=False)
    frequency = models.CharField(
        _("E-mail about what needs attention"),
        max_length=12,
        choices=DigestFrequency.choices,
        default=DigestFrequency.NEVER,
    )
    sent_on = models.DateField(null=True, editable=False)

    class Meta:
        verbose_name = _("digest")
        verbose_name_plural = _("digests")
        constraints = [models.UniqueConstraint(fields=["organization", "user"], name="attention_digest_once")]

    def __str__(self) -> str:
        return self.get_frequency_display()
