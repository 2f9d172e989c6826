"""Where the running code was started from: the admin, the guest site, a job or a command."""

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, NamedTuple

ADMIN: Final = "admin"
SITE: Final = "site"
JOB: Final = "job:"
COMMAND: Final = "command:"


class Origin(NamedTuple):
    """Where something began: `name` is `admin`, `site`, `job:<its name>` or `command:<its name>`, empty when nobody said.

    `network` is the part of an address that `network_of` leaves, `device` a browser and system in words.
    """

    name: str = ""
    host: str = ""
    network: str = ""
    device: str = ""


NOWHERE: Final = Origin()

_current: ContextVar[Origin] = ContextVar("origin", default=NOWHERE)


def current_origin() -> Origin:
    """Return where the running code was started from."""
    return _current.get()


@contextmanager
def origin_scope(origin: Origin) -> Iterator[None]:
    """Run the block as started from `origin`. Scopes nest: a job that a command runs is a job."""
    token = _current.set(origin)
    try:
        yield
    finally:
        _current.reset(token)


def network_of(address: str) -> str:
    """Return the network an address is in: enough to see that it was another place, too little to find a household.

    IPv4 keeps 24 bits, IPv6 48. What is no address gives an empty text.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return str(ipaddress.ip_network((parsed, 24 if parsed.version == 4 else 48), strict=False))
