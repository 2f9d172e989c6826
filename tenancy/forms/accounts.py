"""Forms of one's own account."""

from typing import Any

from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django import forms
from django.contrib.auth.forms import SetPasswordMixin
from django.contrib.auth.hashers import check_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tenancy.models import User
from tenancy.rules import token_hash
from tenancy.scope import no_scope


class NewPersonForm(SetPasswordMixin, forms.Form):
    """Name and password of an invited person who has no account yet."""

    first_name = forms.CharField(
        label=_("First name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    last_name = forms.CharField(
        label=_("Last name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )
    password1, password2 = SetPasswordMixin.create_password_fields()

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        self.validate_passwords()
        person = User(email=self.email, first_name=values.get("first_name", ""), last_name=values.get("last_name", ""))
        self.validate_password_for_user(person, "password1")
        return values


class AccountPasswordForm(forms.Form):
    """The password of the account that an invited person has."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        """Return the password. Raises `ValidationError` for a wrong one."""
        password: str = self.cleaned_data["password"]
        # Not `user.check_password`, which may write: the account is not seen here before it has joined.
        if not check_password(password, self.user.password):
            raise ValidationError(_("This is not the password of your account."))
        return password


class EmailChangeForm(forms.Form):
    """The e-mail address that a person wants instead of the one the account has."""

    new_email = forms.EmailField(label=_("New e-mail address"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["new_email"].widget.attrs["autocomplete"] = "email"

    def clean_new_email(self) -> str:
        email = str(self.cleaned_data["new_email"]).lower()
        if email == self.user.email.lower():
            raise ValidationError(_("This is your e-mail address already."))
        return email


class UsedOnceMixin:
    """Refuses a code from an authenticator app that was used before, at any organization.

    A code counts for one step of 30 seconds and those beside it; allauth remembers it for one step.
    """

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        seconds = mfa_settings.TOTP_PERIOD * (2 * mfa_settings.TOTP_TOLERANCE + 2)
        with no_scope():
            fresh = cache.add(f"code-used:{self.user.pk}:{token_hash(code)}", 1, timeout=seconds)
        if not fresh:
            raise get_mfa_adapter().validation_error("incorrect_code")
        return code


class SecondFactorForm(UsedOnceMixin, AuthenticateForm):
    """The code asked for at sign-in."""


class SecondFactorAgainForm(UsedOnceMixin, ReauthenticateForm):
    """The code asked for again before something delicate."""
