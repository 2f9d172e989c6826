"""Forms and form fields shared by all apps, and those of the tenancy app."""

from tenancy.forms.accounts import (
    AccountPasswordForm,
    EmailChangeForm,
    NewPersonForm,
    SecondFactorAgainForm,
    SecondFactorForm,
    UsedOnceMixin,
)
from tenancy.forms.pictures import PictureField, TenantImageForm, check_words, smaller_note
from tenancy.forms.records import (
    BasisPointsFormField,
    MinorUnitsFormField,
    MinorUnitsInput,
    SuggestInput,
    TenantForm,
    TranslationsFormField,
    TranslationsWidget,
)
from tenancy.forms.settings import DomainForm, LanguageForm, OrganizationForm
from tenancy.forms.team import InviteForm, RoleField, RoleForm

__all__ = [
    "AccountPasswordForm",
    "BasisPointsFormField",
    "DomainForm",
    "EmailChangeForm",
    "InviteForm",
    "LanguageForm",
    "MinorUnitsFormField",
    "MinorUnitsInput",
    "NewPersonForm",
    "OrganizationForm",
    "PictureField",
    "RoleField",
    "RoleForm",
    "SecondFactorAgainForm",
    "SecondFactorForm",
    "SuggestInput",
    "TenantForm",
    "TenantImageForm",
    "TranslationsFormField",
    "TranslationsWidget",
    "UsedOnceMixin",
    "check_words",
    "smaller_note",
]
