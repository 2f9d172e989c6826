"""What this app's actions are in words, for the log."""

from django.utils.translation import gettext_lazy as _

from tenancy.audit import Area


def audit_areas() -> list[Area]:
    """Return the sentences of this app's actions."""
    sentences = {
        "protocol.logged": _("%(who)s wrote down a contact: %(record)s"),
        "protocol.followed_up": _("%(who)s followed up: %(record)s"),
        "message.retried": _("%(who)s sent a failed message again: %(record)s"),
    }
    return [Area("crm", _("Customers"), sentences)]
