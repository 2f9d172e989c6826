"""Notifications: written once each, to be sent by the job of messages."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from commerce import emails, queries
from commerce.enums import TO_STAFF, NotificationKind
from commerce.models import Notification
from crm.models import Customer, Message
from crm.operations import queue_message
from tenancy.models import Organization
from tenancy.queries import current_organization
from tours.queries import guide_address


def create_notifications() -> None:
    """Give the organization in scope a row for each kind; that of few places left is off, as it may be many e-mails."""
    Notification.objects.bulk_create(
        Notification(kind=kind, is_active=kind != NotificationKind.LOW_AVAILABILITY) for kind in NotificationKind
    )


@transaction.atomic
def send_notification(kind: NotificationKind, record_id: int, *, now: datetime) -> Message | None:
    """Write down the message about a record, if one is due now, to be sent by its job; return it, or None.

    A record has one message of a kind for each time its departure is set to: a repeat finds that it has it, and of two at once the
    second gets the message of the first.
    """
    record: Any = queries.record_of(kind, record_id, now=now)
    if record is None:
        return None
    organization = current_organization()
    row = queries.notification_of(kind)
    customer, recipient, language, about = _addressee(kind, record, row, organization)
    with override(language):
        values = _values(kind, record, organization)
    mail = emails.notification(row, values, language=language, organization=organization)
    return queue_message(
        kind=kind.value,
        dedupe_key=record.key,
        recipient=recipient,
        language=language,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        customer=customer,
        record=about,
        now=now,
    )


def _addressee(
    kind: NotificationKind, record: Any, row: Notification, organization: Organization
) -> tuple[Customer | None, str, str, Any]:
    """Customer, address, language and the record that the message is shown with."""
    if kind == NotificationKind.BOOKING_REMINDER:
        order = queries.order_of_booking(record.pk)
        language = (order.language if order else record.customer.language) or organization.default_language
        recipient = (order.email if order else "") or record.customer.email
        return record.customer, recipient, language, order or record
    if kind in TO_STAFF:
        about = record if kind == NotificationKind.LOW_AVAILABILITY else record.schedule
        return None, row.recipient or organization.business_email, organization.default_language, about
    return None, guide_address(record.guide), organization.default_language, record.schedule


def _values(kind: NotificationKind, record: Any, organization: Organization) -> dict[str, str]:
    if kind == NotificationKind.LOW_AVAILABILITY:
        return queries.schedule_values(record, organization)
    values = queries.schedule_values(record.schedule, organization)
    if kind == NotificationKind.BOOKING_REMINDER:
        order = queries.order_of_booking(record.pk)
        first_name = (order.first_name if order else "") or record.customer.first_name
        values |= {"first_name": first_name, "places": str(record.seats)}
        return values | queries.order_values(order, organization)
    if kind == NotificationKind.GUIDE_REMINDER:
        return values | {"guide": record.guide.name}
    if record.decided_at is None:
        proposal = _("Proposed: %(what)s") % {"what": record.get_proposal_display()}
    else:
        proposal = _("Decided: %(what)s") % {"what": record.get_outcome_display()}
    return values | {"places": str(record.booked), "minimum": str(record.minimum), "proposal": proposal}
