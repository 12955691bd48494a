"""The tenants of the emulated region, and which of the two worlds each lives in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

CORE_HOST = "core"
PROVIDER_ID = "1000001700"
"""What the Xcelerator gateway appends to a service's name: ``/api/assetmanagement-1000001700/v3``."""


class World(StrEnum):
    """The platform is moving, tenant by tenant, from ``mindsphere.io`` to ``siemens.app``."""

    CLASSIC = "classic"
    XCELERATOR = "xcelerator"


SHARED_HOSTS: dict[World, str] = {World.CLASSIC: CORE_HOST, World.XCELERATOR: PROVIDER_ID}
"""The identity host that speaks for all tenants of a world: the core one, or the one with the provider's id."""


@dataclass(frozen=True)
class Tenant:
    """A tenant: name of at most 8 lower-case characters, 10-digit id, region, time zone of its aggregates."""

    name: str
    display_name: str
    numeric_id: str
    region: str = "eu1"
    world: World = World.CLASSIC
    kind: str = "DEVELOPER"
    company_name: str = ""
    country: str = "DE"
    timezone: str = "Europe/Berlin"

    @property
    def identity_host(self) -> str:
        """The first label of its identity host: the name, or the 10-digit id in the Xcelerator world."""
        return self.numeric_id if self.world is World.XCELERATOR else self.name


TENANTS: dict[str, Tenant] = {
    tenant.name: tenant
    for tenant in (
        Tenant("acme", "Acme Pumps GmbH", "1000001701", company_name="Acme Pumps GmbH"),
        Tenant("globex", "Globex Energy", "1000001702", company_name="Globex Energy AG"),
        Tenant(
            "initech",
            "Initech Drives",
            "1000001703",
            world=World.XCELERATOR,
            company_name="Initech Drives Inc.",
            country="US",
            timezone="America/New_York",
        ),
    )
}
"""As they are at the start; what a tenant changes about itself is kept by the Hub's registry."""

IDENTITY_HOSTS: dict[str, World] = {
    **{host: world for world, host in SHARED_HOSTS.items()},
    **{tenant.identity_host: tenant.world for tenant in TENANTS.values()},
}
"""The first labels of all identity hosts: the shared one of each world and one per tenant."""


def serves(host: str, tenant: str) -> bool:
    """Whether an identity host may speak for a tenant: its own one and the shared one of its world do."""
    known = TENANTS[tenant]
    return host in (known.identity_host, SHARED_HOSTS[known.world])
