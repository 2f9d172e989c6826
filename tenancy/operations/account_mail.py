"""E-mail about accounts. It may hold links that open an account, so it is kept nowhere: a lost one is asked for again."""

import json

from django.core.mail import EmailMessage

from tenancy import audit
from tenancy.fields import decrypt_text, encrypt_text
from tenancy.jobs import enqueue
from tenancy.queries import current_organization


def queue_account_mail(*, recipient: str, subject: str, text: str) -> None:
    """Have an e-mail sent in the organization's name by a job; the queue holds it encrypted.

    The request is answered without waiting for the mail server, so it takes as long for an address that has an account as for one
    that has none.
    """
    sealed = encrypt_text(json.dumps({"recipient": recipient, "subject": subject, "text": text}))
    enqueue("tenancy.send_account_mail", sealed=sealed)


def send_account_mail(sealed: str) -> None:
    """Send what `queue_account_mail` sealed; raises `OSError` when the mail server does not take it."""
    mail = json.loads(decrypt_text(sealed))
    organization = current_organization()
    EmailMessage(
        subject=mail["subject"],
        body=mail["text"],
        from_email=organization.mail_sender,
        to=[mail["recipient"]],
        reply_to=organization.mail_reply_to,
    ).send()


def give_up_account_mail() -> None:
    """Write down that the mail server did not take an e-mail about an account, for those who look after the organization."""
    audit.record("account.mail_failed", current_organization())
