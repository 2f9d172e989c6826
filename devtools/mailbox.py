"""Reads the e-mails that Django's file backend wrote, as a mail program would show them."""

import email
import email.policy
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final

# The line that the file backend writes after each message of a file.
SEPARATOR: Final = b"\n" + b"-" * 79 + b"\n"


@dataclass(frozen=True, slots=True)
class Mail:
    """One e-mail: its headers, and its text and HTML as far as it has them. `key` names it in addresses."""

    key: str
    sent_at: datetime
    sender: str
    recipient: str
    subject: str
    text: str
    html: str


def read_mails(folder: Path) -> list[Mail]:
    """Return the e-mails in a folder, newest first; none when there is no such folder."""
    mails = []
    # The headers know the time to the second only; the files know it better.
    for path in sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime_ns):
        parts = path.read_bytes().split(SEPARATOR)
        mails += [_read(f"{path.name}-{number}", part) for number, part in enumerate(parts) if part.strip()]
    return mails[::-1]


def find_mail(folder: Path, key: str) -> Mail | None:
    """Return the e-mail named `key`, or None."""
    return next((mail for mail in read_mails(folder) if mail.key == key), None)


def _read(name: str, source: bytes) -> Mail:
    message = email.message_from_bytes(source, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    sent_at = parsedate_to_datetime(str(message["Date"]))
    return Mail(
        key=hashlib.sha256(name.encode()).hexdigest()[:16],
        # A date without a zone (“-0000”) is meant as UTC (RFC 5322, section 3.3).
        sent_at=sent_at if sent_at.tzinfo is not None else sent_at.replace(tzinfo=UTC),
        sender=str(message["From"] or ""),
        recipient=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        text=_body(message, "plain"),
        html=_body(message, "html"),
    )


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""
