"""Forms of what needs attention."""

from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateInput

from crm.enums import DigestFrequency
from crm.models import AttentionDigest, AttentionRule
from crm.operations import set_digest
from crm.queries import attention_kinds, attention_readers, tags_in_use
from tenancy.enums import Role
from tenancy.forms import SuggestInput, TenantForm
from tenancy.queries import scope_zone
from tenancy.rules import person_name, roles_with

_HOLDER: Final = "holder"


class AttentionRuleForm(TenantForm):
    """One rule: on or off, its numbers, whom it is for."""

    audience = forms.ChoiceField(label=_("For whom"), required=False, choices=())

    class Meta:
        model = AttentionRule
        fields = ["is_active", "amount", "tag", "audience", "severity"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rule = self.instance
        kind = attention_kinds()[rule.kind]
        if kind.unit:
            self.fields["amount"].label = kind.unit
        else:
            del self.fields["amount"]
        if kind.by_tag:
            self.fields["tag"].widget = SuggestInput(tags_in_use())
            self.fields["tag"].help_text = _("Empty: all customers.")
        else:
            del self.fields["tag"]
        able = roles_with("crm.view_attentionitem")
        self.fields["audience"].choices = [  # type: ignore[attr-defined]
            ("", _("Everybody who sees the list")),
            *([(_HOLDER, kind.holder)] if kind.holder else []),
            (_("A role"), [(f"role:{role}", Role(role).label) for role in able]),
            (_("Somebody of the team"), [(f"user:{user.pk}", person_name(user)) for user in attention_readers()]),
        ]
        self.initial["audience"] = self._audience()

    def _audience(self) -> str:
        rule = self.instance
        if rule.to_holder:
            return _HOLDER
        if rule.role:
            return f"role:{rule.role}"
        return f"user:{rule.member_id}" if rule.member_id is not None else ""

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        kind, _colon, key = (values.get("audience") or "").partition(":")
        rule = self.instance
        rule.to_holder = kind == _HOLDER
        rule.role = key if kind == "role" else ""
        rule.member_id = int(key) if kind == "user" else None
        return values


class SnoozeForm(forms.Form):
    """The day on which something that is put off comes back; it lies ahead."""

    until = forms.DateField(label=_("Until"), widget=AdminDateInput)

    def clean_until(self) -> Any:
        """Return the day. Raises `ValidationError` for today and days that are over."""
        until = self.cleaned_data["until"]
        if until <= timezone.localdate(timezone=scope_zone()):
            raise forms.ValidationError(_("Choose a day that lies ahead."))
        return until


class SettleForm(forms.Form):
    """What becomes of several things that need attention."""

    do = forms.ChoiceField(
        label=_("What becomes of them"),
        widget=forms.RadioSelect,
        initial="done",
        choices=[
            ("done", _("They are seen to")),
            ("day", _("Again tomorrow")),
            ("week", _("Again in a week")),
            ("date", _("Again on a day")),
            ("open", _("Open them again")),
        ],
    )
    until = forms.DateField(label=_("Day"), required=False, widget=AdminDateInput)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("do") == "date" and "until" not in self.errors:
            form = SnoozeForm({"until": values.get("until")})
            if not form.is_valid():
                self.add_error("until", form.errors["until"])
        return values


class DigestForm(forms.ModelForm):
    """How often somebody is written to."""

    class Meta:
        model = AttentionDigest
        fields = ["frequency"]
        help_texts = {"frequency": _("Nothing to see to, no e-mail.")}

    def save(self, commit: bool = True) -> AttentionDigest:
        """Store the choice; the account page saves each of its forms."""
        return set_digest(self.instance.user, DigestFrequency(self.cleaned_data["frequency"]))
