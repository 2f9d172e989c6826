"""Resources that departures share: written under the guard of the database, whose refusals are put into words here."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tenancy.queries import current_organization
from tours.models import Resource
from tours.queries import departures_for_update


class ResourceRefused(ValueError):
    """A resource that cannot be as it was typed; the message says why in the active language."""


@dataclass(frozen=True, slots=True)
class Shortage:
    """What the database said when a departure wanted more than is free: how much is, and for how many more seats that is enough."""

    resource: str
    free: int
    seats: int

    @property
    def message(self) -> str:
        """What to tell staff, in the active language."""
        return _("%(resource)s: not enough are free at this time (%(free)d).") % {
            "resource": self.resource,
            "free": self.free,
        }


def _details(error: IntegrityError, constraint: str) -> dict[str, object] | None:
    found = getattr(error.__cause__, "diag", None)
    if found is None or found.constraint_name != constraint:
        return None
    details: dict[str, object] = json.loads(found.message_detail)
    return details


def shortage_of(error: IntegrityError) -> Shortage | None:
    """Return what was short when the guard of resources refused a statement, None when it was something else."""
    details = _details(error, "resource_stock")
    return Shortage(**details) if details is not None else None  # type: ignore[arg-type]


@contextmanager
def shortage_as(refusal: Callable[[str], Exception]) -> Iterator[None]:
    """Turn the guard's refusal within the block into another exception, made from the message for staff; the caller must roll back."""
    try:
        yield
    except IntegrityError as error:
        shortage = shortage_of(error)
        if shortage is None:
            raise
        raise refusal(shortage.message) from error


def save_resource(save: Callable[[], Resource], *, variants: Iterable[int], now: datetime) -> Resource:
    """Run `save`, which writes a resource with its needs, in one transaction; return what it returns.

    `variants` are the keys of those that need it after that: their departures are locked first, in order, as bookings lock them. Raises
    `ResourceRefused` when departures that are booked already would use more than there is; then nothing was done.
    """
    try:
        with transaction.atomic():
            departures_for_update(variants, now=now)
            return save()
    except IntegrityError as error:
        details = _details(error, "resource_in_use")
        if details is None:
            raise
        at = datetime.fromisoformat(str(details["at"])).astimezone(current_organization().zone)
        raise ResourceRefused(
            _("%(used)d are in use on %(when)s already. Change those departures first, or give a higher number.")
            % {"used": details["used"], "when": date_format(at, _("D j M Y, H:i"))}
        ) from error
