"""Forms of guides."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tenancy.forms import TenantForm
from tenancy.models import User
from tenancy.queries import members
from tours.models import Guide


class _AccountField(forms.ModelChoiceField):
    def label_from_instance(self, obj: User) -> str:
        name = obj.get_full_name()
        return f"{name} ({obj.email})" if name else obj.email


class GuideForm(TenantForm):
    """A guide, and the account of the team by which the guide signs in."""

    user = _AccountField(
        label=_("Account"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("None"),
        help_text=_("Who signs in with it as a guide sees the departures this guide leads, and nothing else."),
    )

    class Meta:
        model = Guide
        fields = ["name", "user", "is_active"]
        help_texts = {"is_active": _("Untick it for somebody who has stopped. What they led stays on record.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = members()
