"""The part of the organization's settings that is about private documents."""

from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext

from crm.queries import (
    document_limits,
)
from tenancy.panels import SettingsCard


def organization_cards(request: HttpRequest) -> list[SettingsCard]:
    """Return the part of the organization's settings that is about private documents."""
    if not request.user.has_perm("tenancy.change_organization"):
        return []
    limits = document_limits()
    return [
        SettingsCard(
            gettext("Private documents"),
            url=reverse("private_documents:limits"),
            icon="doc-full",
            order=70,
            lines=[
                gettext("Up to %(size)s for each file.") % {"size": filesizeformat(limits.most_bytes)},
                ", ".join(limits.endings),
            ],
        )
    ]
