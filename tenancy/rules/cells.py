"""Values as they go into files for spreadsheet programs."""

import re
from typing import Any, Final

from django.utils.encoding import force_str


def plain_cell(text: str) -> str:
    """Return a text for a CSV file so that no spreadsheet program takes it for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _cell(value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, list) else force_str(value, strings_only=True)


def plain_value(value: Any) -> Any:
    """Return a value of any kind as it goes into a CSV file: numbers and days as they are, all else by `plain_cell`."""
    value = _cell(value)
    return plain_cell(value) if isinstance(value, str) else value


# What no XML file can hold, such as the line breaks of word processors.
_NOT_IN_WORKBOOKS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def workbook_value(value: Any) -> Any:
    """Return a value of any kind as it goes into an Excel workbook: numbers and days as they are, all else as text that it can hold."""
    value = _cell(value)
    return _NOT_IN_WORKBOOKS.sub(" ", value) if isinstance(value, str) else value
