"""Under which addresses the Hub is reached: by path on one host, or by host names as the real one.

| part | host name | path |
|---|---|---|
| identity, classic | ``<tenant>.piam.<region>.<domain>`` | ``/<tenant>.piam`` |
| identity, Xcelerator | ``<10 digits>.<region>.sws.<domain>`` | ``/<10 digits>.sws`` |
| gateway, classic | ``gateway.<region>.<domain>`` | ``/gateway`` |
| gateway, Xcelerator | ``api.<region>.app.<domain>`` | ``/api.app`` |
| static files of the Hub bar | ``static.<region>.<domain>`` | ``/static.hub`` |
| Launchpad, classic | ``<tenant>.<region>.<domain>`` | ``/<tenant>.launchpad`` |
| Launchpad, Xcelerator | ``<tenant>.<region>.app.<domain>`` | ``/<tenant>.launchpad`` |
| application, classic | ``<tenant>-<application>[-<provider>].<region>.<domain>`` | none; a port of its own |
| application, Xcelerator | ``<tenant>-<application>[-<provider>].<region>.app.<domain>`` | none; a port of its own |

A path is the host name without region and domain. Links and issuers have the form in which the caller came.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from portal.emulator.tenants import IDENTITY_HOSTS, PROVIDER_ID, TENANTS, World

GATEWAY_PATHS = {World.CLASSIC: "/gateway", World.XCELERATOR: "/api.app"}
STATIC_PATH = "/static.hub"
DEFAULT_PORTS = {"http": "80", "https": "443"}


class Addresses(Protocol):
    """The public base addresses of the Hub's parts, all without trailing slash."""

    def identity(self, host: str) -> str:
        """The base of an identity host, given by its first label (``acme``, ``core``, ``1000001703``)."""

    def gateway(self, world: World) -> str:
        """The base of a gateway; ``/api/<service>`` follows."""

    def launchpad(self, tenant: str) -> str:
        """A tenant's page of applications; the only address with a trailing slash."""

    @property
    def static(self) -> str:
        """The base of the Hub bar's files."""


@dataclass(frozen=True)
class PathAddresses:
    """Everything below one URL; plain localhost is enough."""

    url: str

    def identity(self, host: str) -> str:
        """``http://localhost:8100/acme.piam``."""
        return f"{self.url}/{host}.{_zone(host)}"

    def gateway(self, world: World) -> str:
        """``http://localhost:8100/gateway``."""
        return f"{self.url}{GATEWAY_PATHS[world]}"

    def launchpad(self, tenant: str) -> str:
        """``http://localhost:8100/acme.launchpad/``."""
        return f"{self.url}/{tenant}.launchpad/"

    @property
    def static(self) -> str:
        """``http://localhost:8100/static.hub``."""
        return f"{self.url}{STATIC_PATH}"


@dataclass(frozen=True)
class HostAddresses:
    """A host name for each part, as at the Hub; ``port`` is part of the authority unless empty or the scheme's own."""

    scheme: str
    region: str
    domain: str
    port: str

    def identity(self, host: str) -> str:
        """``http://acme.piam.eu1.localhost:8100``."""
        if IDENTITY_HOSTS.get(host) is World.XCELERATOR:
            return self._base(f"{host}.{self.region}.sws")
        return self._base(f"{host}.piam.{self.region}")

    def gateway(self, world: World) -> str:
        """``http://gateway.eu1.localhost:8100``."""
        if world is World.XCELERATOR:
            return self._base(f"api.{self.region}.app")
        return self._base(f"gateway.{self.region}")

    def launchpad(self, tenant: str) -> str:
        """``http://acme.eu1.localhost:8100/``."""
        return f"{self.application(tenant, TENANTS[tenant].world)}/"

    def application(self, label: str, world: World) -> str:
        """The base of an application, given by its first label: ``http://acme-demoapp-acme.eu1.localhost:8100``."""
        return self._base(f"{label}.{self.region}" + (".app" if world is World.XCELERATOR else ""))

    @property
    def static(self) -> str:
        """``http://static.eu1.localhost:8100``."""
        return self._base(f"static.{self.region}")

    def application_of(self, authority: str) -> tuple[str, World] | None:
        """The first label of an application's host name and its world; nothing for any other name.

        The port does not matter: nothing but an application has such a name.
        """
        host = authority.lower().partition(":")[0]
        found = re.fullmatch(
            rf"([a-z][a-z0-9]{{0,7}}-[a-z0-9-]{{1,50}})\.{re.escape(self.region)}(\.app)?\.{re.escape(self.domain)}",
            host,
        )
        if found is None:
            return None
        return found[1], World.XCELERATOR if found[2] else World.CLASSIC

    def path_of(self, authority: str) -> str | None:
        """The path that stands for a host name of ours; nothing for any other name.

        ``authority`` is the Host header: ``acme.piam.eu1.localhost:8100`` gives ``/acme.piam``.
        """
        end = f".{self.domain}{self._port}"
        name = authority.lower()
        if not name.endswith(end):
            return None
        name = name.removesuffix(end)
        for pattern, path in self._names():
            found = re.fullmatch(pattern, name)
            if found is not None:
                return found.expand(path)
        return None

    def _names(self) -> tuple[tuple[str, str], ...]:
        region = re.escape(self.region)
        return (
            (rf"([a-z][a-z0-9]{{0,7}})\.piam\.{region}", r"/\1.piam"),
            (rf"([0-9]{{10}})\.{region}\.sws", r"/\1.sws"),
            (rf"gateway\.{region}", GATEWAY_PATHS[World.CLASSIC]),
            (rf"api\.{region}\.app", GATEWAY_PATHS[World.XCELERATOR]),
            (rf"static\.{region}", STATIC_PATH),
            (rf"([a-z][a-z0-9]{{0,7}})\.{region}(\.app)?", r"/\1.launchpad"),
        )

    @property
    def _port(self) -> str:
        # Clients leave the default port of the scheme out of the Host header (RFC 9110, section 4.2.3).
        return f":{self.port}" if self.port and self.port != DEFAULT_PORTS.get(self.scheme) else ""

    def _base(self, name: str) -> str:
        return f"{self.scheme}://{name}.{self.domain}{self._port}"


def service_url(addresses: Addresses, world: World, service: str) -> str:
    """The address of a service in the dialect of its gateway, for example ``…/gateway/api/assetmanagement``."""
    suffix = f"-{PROVIDER_ID}" if world is World.XCELERATOR else ""
    return f"{addresses.gateway(world)}/api/{service}{suffix}"


def service_path(path: str) -> tuple[str, World] | None:
    """The path of an API call without the dialect of its gateway, and the world it was called in.

    ``/api.app/api/assetmanagement-1000001700/v3/assets`` and ``/gateway/api/assetmanagement/v3/assets`` are the
    same service; nothing for a path of no gateway, or for one of the Xcelerator gateway without the provider's id.
    """
    if path.startswith("/gateway/"):
        return path, World.CLASSIC
    found = re.fullmatch(rf"/api\.app/api/([a-z0-9]+)-{PROVIDER_ID}(/.*)?", path)
    if found is None:
        return None
    return f"/gateway/api/{found[1]}{found[2] or ''}", World.XCELERATOR


def _zone(host: str) -> str:
    return "sws" if IDENTITY_HOSTS.get(host) is World.XCELERATOR else "piam"
