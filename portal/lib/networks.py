"""Addresses of the network. IPv6 can carry one of IPv4 (RFC 4291 section 2.5.5.2): it is the same one."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Network = IPv4Network | IPv6Network

MAPPED = IPv6Network("::ffff:0:0/96")


@lru_cache(maxsize=1024)
def plain(address: str) -> IPv4Address | IPv6Address:
    """The address, of IPv4 again if it was, without a zone (RFC 4007): that is a name of any length, and means
    something on one machine only. Raises `ValueError`."""
    parsed = ip_address(address)
    if parsed.version == 4:
        return parsed
    return parsed.ipv4_mapped or IPv6Address(parsed.packed)


def plain_network(network: Network) -> Network:
    """The network likewise."""
    if isinstance(network, IPv6Network) and network.subnet_of(MAPPED):
        return IPv4Network((network.network_address.packed[12:], network.prefixlen - MAPPED.prefixlen))
    return network
