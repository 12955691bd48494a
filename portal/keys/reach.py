"""What a key may reach, and from where. Empty means no limit: all routes of the proxy, any network."""

from __future__ import annotations

import hashlib
import ipaddress
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from portal.keys.models import BindingKey
from portal.lib.networks import Network, plain, plain_network
from portal.lib.route_names import ROUTE_NAMES

MOST_NETWORKS = 20
# An address, and how many of its bits count. No netmasks: of 0.0.0.255 nobody can say which kind it is.
NETWORK = re.compile(r"[0-9a-fA-F.:]{2,45}(?:/(?:0|[1-9][0-9]{0,2}))?")


@dataclass(frozen=True)
class KeyOptions:
    """What is decided about a key beside its name and its end; it can be decided anew."""

    routes: Sequence[str] = ()
    networks: Sequence[str] = ()
    contact_email: str = ""
    stored_where: str = ""

    @classmethod
    def of(cls, key: BindingKey) -> KeyOptions:
        """As they are now."""
        return cls(key.routes, key.networks, key.contact_email, key.stored_where)

    @property
    def digest(self) -> str:
        """The same for the same options: the page carries it, so that no save undoes another one unseen."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    def put_on(self, key: BindingKey) -> list[str]:
        """Give the key these options; the names of those that are new to it."""
        wanted = asdict(self) | {"routes": list(self.routes), "networks": list(self.networks)}
        changed = [name for name, value in wanted.items() if getattr(key, name) != value]
        for name in changed:
            setattr(key, name, wanted[name])
        return changed

    def widens(self, key: BindingKey) -> bool:
        """Whether the key could reach more with these options than it can now, or be used from more places."""
        return _more_routes(key.routes, self.routes) or _more_networks(key.networks, self.networks)


class NetworkRefused(ValueError):
    """A line that is no network; `instead` is what was probably meant, or empty."""

    def __init__(self, line: str, instead: str = "") -> None:
        self.line, self.instead = line, instead
        super().__init__(line)


def routes_of(key: BindingKey) -> list[str]:
    """The routes that the key may use; a stored name that is no route any more opens nothing."""
    return [name for name in ROUTE_NAMES if not key.routes or name in key.routes]


def may_reach(key: BindingKey, route: str) -> bool:
    return route in routes_of(key)


def may_come_from(key: BindingKey, address: str) -> bool:
    """Whether the key's networks hold this address; an address that nobody knows is in none."""
    if not key.networks:
        return True
    try:
        caller = plain(address)
    except ValueError:
        return False
    return any(caller in ipaddress.ip_network(network) for network in key.networks)


def why_not_from(key: BindingKey, address: str) -> str:
    """A word for the audit log when the key is used from a foreign network, else empty."""
    return "" if may_come_from(key, address) else "network_refused"


def network(line: str) -> str:
    """One line as it is stored: `192.0.2.7`, `198.51.100.0/24`, `2001:db8::/32`. Raises `NetworkRefused`."""
    if not NETWORK.fullmatch(line):
        raise NetworkRefused(line)
    try:
        found: Network = ipaddress.ip_network(line, strict=False)
    except ValueError:
        raise NetworkRefused(line) from None
    if found.network_address != ipaddress.ip_address(line.partition("/")[0]):
        raise NetworkRefused(line, str(found))
    found = plain_network(found)
    return str(found.network_address) if found.num_addresses == 1 else str(found)


def _more_routes(before: Sequence[str], after: Sequence[str]) -> bool:
    return bool(before) and (not after or not set(after) <= set(before))


def _more_networks(before: Sequence[str], after: Sequence[str]) -> bool:
    known = [ipaddress.ip_network(line) for line in before]
    wanted = [ipaddress.ip_network(line) for line in after]
    return bool(known) and not (wanted and all(any(_is_within(each, one) for one in known) for each in wanted))


def _is_within(inner: Network, outer: Network) -> bool:
    return inner.version == outer.version and inner.subnet_of(outer)  # type: ignore[arg-type]
