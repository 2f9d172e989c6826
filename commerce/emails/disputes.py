"""What staff are told of disputes."""

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from commerce.emails.base import Email
from commerce.enums import DisputeKind, DisputeStatus
from commerce.models import Dispute
from commerce.rules import dispute_words, reason_words
from tenancy.models import Organization
from tenancy.money import format_money
from tenancy.queries import absolute_url


def dispute(dispute: Dispute, *, language: str, organization: Organization, is_reminder: bool = False) -> Email:
    """Return an e-mail to staff about a dispute as it stands, in the active language, with the deadline in the organization's time zone."""
    order = dispute.payment.order
    words = dispute_words(DisputeKind(dispute.kind), DisputeStatus(dispute.status))
    title = {"kind": dispute.get_kind_display(), "number": order.number, "status": dispute.get_status_display()}
    subject = _("%(kind)s, order %(number)s: %(status)s") % title
    lines = [words.what]
    if is_reminder:
        subject = _("Reminder: %(subject)s") % {"subject": subject}
        lines = [_("The bank still waits for your answer. After the deadline it cannot be given any more."), words.what]
    if dispute.amount_minor:
        lines.append(_("Amount: %(amount)s") % {"amount": format_money(dispute.amount_minor, dispute.currency)})
    lines.append(_("What the bank says: %(reason)s") % {"reason": reason_words(dispute.reason)})
    lines.append(words.now)
    if dispute.status == DisputeStatus.NEEDS_RESPONSE and dispute.due_at is not None:
        due = (
            f"{date_format(dispute.due_at.astimezone(organization.zone), 'DATETIME_FORMAT')} ({organization.time_zone})"
        )
        lines.append(_("Answer by: %(due)s") % {"due": due})
    path = reverse("disputes:inspect", args=[dispute.pk])
    lines += [words.to_do, absolute_url(organization, path)]
    text = "\n\n".join(filter(None, lines))
    context = {"subject": subject, "text": text, "language": language, "organization": organization}
    return Email("dispute", subject[:200], f"{text}\n", render_to_string("commerce/email/notification.html", context))
