"""What is due in any organization; for sweeps over all of them."""

from datetime import datetime

from commerce.enums import ChoiceStatus, OrderStatus
from commerce.models import GuestChoice, Order, ProviderEvent, Refund


def expired_holds(*, now: datetime, limit: int = 500) -> list[tuple[int, int]]:
    """Return the keys of unpaid orders whose hold has run out and of their organizations; for sweeps over all of them."""
    return list(
        Order.objects.filter(status=OrderStatus.PENDING, hold_expires_at__lte=now)
        .order_by("hold_expires_at")
        .values_list("pk", "organization_id")[:limit]
    )


def due_events(*, now: datetime, limit: int = 500) -> list[tuple[int, int]]:
    """Return the keys of provider events still to be worked on and of their organizations; for sweeps over all of them."""
    return list(
        ProviderEvent.objects.filter(processed_at=None, next_attempt_at__lte=now)
        .order_by("next_attempt_at")
        .values_list("pk", "organization_id")[:limit]
    )


def due_refunds(*, now: datetime, limit: int = 500) -> list[tuple[int, int]]:
    """Return the keys of refunds still to be sent and of their organizations; for sweeps over all of them."""
    return list(
        Refund.objects.filter(status__in=("pending", "requires_action"), next_attempt_at__lte=now)
        .order_by("next_attempt_at")
        .values_list("pk", "organization_id")[:limit]
    )


def due_choices(*, now: datetime, limit: int = 500) -> list[tuple[int, int]]:
    """Return the keys of guests' choices whose time is over and of their organizations; for sweeps over all of them."""
    return list(
        GuestChoice.objects.filter(status=ChoiceStatus.WAITING, choose_until__lte=now)
        .order_by("choose_until")
        .values_list("pk", "organization_id")[:limit]
    )
