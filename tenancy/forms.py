"""Forms and form fields shared by all apps."""

import struct
from collections.abc import Iterable, Mapping
from typing import Any

from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django import forms
from django.conf import settings
from django.contrib.auth.forms import SetPasswordMixin
from django.contrib.auth.hashers import check_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminAutoHeightTextInput
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

from tenancy import queries
from tenancy.enums import Role
from tenancy.models import Domain, Organization, User
from tenancy.money import Money, currency_choices, currency_symbol, parse_minor
from tenancy.rules import ROLE_WORDS, host_name, may_give, time_zone_choices, time_zone_name, token_hash
from tenancy.scope import no_scope


class TenantForm(WagtailAdminModelForm):
    """A form for a tenant's record, which also checks what must be unique inside the organization.

    Where the organization has one language only, nothing is asked in others.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(queries.scope_languages()) < 2:
            for name in [name for name, field in self.fields.items() if isinstance(field, TranslationsFormField)]:
                del self.fields[name]

    def _get_validation_exclusions(self) -> set[str]:
        # What the database derives is as unique as the fields it is derived from.
        derived = {field.name for field in self._meta.model._meta.fields if field.generated}
        return super()._get_validation_exclusions() - {"organization"} - derived


class MinorUnitsInput(forms.TextInput):
    """A text input for an amount, with the currency beside it for those who cannot see the label."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"].setdefault("inputmode", "decimal")
        context["widget"]["attrs"].setdefault("placeholder", currency_symbol(queries.scope_currency()))
        return context


class MinorUnitsFormField(forms.CharField):
    """An amount typed in the major unit (“12.50”) and kept in minor units of the organization's currency."""

    widget = MinorUnitsInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=20, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            return str(Money(value, queries.scope_currency()).major)
        return value

    def clean(self, value: Any) -> int | None:
        """Return minor units, or None for an empty optional field. Raises `ValidationError` for what is no amount or below zero."""
        text = super().clean(value)
        if not text:
            return None
        amount = parse_minor(text, queries.scope_currency())
        if amount < 0:
            raise ValidationError(_("Enter an amount of zero or more."))
        return amount

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.clean(data) != initial)
        except ValidationError:
            return True


class TranslationsWidget(forms.MultiWidget):
    """One text input for each further language of the organization."""

    template_name = "tenancy/translations_widget.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        languages = {code: forms.TextInput() for code, _name in settings.WAGTAIL_CONTENT_LANGUAGES}
        super().__init__(languages, attrs)

    def decompress(self, value: dict[str, str] | None) -> list[str]:
        texts = value or {}
        return [texts.get(code, "") for code in self._codes]

    @property
    def _codes(self) -> list[str]:
        return [code for code, _name in settings.WAGTAIL_CONTENT_LANGUAGES]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        shown = queries.scope_languages()[1:]
        for code, subwidget in zip(self._codes, context["widget"]["subwidgets"], strict=True):
            language = get_language_info(code)["name_translated"]
            subwidget["language"] = language
            subwidget["attrs"].update({"lang": code, "aria-label": str(language)})
        context["widget"]["subwidgets"] = [
            subwidget
            for code, subwidget in zip(self._codes, context["widget"]["subwidgets"], strict=True)
            if code in shown
        ]
        return context


class TranslationsFormField(forms.Field):
    """The texts of a field in the organization's further languages, as `{code: text}` without empty ones."""

    widget = TranslationsWidget

    def clean(self, value: Any) -> dict[str, str]:
        """Return the texts by language."""
        codes = [code for code, _name in settings.WAGTAIL_CONTENT_LANGUAGES]
        return {code: text.strip() for code, text in zip(codes, value or [], strict=False) if text and text.strip()}

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.clean(data) != (initial or {})


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
        names = dict(settings.LANGUAGES)
        languages = [code for code in queries.scope_languages() if code in names] or [settings.LANGUAGE_CODE]
        self.fields["language"].choices = [(code, names[code]) for code in languages]
        if len(languages) == 1:
            self.fields["language"].widget = forms.HiddenInput()
            self.fields["language"].initial = languages[0]
        self.order_fields(self.field_order)


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


