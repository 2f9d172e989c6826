"""What must not stand in a log: addresses that are secrets themselves, and people's e-mail addresses."""

import logging
import re
from typing import Final

# The part of an address that opens something to whoever has it: an order, an invitation, a guide's answer, a new password, a sign-in.
SECRET_PATHS: Final = re.compile(
    r"(/(?:order|pay|file|guide/answer|guide/swap|invitation|password_reset|account/email/confirm|account/arrive)/)(?!sent/|done/)[^/\s?\"'<>]+"
)
EMAILS: Final = re.compile(r"[\w.+%-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+")
HIDDEN: Final = "…"


def redacted(text: str) -> str:
    """Return a text without secret parts of addresses and without e-mail addresses."""
    return EMAILS.sub(HIDDEN, SECRET_PATHS.sub(rf"\1{HIDDEN}", text))


class RedactingFormatter(logging.Formatter):
    """Writes a record, its traceback included, without what must not stand in a log."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))
