"""Forms of what needs attention."""

from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateInput

from crm.enums import CustomerSource, DigestFrequency
from crm.models import AttentionDigest, AttentionRule
from crm.operations import set_digest
from crm.queries import NEWS_ALLOWED, OWN_CONDITIONS, attention_kinds, attention_readers, tags_in_use
from tenancy.enums import Role
from tenancy.forms import SuggestInput, TenantForm
from tenancy.queries import scope_languages, scope_zone
from tenancy.rules import person_name, roles_with

_HOLDER: Final = "holder"


def _days(label: Promise, help_text: Promise | str = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=1, max_value=3650, help_text=help_text)


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
            self.fields.pop("amount", None)
        if kind.by_tag:
            self.fields["tag"].widget = SuggestInput(tags_in_use())
            self.fields["tag"].help_text = _("Empty: all customers.")
        else:
            self.fields.pop("tag", None)
        able = roles_with("crm.view_attentionitem")
        self.fields["audience"].choices = [  # type: ignore[attr-defined]
            ("", _("Everybody who sees the list")),
            *([(_HOLDER, kind.holder)] if kind.holder else []),
            (_("A role"), [(f"role:{role}", Role(role).label) for role in able]),
            (_("Somebody of the team"), [(f"user:{user.pk}", person_name(user)) for user in attention_readers()]),
        ]
        self.initial["audience"] = self._audience()

    def _get_validation_exclusions(self) -> set[str]:
        # Whether a name has to be unique depends on the kind.
        return super()._get_validation_exclusions() - {"kind"}

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


class OwnRuleForm(AttentionRuleForm):
    """A rule of the organization's own: what is asked of customers, and how it is joined. What is left empty is not asked."""

    tags = forms.CharField(
        label=_("They have the tag"),
        required=False,
        help_text=_("Of several, with commas between them, one is enough."),
    )
    sources = forms.MultipleChoiceField(
        label=_("They came by"), required=False, choices=CustomerSource.choices, widget=forms.CheckboxSelectMultiple
    )
    languages = forms.MultipleChoiceField(
        label=_("They speak"), required=False, choices=(), widget=forms.CheckboxSelectMultiple
    )
    known_days = _days(_("They are customers for this many days at least"))
    silent_days = _days(_("There was no contact for this many days"))
    ordered_days = _days(_("They ordered in the last so many days"))
    unordered_days = _days(_("They have not ordered for this many days"), _("Also of those who never did."))
    news = forms.ChoiceField(
        label=_("News by e-mail"),
        required=False,
        choices=[("", _("Not asked")), (NEWS_ALLOWED, _("They allow it")), ("no", _("They do not allow it"))],
    )
    missing = forms.MultipleChoiceField(
        label=_("Not known of them"),
        required=False,
        choices=[("email", _("E-mail address")), ("phone", _("Phone number")), ("language", _("Language"))],
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta(AttentionRuleForm.Meta):
        fields = ["name", "is_active", "joined", "audience", "severity"]

    field_order = ["name", "is_active", "joined", *OWN_CONDITIONS, "audience", "severity"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True
        self.fields["tags"].widget = SuggestInput(tags_in_use())
        names = dict(settings.LANGUAGES)
        codes = dict.fromkeys([*scope_languages(), *self.instance.conditions.get("languages", ())])
        self.fields["languages"].choices = [(code, names.get(code, code)) for code in codes]  # type: ignore[attr-defined]
        self.initial |= self.instance.conditions
        self.initial["tags"] = ", ".join(self.instance.conditions.get("tags", ()))

    def clean_tags(self) -> list[str]:
        names = (" ".join(name.split()) for name in self.cleaned_data["tags"].split(","))
        return list(dict.fromkeys(filter(None, names)))

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        conditions = {name: values[name] for name in OWN_CONDITIONS if values.get(name)}
        if not conditions and not self.errors.keys() & OWN_CONDITIONS.keys():
            self.add_error(None, forms.ValidationError(_("Choose at least one thing that is asked of customers.")))
        self.instance.conditions = conditions
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
