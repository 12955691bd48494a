"""One answer of the DNS for a name: all its addresses, once, within a time limit.

The operating system's resolver has no time limit and takes numbers for names, so it is not asked. `/etc/hosts` and
search domains have no say: a name means what the DNS says, from its root on. Names below .localhost are not asked of it
at all (RFC 6761 section 6.3): they mean this machine, which is no public address.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from ipaddress import IPv4Address, ip_address

import dns.exception
import dns.name
import dns.resolver

from portal.lib.fetch.failures import FetchFailed, Reason
from portal.lib.fetch.public import Address
from portal.lib.names import LOOPBACK

# Addresses of a name; the number is how many seconds the answer may take.
Resolve = Callable[[str, float], list[Address]]


def system_resolver() -> dns.resolver.Resolver:
    """The name servers of this machine, without a cache."""
    return dns.resolver.Resolver()


def resolve(host: str, seconds: float, resolver: dns.resolver.Resolver | None = None) -> list[Address]:
    """All IPv4 addresses, then all IPv6 addresses. Raises `FetchFailed` if there are none or one question failed.

    A failed question is no empty answer: the addresses that nobody has seen may be the private ones.
    """
    if host.endswith(".localhost"):
        return [IPv4Address(LOOPBACK)]
    ends = time.monotonic() + seconds
    name = dns.name.from_text(f"{host}.")
    found: list[Address] = []
    try:
        resolver = resolver or system_resolver()
        for kind in ("A", "AAAA"):
            left = max(ends - time.monotonic(), 0.01)
            answer = resolver.resolve(name, kind, lifetime=left, raise_on_no_answer=False, search=False)
            found += [ip_address(record.address) for record in answer.rrset or ()]
    except (dns.exception.DNSException, OSError, ValueError) as error:
        raise FetchFailed(Reason.NO_PUBLIC_ADDRESS, f"DNS: {type(error).__name__}") from error
    if not found:
        raise FetchFailed(Reason.NO_PUBLIC_ADDRESS, "DNS: no address")
    return found
