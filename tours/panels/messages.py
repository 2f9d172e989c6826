"""What the e-mails of tours are called in the list of messages."""

from tours.enums import GuideLetter


def message_kinds() -> dict[str, str]:
    """Return what each kind of e-mail that this app sends is called, in the active language."""
    return {kind.value: str(kind.label) for kind in GuideLetter}
