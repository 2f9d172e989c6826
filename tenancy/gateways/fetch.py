"""The one way to fetch an address that somebody typed: nothing inside our own network can be reached through it."""

import ipaddress
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit

import idna
import urllib3
from django.conf import settings

from tenancy.gateways.dns import DnsUnavailable, addresses

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
PORTS: Final = {"http": 80, "https": 443}
REDIRECTS: Final = (301, 302, 303, 307, 308)
MOST_REDIRECTS: Final = 3
USER_AGENT: Final = "Waypost"
CHUNK_BYTES: Final = 65_536
# Addresses that carry an IPv4 address inside which a gateway would hand them to.
NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


class FetchRefused(Exception):
    """An address that is not fetched, now or ever; the message says why, for a log."""


class FetchNotTried(FetchRefused):
    """An address that others may reach, but is not asked from here."""


class FetchFailed(Exception):
    """An address that could not be fetched this time; trying again may help."""


@dataclass(frozen=True)
class Fetched:
    """What was answered at the end of all redirects. Names of headers are in lower case."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


def fetch(url: str, *, max_bytes: int, seconds: float = 10.0, headers: Mapping[str, str] | None = None) -> Fetched:
    """Return what is at an http or https address that an organization or a guest has given.

    Its host name is looked up once for each step; every address found must be public, and the connection is made to one of them, so
    a name that changes its mind afterwards changes nothing. Redirects (at most `MOST_REDIRECTS`) are looked at in the same way, and
    `headers` go to the first host only. Nothing is sent beside them: no cookies, no proxy, no credentials.

    Raises `FetchRefused` for an address or an answer that may not be, such as one of more than `max_bytes`; `FetchFailed` when
    there is no answer, or not all of it within `seconds`.
    """
    return _follow("GET", url, max_bytes=max_bytes, seconds=seconds, headers=headers)


def probe(url: str, *, seconds: float = 10.0) -> int:
    """Return the HTTP status at the end of all redirects of an address that somebody has given, without reading what is there.

    Servers that do not like to be asked for the head alone are asked for all of it. Under the rules of `fetch`, and raises as that does;
    `FetchNotTried` for an address that is not asked from here and may be right all the same.
    """
    status = _follow("HEAD", url, max_bytes=None, seconds=seconds).status
    return status if status < 400 else _follow("GET", url, max_bytes=None, seconds=seconds).status


def _follow(
    method: str, url: str, *, max_bytes: int | None, seconds: float, headers: Mapping[str, str] | None = None
) -> Fetched:
    deadline = time.monotonic() + seconds
    sent = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **(headers or {})}
    for _step in range(MOST_REDIRECTS + 1):
        parts = _checked(url)
        answer = _request(method, parts, sent, deadline=deadline, max_bytes=max_bytes)
        target = answer.headers.get("location")
        if answer.status not in REDIRECTS or not target:
            return answer
        url = urljoin(url, target)
        if urlsplit(url).netloc != parts.netloc:
            sent = {name: sent[name] for name in ("User-Agent", "Accept-Encoding")}
    raise FetchRefused("too many redirects")


def is_public(address: Address) -> bool:
    """Return whether an address belongs to the public internet: not private, loopback, link-local, reserved or of many at once."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None and not is_public(inner):
            return False
        if address.ipv4_mapped:
            return True
    return address.is_global and not address.is_multicast and not address.is_reserved


def _checked(url: str) -> SplitResult:
    """Return the parts of an address that may be asked at all."""
    try:
        parts = urlsplit(url)
        _port = parts.port
    except ValueError as error:
        raise FetchRefused("not an address") from error
    if parts.scheme not in PORTS or not parts.hostname:
        raise FetchRefused("not an http address")
    if parts.username is not None or parts.password is not None:
        raise FetchNotTried("credentials in the address")
    return parts


def _ascii(host: str) -> str:
    """Return a host name as the name servers know it."""
    try:
        return host if ":" in host else idna.encode(host, uts46=True).decode()
    except idna.IDNAError as error:
        raise FetchRefused("not a host name") from error


def _connectable(host: str, *, usual_port: bool) -> Address:
    """Return an address of a host, every one of which may be connected to at the port asked for."""
    try:
        found = [ipaddress.ip_address(host)]
    except ValueError:
        try:
            found = addresses(host)
        except DnsUnavailable as error:
            raise FetchFailed("the name server gave no answer") from error
    if not found:
        raise FetchFailed("there is no such host")
    own = [ipaddress.ip_network(network) for network in settings.FETCH_ALLOWED_NETWORKS]
    for address in found:
        if not any(address in network for network in own):
            if not is_public(address):
                raise FetchRefused("not a public address")
            if not usual_port:
                raise FetchNotTried("an unusual port")
    return found[0]


def _request(
    method: str, parts: SplitResult, headers: Mapping[str, str], *, deadline: float, max_bytes: int | None
) -> Fetched:
    """Make one request to one of the host's addresses, and read what it answers; nothing of it without `max_bytes`."""
    host, usual_port = _ascii(parts.hostname or ""), PORTS[parts.scheme]
    port = parts.port or usual_port
    address = _connectable(host, usual_port=port == usual_port)
    timeout = urllib3.Timeout(total=max(deadline - time.monotonic(), 0.01))
    pool: urllib3.HTTPConnectionPool
    if parts.scheme == "https":
        # To the address that was looked at, with the certificate of the name.
        pool = urllib3.HTTPSConnectionPool(str(address), port, server_hostname=host, assert_hostname=host)
    else:
        pool = urllib3.HTTPConnectionPool(str(address), port)
    path = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
    try:
        with pool:
            response = pool.request(
                method,
                path,
                headers={**headers, "Host": host if port == usual_port else f"{host}:{port}"},
                timeout=timeout,
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
            )
            try:
                body = b"" if max_bytes is None else _read(response, deadline=deadline, max_bytes=max_bytes)
            finally:
                response.close()
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise FetchFailed(type(error).__name__) from error
    return Fetched(
        parts.geturl(), response.status, {name.lower(): value for name, value in response.headers.items()}, body
    )


def _read(response: urllib3.BaseHTTPResponse, *, deadline: float, max_bytes: int) -> bytes:
    """Read an answer piece by piece, for a server may send little or much for as long as it likes."""
    body = bytearray()
    while piece := response.read1(CHUNK_BYTES):
        body += piece
        if len(body) > max_bytes:
            raise FetchRefused("too much")
        if time.monotonic() > deadline:
            raise FetchFailed("too slow")
    return bytes(body)
