"""Bookings as the columns of DATEV's batch of bookings (“Buchungsstapel”), which accountants in Germany import."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from tenancy.money import Money
from tenancy.rules import plain_cell

# Names of columns are DATEV's own and are not translated.
DATEV_COLUMNS: Final = (
    "Umsatz (ohne Soll/Haben-Kz)",
    "Soll/Haben-Kennzeichen",
    "WKZ Umsatz",
    "Konto",
    "Gegenkonto (ohne BU-Schlüssel)",
    "Belegdatum",
    "Belegfeld 1",
    "Belegfeld 2",
    "Buchungstext",
)
ENCODING: Final = "cp1252"
_NOT_IN_DOCUMENTS = re.compile(r"[^A-Za-z0-9$&%*+/-]")


def datev_line(cells: Sequence[str]) -> bytes:
    """Return a line of the file: texts in quotes, parted by semicolons, in Windows' Western European characters."""
    quoted = ";".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    return f"{quoted}\r\n".encode(ENCODING, errors="replace")


def datev_cells(
    amount: Money, *, debit: str, credit: str, day: date, document: str, reference: str, text: str
) -> list[str]:
    """Return the columns of one booking of `amount`, which is positive, from account `credit` to account `debit`.

    The day has no year, as DATEV wants it; no cell is taken for a formula.
    """
    return [
        str(amount.major).replace(".", ","),
        "S",
        amount.currency,
        debit,
        credit,
        f"{day:%d%m}",
        _document(document, 36),
        _document(reference, 12),
        plain_cell(" ".join(text.split()))[:60],
    ]


def _document(text: str, limit: int) -> str:
    return plain_cell(_NOT_IN_DOCUMENTS.sub("", text)[-limit:])[:limit]
