"""Phone numbers as people type them."""

import re
from typing import Final

import phonenumbers

from tenancy.queries import scope_organization

_NUMBER: Final = re.compile(r"[+\d][\d\s()/.-]*")


def is_number(text: str) -> bool:
    """Return whether a text looks like a phone number, or a part of one, in any format."""
    return _NUMBER.fullmatch(text) is not None


def phone_region() -> str | None:
    """Return the country in which the organization telephones, such as “DE”, to read numbers typed without one."""
    phone = scope_organization().business_phone
    return phonenumbers.region_code_for_number(phone) if phone else None


def phone_number(text: str) -> str | None:
    """Return a phone number typed in any format as it is stored, or None; without a country it is read as the organization's."""
    try:
        number = phonenumbers.parse(text, phone_region())
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
