"""What this app's actions are in words, for the log; and what of it waits for somebody."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from crm.models import Customer
from crm.queries import LinkableKind, failed_messages, follow_ups, search_customers
from tenancy.audit import Area
from tenancy.panels import TodayItem
from tenancy.queries import current_organization


def audit_areas() -> list[Area]:
    """Return the sentences of this app's actions."""
    sentences = {
        "customer.tagged": _("%(who)s changed the tags of %(record)s: %(tags)s"),
        "protocol.logged": _("%(who)s wrote down a contact: %(record)s"),
        "protocol.file_added": _("%(who)s put a file beside a contact: %(record)s"),
        "protocol.file_removed": _("%(who)s removed a file from a contact: %(record)s"),
        "protocol.followed_up": _("%(who)s followed up: %(record)s"),
        "message.retried": _("%(who)s sent a failed message again: %(record)s"),
    }
    return [Area("crm", _("Customers"), sentences)]


def message_kinds() -> dict[str, str]:
    """Return what each kind of e-mail that this app sends is called, in the active language."""
    return {"personal": gettext("Written by hand")}


def today_items(request: HttpRequest) -> list[TodayItem]:
    """Return the messages that could not be sent, and whom to get back to today or earlier."""
    items = []
    failed = failed_messages().count() if request.user.has_perm("crm.view_message") else 0
    if failed:
        text = ngettext("%(count)d message could not be sent", "%(count)d messages could not be sent", failed)
        items.append(TodayItem(text % {"count": failed}, f"{reverse('messages_sent:index')}?status=failed", order=50))
    if request.user.has_perm("crm.view_protocol"):
        items += [
            TodayItem(
                str(protocol.customer),
                reverse("customers:inspect", args=[protocol.customer_id]),
                f"{protocol.subject} ({date_format(protocol.follow_up_on)})",
                order=70,
            )
            for protocol in follow_ups(
                until=timezone.localdate(timezone=current_organization().zone), user=request.user
            )[:10]
        ]
    return items


def linkable_records() -> list[LinkableKind]:
    """Return the kinds of this app's records that protocols and tasks may be about."""
    return [LinkableKind(Customer, "crm.view_customer", search_customers)]
