"""Values as they go into files for spreadsheet programs."""

import re
from typing import Any, Final

from django.utils.encoding import force_str
from django.utils.translation import gettext

from tenancy.models import User
from tenancy.rules.people import person_name


def plain_cell(text: str) -> str:
    """Return a text for a CSV file so that no spreadsheet program takes it for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, User):
        return person_name(value)
    return ", ".join(map(str, value)) if isinstance(value, list) else force_str(value, strings_only=True)


def plain_value(value: Any) -> Any:
    """Return a value of any kind as it goes into a CSV file: numbers and days as they are, people by name, all else by `plain_cell`."""
    value = _cell(value)
    return plain_cell(value) if isinstance(value, str) else value


# What no XML file can hold, such as the line breaks of word processors.
_NOT_IN_WORKBOOKS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def workbook_value(value: Any) -> Any:
    """Return a value of any kind as it goes into an Excel workbook: numbers and days as they are, people by name, all else as text."""
    value = _cell(value)
    return _NOT_IN_WORKBOOKS.sub(" ", value) if isinstance(value, str) else value
