"""The OAuth clients: the portal, and two technical users per tenant, one that reads and one that may do all."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field

from portal.emulator.config import EmulatorConfig
from portal.emulator.seeding import stable_secret
from portal.emulator.tenants import TENANTS, serves

PORTAL_CLIENT_ID = "bindery"
AUTHORIZATION_CODE = "authorization_code"
CLIENT_CREDENTIALS = "client_credentials"
READER_SCOPE = (
    "mdsp:core:assetmanagement.standarduser",
    "mdsp:core:iot.timUser",
    "iot.tim.r",
)
ADMIN_SCOPE = (
    "mdsp:core:assetmanagement.admin",
    "mdsp:core:iot.timAdmin",
    "mdsp:core:iot.tsaUser",
    "iot.tim.r",
    "iot.tim.w",
    "iot.tim.d",
    "iot.tsa.r",
    "im.u.r",
    "im.u.w",
    "im.g.r",
    "im.g.w",
    "tm.t.r",
    "tm.t.w",
)
TECHNICAL_USERS = {"hub-reader": READER_SCOPE, "hub-admin": ADMIN_SCOPE}
"""What follows the tenant's name in the client id, and the scope."""


@dataclass(frozen=True)
class Client:
    """A confidential client. A technical user belongs to one tenant; the portal (no tenant) serves all."""

    client_id: str
    secret: str = field(repr=False)
    grant_types: tuple[str, ...]
    tenant: str | None = None
    scope: tuple[str, ...] = ()
    redirect_uris: tuple[str, ...] = ()
    post_logout_uris: tuple[str, ...] = ()

    def has_secret(self, presented: str) -> bool:
        """Whether the presented secret is right; takes the same time for every wrong one."""
        return hmac.compare_digest(self.secret.encode(), presented.encode())

    def served_at(self, host: str) -> bool:
        """Whether this identity host knows the client: a tenant's own host, or the core host for the classic world."""
        return self.tenant is None or serves(host, self.tenant)


class ClientRegistry:
    """All clients by id."""

    def __init__(self, config: EmulatorConfig) -> None:
        clients = [
            _portal_client(config),
            *(
                _technical_user(config.seed, tenant, name, scope)
                for tenant in TENANTS
                for name, scope in TECHNICAL_USERS.items()
            ),
        ]
        self._by_id = {client.client_id: client for client in clients}

    def __iter__(self) -> Iterator[Client]:
        return iter(self._by_id.values())

    def get(self, client_id: str) -> Client | None:
        """The client with this id."""
        return self._by_id.get(client_id)

    def by_id(self, client_id: str) -> Client:
        """The client with this id.

        :raises KeyError: nobody registered it.
        """
        return self._by_id[client_id]


def _portal_client(config: EmulatorConfig) -> Client:
    return Client(
        client_id=PORTAL_CLIENT_ID,
        secret=stable_secret(config.seed, PORTAL_CLIENT_ID),
        grant_types=(AUTHORIZATION_CODE,),
        redirect_uris=(f"{config.portal_url}/sign-in/callback/",),
        post_logout_uris=(f"{config.portal_url}/", f"{config.portal_url}/sign-in/"),
    )


def _technical_user(seed: str, tenant: str, name: str, scope: tuple[str, ...]) -> Client:
    client_id = f"{tenant}-{name}"
    return Client(
        client_id=client_id,
        secret=stable_secret(seed, client_id),
        grant_types=(CLIENT_CREDENTIALS,),
        tenant=tenant,
        scope=scope,
    )
