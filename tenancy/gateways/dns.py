"""The Domain Name System, asked through dnspython."""

import ipaddress
from typing import Final

import dns.exception
import dns.name
import dns.nameserver
import dns.resolver
from django.conf import settings

TIMEOUT_SECONDS: Final = 5.0
DNS_PORT: Final = 53


class DnsUnavailable(Exception):
    """The name servers gave no answer; asking again may help."""


def _resolver() -> dns.resolver.Resolver:
    """Return a resolver for the servers of `DNS_RESOLVERS` (`address` or `address:port`), else for those of the machine."""
    if not settings.DNS_RESOLVERS:
        return dns.resolver.Resolver()
    resolver = dns.resolver.Resolver(configure=False)
    servers = []
    for entry in settings.DNS_RESOLVERS:
        address, _colon, port = entry.rpartition(":") if entry.count(":") == 1 else (entry, "", "")
        servers.append(dns.nameserver.Do53Nameserver(address, int(port or DNS_PORT)))
    resolver.nameservers = servers
    return resolver


def txt_records(name: str) -> list[str]:
    """Return the values of the TXT records of a host name, none when there are none.

    Waits at most `TIMEOUT_SECONDS`. Raises `DnsUnavailable` when no name server answers.
    """
    try:
        answer = _resolver().resolve(f"{name}.", "TXT", lifetime=TIMEOUT_SECONDS, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as error:
        raise DnsUnavailable(type(error).__name__) from error
    return sorted(b"".join(record.strings).decode(errors="replace") for record in answer)


def addresses(name: str) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """Return the IPv4 and IPv6 addresses of a host name, none when there is no such host. The machine's own hosts file is not read.

    Waits at most `TIMEOUT_SECONDS`. Raises `DnsUnavailable` when no name server answers.
    """
    try:
        answers = _resolver().resolve_name(f"{name}.", lifetime=TIMEOUT_SECONDS, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.exception.SyntaxError, dns.name.EmptyLabel):
        return []
    except dns.exception.DNSException as error:
        raise DnsUnavailable(type(error).__name__) from error
    return [ipaddress.ip_address(address) for address in answers.addresses()]
