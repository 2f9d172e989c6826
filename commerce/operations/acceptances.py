"""What a guest agreed to is written down with the order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address

from commerce.models import Acceptance, Order
from commerce.queries import TextToAccept
from crm.enums import ConsentPurpose, CustomerSource
from crm.operations import record_consent


@dataclass(frozen=True, slots=True)
class Accepted:
    """The texts that stood at a checkout, the words of the newsletter's consent (empty: not given), and from where it was sent."""

    texts: Sequence[TextToAccept] = ()
    newsletter: str = ""
    address: str = ""
    user_agent: str = ""


def _address(text: str) -> str | None:
    try:
        return str(ip_address(text))
    except ValueError:
        # A socket, or a proxy that adds a port: no reason to refuse an order.
        return None


def write_accepted(order: Order, accepted: Accepted, *, now: datetime) -> None:
    """Write down what was agreed to with an order, in the caller's transaction."""
    Acceptance.objects.bulk_create(
        Acceptance(
            order=order,
            kind=text.kind,
            wording=text.wording,
            language=text.language,
            accepted_at=now,
            ip_address=_address(accepted.address),
            user_agent=accepted.user_agent[:400],
        )
        for text in accepted.texts
    )
    if accepted.newsletter:
        record_consent(
            order.customer,
            purpose=ConsentPurpose.NEWSLETTER,
            wording=accepted.newsletter,
            language=order.language,
            source=CustomerSource.CHECKOUT,
            now=now,
        )
