"""Three identity hosts of both worlds on one hostile server: of acme and globex, classic, and of initech, Xcelerator.

Each has a key of its own, and all three keys have the same id. Each world has a shared host as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.lib.identity_providers import Provider, read
from portal.tenants.models import Tenant
from portal.tenants.states import TenantState
from tests.faults import AnyServer
from tests.identity.op import ABSENT, HostileOp, jws, rs

CLASSIC, XCELERATOR = "hostile", "hostilex"
NUMERIC_IDS = {"acme": "1000001701", "globex": "1000001702", "initech": "1000001703"}
TENANTS = tuple(NUMERIC_IDS)
ENVIRONMENTS = {"acme": CLASSIC, "globex": CLASSIC, "initech": XCELERATOR}
PATHS = {
    "acme": "/acme.piam",
    "globex": "/globex.piam",
    "initech": "/1000001703.sws",
    # The shared ones.
    CLASSIC: "/core.piam",
    XCELERATOR: "/1000001700.sws",
}
# How tokens of a tenant's own world name it.
CLAIMS: dict[str, dict[str, Any]] = {
    "acme": {"ten": "acme"},
    "globex": {"ten": "globex"},
    "initech": {"sws.samauth.ten": "1000001703"},
}
ADMIN = ["mdsp:core:TenantAdmin"]


def environments_at(url: str) -> list[dict[str, str]]:
    """What HUB_ENVIRONMENTS says of the two worlds."""
    common = {"region": "x", "api_base": f"{url}/gateway"}
    return [
        {
            "name": CLASSIC,
            "label": "Classic",
            "identity_base": f"{url}/{{tenant}}.piam",
            "shared_identity": f"{url}/core.piam",
            **common,
        },
        {
            "name": XCELERATOR,
            "label": "Xcelerator",
            "identity_base": f"{url}/{{numeric_id}}.sws",
            "shared_identity": f"{url}/1000001700.sws",
            "tenant_claim": "sws.samauth.ten",
            "tenant_key": "numeric_id",
            **common,
        },
    ]


def providers_at(url: str) -> list[Provider]:
    """A provider for each of the five hosts, with a secret of its own: `<name>-secret`."""
    entries = [
        {
            "name": name,
            "label": name.title(),
            "environment": ENVIRONMENTS.get(name, name),
            "identity_url": url + path,
            "client_id": "bindery",
            "client_secret_variable": f"SECRET_{name.upper()}",
        }
        for name, path in PATHS.items()
    ]
    return read(entries, lambda variable: f"{variable[7:].lower()}-secret", names=["emulator"], issuers=[])


@dataclass(frozen=True)
class Worlds:
    """The hosts by name; who is in which tenant is what a test says in its tokens."""

    server: AnyServer
    hosts: dict[str, HostileOp]
    tenants: dict[str, Tenant]

    def forwarded(self, issuer: str, key: str, tenant_claims: dict[str, Any], **changes: Any) -> str:
        """A person's token as the gateway forwards it: `iss` of this host, signed with the key of that one."""
        person = {"user_id": "person-1", "grant_type": "authorization_code", "email": "p@person.example"}
        claims = {"ten": ABSENT, "scope": ADMIN, **person, **tenant_claims, **changes}
        host = self.hosts[issuer]
        return jws(host.header(), host.access_claims(**claims), rs(key))

    def prepare_sign_in(self, issuer: str, key: str, tenant_claims: dict[str, Any], **changes: Any) -> None:
        """The host answers the next sign-in with two tokens, signed with that key."""
        host = self.hosts[issuer]
        host.id_token = jws(host.header(), host.id_claims(), rs(key))
        claims = {"ten": ABSENT, "scope": ADMIN, **tenant_claims, **changes}
        host.access_token = jws(host.header(), host.access_claims(**claims), rs(key))


def make_worlds(server: AnyServer) -> Worlds:
    """The hosts, and the three tenants in the portal."""
    hosts = {name: HostileOp(server, path, name) for name, path in PATHS.items()}
    return Worlds(server, hosts, {name: _make_tenant(name) for name in TENANTS})


def _make_tenant(name: str) -> Tenant:
    return Tenant.objects.create(
        name=name,
        numeric_id=NUMERIC_IDS[name],
        display_name=name.title(),
        environment=ENVIRONMENTS[name],
        company_domain=f"{name}.example",
        state=TenantState.ACTIVE,
    )
