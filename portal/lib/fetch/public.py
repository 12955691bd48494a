"""Which addresses are public: a table of our own.

`ipaddress.is_global` of Python 3.11 calls NAT64, 6to4, site-local, IPv4-compatible and multicast addresses global, and
what it says changes with the version. For IPv6 the table is the other way round: 2000::/3 is all that is given out.

Sources: IANA IPv4 and IPv6 Special-Purpose Address Registries, IANA IPv6 Global Unicast Address Assignments.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

NOT_PUBLIC_4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",
            "100.64.0.0/10",  # shared by a carrier's customers (CGNAT)
            "127.0.0.0/8",
            "168.63.129.16/32",  # a cloud's own service, in every machine of it (Azure)
            "169.254.0.0/16",  # link-local, metadata services
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",  # documentation
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, broadcast
        ),
    )
)
GIVEN_OUT_6 = IPv6Network("2000::/3")
NOT_PUBLIC_6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocols: Teredo, ORCHID, benchmarks
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4: an IPv4 address inside
            "2620:4f:8000::/48",
            "3ffe::/16",  # 6bone
            "3fff::/20",  # documentation
        ),
    )
)
# Interface ids of ISATAP: an IPv4 address inside (RFC 5214 section 6.1).
ISATAP = {0x00005EFE, 0x02005EFE}


def is_public(address: Address) -> bool:
    """Whether anybody on the Internet may have this address."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in NOT_PUBLIC_4)
    if address.scope_id is not None or int(address) >> 32 & 0xFFFFFFFF in ISATAP:
        return False
    return address in GIVEN_OUT_6 and not any(address in network for network in NOT_PUBLIC_6)


def may_be_fetched(address: Address, allowed: Iterable[Network]) -> bool:
    """Public, or in a network that the deployment allows by name.

    An IPv4 network does not allow the IPv6 addresses that have one of its addresses inside.
    """
    return is_public(address) or any(address in network for network in allowed)
