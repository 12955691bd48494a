"""The OAuth clients: the portal, three technical users per tenant (one reads, one may do all with the
APIs, one reads and registers applications), and what is added."""

from __future__ import annotations

import hmac
import re
import secrets
import string
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from threading import Lock

from portal.emulator.config import EmulatorConfig
from portal.emulator.seeding import stable_secret
from portal.emulator.tenants import TENANTS, serves

PORTAL_CLIENT_ID = "bindery"
PAGES_CLIENT_ID = "hub-pages"
"""With which the Hub's own pages sign people in; part of the Hub, so no list shows it and nobody changes it."""
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
DEVELOPER_SCOPE = (*READER_SCOPE, "mdsp:core:Developer")
TECHNICAL_USERS = {"hub-reader": READER_SCOPE, "hub-admin": ADMIN_SCOPE, "hub-developer": DEVELOPER_SCOPE}
"""What follows the tenant's name in the client id, and the scope."""
TECHNICAL_USERS_PER_TENANT = 10
"""More cannot be created in the Settings app."""
# What "change secret" of Identity Management accepts.
NEW_SECRET = re.compile(r"[A-Za-z0-9]{43,255}")
SCOPE = r"[A-Za-z0-9][A-Za-z0-9:._-]{0,99}"
# An absolute URI without fragment (RFC 6749, section 3.1.2) whose authority may be written into a policy.
REDIRECT_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[A-Za-z0-9._~:\[\]-]*(/[!-\"$-~]*)?")


class ClientRefused(ValueError):
    """A client cannot be registered or changed like this; the message says why."""


@dataclass(frozen=True)
class Client:
    """A confidential client. A technical user belongs to one tenant; an application (no tenant) serves all."""

    client_id: str
    secret: str = field(repr=False)
    grant_types: tuple[str, ...]
    tenant: str | None = None
    scope: tuple[str, ...] = ()
    redirect_uris: tuple[str, ...] = ()
    post_logout_uris: tuple[str, ...] = ()

    @property
    def is_technical_user(self) -> bool:
        """Whether it acts for a tenant in its own name."""
        return self.tenant is not None and CLIENT_CREDENTIALS in self.grant_types

    def has_secret(self, presented: str) -> bool:
        """Whether the presented secret is right; takes the same time for every wrong one."""
        return hmac.compare_digest(self.secret.encode(), presented.encode())

    def served_at(self, host: str) -> bool:
        """Whether this identity host knows the client: a tenant's own host, or the core host for the classic world."""
        return self.tenant is None or serves(host, self.tenant)


class ClientRegistry:
    """All clients by id. Each change is whole: it needs no other lock than the registry's own."""

    def __init__(self, config: EmulatorConfig) -> None:
        clients = [
            _portal_client(config),
            *(
                _technical_user(config.seed, tenant, name, scope)
                for tenant in TENANTS
                for name, scope in TECHNICAL_USERS.items()
            ),
        ]
        self._lock = Lock()
        self._by_id = {client.client_id: client for client in clients}
        self._pages = _pages_client(config)

    def __iter__(self) -> Iterator[Client]:
        return iter(list(self._by_id.values()))

    def get(self, client_id: str) -> Client | None:
        """The client with this id, that of the Hub's own pages included."""
        return self._pages if client_id == PAGES_CLIENT_ID else self._by_id.get(client_id)

    def by_id(self, client_id: str) -> Client:
        """The client with this id.

        :raises KeyError: nobody registered it.
        """
        return self._by_id[client_id]

    def add(self, client: Client) -> None:
        """Register a client; it can get tokens at once.

        :raises ClientRefused: the id is taken, an address to return to is none, or it would be the tenant's eleventh
            technical user.
        """
        for address in (*client.redirect_uris, *client.post_logout_uris):
            if REDIRECT_URI.fullmatch(address) is None:
                raise ClientRefused(f"{address!r} is no address to return to. Write an absolute URI without fragment.")
        with self._lock:
            if client.client_id in self._by_id or client.client_id == PAGES_CLIENT_ID:
                raise ClientRefused(f"The client {client.client_id} exists already. Choose another id.")
            if client.is_technical_user and self._technical_users(client.tenant) >= TECHNICAL_USERS_PER_TENANT:
                raise ClientRefused(
                    f"{client.tenant} has {TECHNICAL_USERS_PER_TENANT} technical users already. Remove one first."
                )
            self._by_id[client.client_id] = client

    def remove(self, client_id: str) -> None:
        """Forget a client. It gets no further tokens; those it has stay valid until they expire.

        :raises KeyError: nobody registered it.
        """
        with self._lock:
            del self._by_id[client_id]

    def change_secret(self, client_id: str, secret: str) -> None:
        """Replace a client's secret; the old one ends at once.

        :raises KeyError: nobody registered the client.
        :raises ClientRefused: the secret does not have 43 to 255 letters and digits.
        """
        if NEW_SECRET.fullmatch(secret) is None:
            raise ClientRefused("A secret has 43 to 255 characters, each a letter a-z, A-Z or a digit.")
        with self._lock:
            self._by_id[client_id] = replace(self._by_id[client_id], secret=secret)

    def _technical_users(self, tenant: str | None) -> int:
        return sum(client.is_technical_user and client.tenant == tenant for client in self._by_id.values())


def new_secret() -> str:
    """A secret as the Hub makes them: 43 letters and digits."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(43))


def _portal_client(config: EmulatorConfig) -> Client:
    return Client(
        client_id=PORTAL_CLIENT_ID,
        secret=stable_secret(config.seed, PORTAL_CLIENT_ID),
        grant_types=(AUTHORIZATION_CODE,),
        redirect_uris=(f"{config.portal_url}/sign-in/callback/",),
        post_logout_uris=(f"{config.portal_url}/", f"{config.portal_url}/sign-in/"),
    )


def _pages_client(config: EmulatorConfig) -> Client:
    pages = [form.launchpad(tenant) for tenant in TENANTS for form in (config.addresses, config.host_addresses)]
    return Client(
        client_id=PAGES_CLIENT_ID,
        secret=stable_secret(config.seed, PAGES_CLIENT_ID),
        grant_types=(AUTHORIZATION_CODE,),
        redirect_uris=tuple(f"{page}sign-in/callback" for page in pages),
        post_logout_uris=tuple(pages),
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
