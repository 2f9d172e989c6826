"""Links by which guides answer from an e-mail, without an account: signed, and good for 30 days."""

from datetime import timedelta
from typing import Any, Final

from django.core import signing

from tours.enums import SwapStatus
from tours.models import Guide, GuideAssignment, GuideSwap

LIFETIME: Final = timedelta(days=30)
_ANSWER: Final = "tours.guide-answer"
_SWAP: Final = "tours.guide-swap"


def answer_token(assignment: GuideAssignment) -> str:
    """Return what stands in the link by which a guide answers a request; a later request has another."""
    asked = int(assignment.asked_at.timestamp()) if assignment.asked_at else 0
    return signing.dumps([assignment.pk, asked], salt=_ANSWER)


def _signed(token: str, salt: str) -> Any:
    """What a token says, or None when it is wrong or older than `LIFETIME`."""
    try:
        return signing.loads(token, salt=salt, max_age=LIFETIME)
    except signing.BadSignature:
        return None


def assignment_by_token(token: str) -> GuideAssignment | None:
    """Return the assignment that a link is about; one query.

    None when the link is wrong, too old, about an earlier request, or of a guide who leads no tours any more.
    """
    said = _signed(token, _ANSWER)
    if said is None:
        return None
    rows = GuideAssignment.objects.select_related("guide__user", "schedule__variant", "schedule__tour__meeting_point")
    row = rows.filter(pk=said[0], guide__is_active=True).first()
    if row is None or row.asked_at is None or int(row.asked_at.timestamp()) != said[1]:
        return None
    return row


def swap_token(swap: GuideSwap, guide: Guide) -> str:
    """Return what stands in the link by which a guide takes a departure over."""
    return signing.dumps([swap.pk, guide.pk], salt=_SWAP)


def swap_by_token(token: str) -> tuple[GuideSwap, Guide] | None:
    """Return the swap that a link is about and the guide it was sent to, or None when the link is wrong or too old; two queries."""
    said = _signed(token, _SWAP)
    if said is None:
        return None
    swap = (
        GuideSwap.objects.exclude(status=SwapStatus.WITHDRAWN)
        .select_related(
            "assignment__guide", "assignment__schedule__variant", "assignment__schedule__tour__meeting_point"
        )
        .filter(pk=said[0])
        .first()
    )
    guide = Guide.objects.filter(pk=said[1], is_active=True).select_related("user").first()
    return (swap, guide) if swap is not None and guide is not None else None