class PictureField(WagtailImageField):
    """Wagtail's field, which looks at format, size and number of pixels; a picture that is cut off or damaged is told, too."""

    def check_image_pixel_size(self, f: Any) -> None:
        """Raise `ValidationError` when there are too many pixels, or when they cannot be read to the end."""
        try:
            super().check_image_pixel_size(f)
        except (EOFError, OSError, SyntaxError, ValueError, struct.error) as error:
            raise ValidationError(_("This picture is damaged and cannot be read."), code="damaged") from error


class TenantImageForm(BaseImageForm):
    """The form of a picture, in the library and in choosers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "file" in self.fields:
            # Wagtail makes the field itself, and only where the form is to have it.
            self.fields["file"].__class__ = PictureField


class SuggestInput(forms.TextInput):
    """A text input whose browser offers `options` that hold what is typed; it works without scripts and on phones."""

    template_name = "tenancy/suggest_input.html"

    def __init__(self, options: Iterable[str], attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.options = options

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["options"] = self.options
        context["widget"]["attrs"]["list"] = f"{context['widget']['attrs'].get('id', name)}-options"
        return context


class OrganizationForm(WagtailAdminModelForm):
    """What an organization says of itself. A field that cannot change any more shows the reason."""

    class Meta:
        model = Organization
        fields = [
            "name",
            "business_name",
            "business_address",
            "business_email",
            "business_phone",
            "time_zone",
            "currency",
            "order_prefix",
            "sender_name",
            "reply_to",
            "requires_two_factor",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "time_zone" in self.fields:
            self.fields["time_zone"].widget = SuggestInput(time_zone_choices(), {"autocomplete": "off"})
        if "business_address" in self.fields:
            self.fields["business_address"].widget.attrs["rows"] = 4
        if "currency" in self.fields:
            self._offer_currencies()
        self.locks = {name: reason for name, reason in queries.locked_settings().items() if name in self.fields}
        for name, reason in self.locks.items():
            typed = self.data.get(self.add_prefix(name)) if self.is_bound else None
            self.fields[name].help_text = reason
            # A browser does not send what cannot be changed; who sends another value all the same is told why not.
            self.fields[name].disabled = not typed or typed == self.initial[name]

    def _offer_currencies(self) -> None:
        field = self.fields["currency"]
        field.help_text = _(
            "All your prices are in it. It can be changed until the first order; prices you have typed are not converted, so check "
            "them afterwards."
        )
        choices = currency_choices()
        current = self.initial["currency"]
        if current not in dict(choices):
            choices.append((current, current))
        field.widget = forms.Select(choices=choices)

    def clean_time_zone(self) -> str:
        """Return the time zone that is meant by what was typed."""
        return time_zone_name(self.cleaned_data["time_zone"])

    def clean(self) -> dict[str, Any]:
        """Refuse to change what is locked."""
        values: dict[str, Any] = super().clean() or {}
        for name, reason in self.locks.items():
            if name in values and values[name] != self.initial[name]:
                self.add_error(name, reason)
        return values


class DomainForm(WagtailAdminModelForm):
    """A host name under which an organization would like to be reached, as people type or paste it."""

    host = forms.CharField(
        label=_("Web address"),
        max_length=300,
        help_text=_("Such as tours.example.com. You need access to the DNS settings of the name."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "inputmode": "url"}
        ),
    )

    class Meta:
        model = Domain
        fields = ["host"]

    def clean_host(self) -> str:
        """Return the host name as browsers send it."""
        host = host_name(self.cleaned_data["host"])
        if host is None:
            raise ValidationError(
                _("“%(text)s” is not a web address such as tours.example.com."),
                params={"text": self.cleaned_data["host"]},
            )
        return host


class LanguageForm(forms.Form):
    """Which of the languages that can be added."""

    language = forms.ChoiceField(label=_("Language"))

    def __init__(self, *args: Any, offered: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = list(offered.items())
