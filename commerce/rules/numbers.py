"""Order numbers, such as “HW-7K3M9QA”."""

import re
from typing import Final

# Without letters and digits that are taken for each other on the phone.
NUMBER_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
NUMBER_LENGTH: Final = 7
_NUMBER: Final = re.compile(rf"(?:.*-)?[{NUMBER_ALPHABET}]{{{NUMBER_LENGTH}}}")


def may_be_number(text: str) -> bool:
    """Return whether a text in capitals can be a whole order number, with or without what the organization's begin with."""
    return _NUMBER.fullmatch(text) is not None
