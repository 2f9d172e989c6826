"""E-mails in words of the organization's own."""

from collections.abc import Mapping

from django.template.loader import render_to_string
from django.utils.translation import override

from commerce.emails.base import Email
from commerce.enums import NotificationKind
from commerce.models import Notification
from commerce.rules import fill_text, usual_text
from tenancy.models import Organization


def notification(row: Notification, values: Mapping[str, str], *, language: str, organization: Organization) -> Email:
    """Return a notification in the organization's own words for a language, else in the usual ones."""
    with override(language):
        usual_subject, usual = usual_text(NotificationKind(row.kind))
        own = row.texts.get(language, {})
        subject = " ".join(fill_text(own.get("subject") or usual_subject, values).split())
        text = fill_text(own.get("text") or usual, values)
        context = {"subject": subject, "text": text, "language": language, "organization": organization}
        return Email(
            kind=row.kind,
            subject=subject[:200],
            text=f"{text}\n",
            html=render_to_string("commerce/email/notification.html", context),
        )
