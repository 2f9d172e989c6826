"""Forms of roles and invitations."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminAutoHeightTextInput

from tenancy import queries
from tenancy.enums import Role
from tenancy.rules import ROLE_WORDS, may_give


class RoleField(forms.ChoiceField):
    """One of the roles that a member in the role `giver` may give, each with what it means."""

    widget = forms.RadioSelect
    default_error_messages = {"invalid_choice": _("Your own role does not let you give this one. Please ask an owner.")}

    def __init__(self, *, giver: Role | None, **kwargs: Any) -> None:
        roles = [role for role in Role if giver is not None and may_give(giver, role)]
        choices = [(role.value, f"{role.label} – {ROLE_WORDS[role]}") for role in roles]
        super().__init__(choices=choices, label=_("Role"), **kwargs)

    def clean(self, value: Any) -> Role:
        """Return the role."""
        return Role(super().clean(value))


class RoleForm(forms.Form):
    """Another role for a member."""

    def __init__(self, *args: Any, giver: Role | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"] = RoleField(giver=giver)


class InviteForm(RoleForm):
    """Whom to ask, for which role, in which language, and with which words."""

    email = forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off", "autofocus": True})
    )
    language = forms.ChoiceField(label=_("Language of the e-mail"))
    message = forms.CharField(
        label=_("Message"),
        required=False,
        max_length=1000,
        widget=AdminAutoHeightTextInput,
        help_text=_("A few words of your own, if you like. They stand in the e-mail."),
    )
    field_order = ["email", "role", "language", "message"]

    def __init__(self, *args: Any, giver: Role | None, **kwargs: Any) -> None:
        super().__init__(*args, giver=giver, **kwargs)
        names = dict(settings.WAGTAILADMIN_PERMITTED_LANGUAGES)
        languages = [code for code in queries.scope_languages() if code in names] or [settings.LANGUAGE_CODE]
        self.fields["language"].choices = [(code, names[code]) for code in languages]
        if len(languages) == 1:
            self.fields["language"].widget = forms.HiddenInput()
            self.fields["language"].initial = languages[0]
        self.order_fields(self.field_order)
