"""The tenants of the emulated region."""

from __future__ import annotations

from dataclasses import dataclass

CORE_HOST = "core"


@dataclass(frozen=True)
class Tenant:
    """A tenant: name of at most 8 lower-case characters, 10-digit id, region."""

    name: str
    display_name: str
    numeric_id: str
    region: str = "eu1"


TENANTS: dict[str, Tenant] = {
    tenant.name: tenant
    for tenant in (
        Tenant("acme", "Acme Pumps GmbH", "1000001701"),
        Tenant("globex", "Globex Energy", "1000001702"),
    )
}

IDENTITY_HOSTS: tuple[str, ...] = (CORE_HOST, *TENANTS)
"""The names before ``.piam``: the shared identity host and one per tenant."""
