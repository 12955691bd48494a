"""App credentials: what a cockpit gives to one version of an application so that it can get tokens."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock

from portal.emulator.control.clock import LATEST, Clock
from portal.emulator.identity.clients import ADMIN_SCOPE, READER_SCOPE, new_secret
from portal.emulator.seeding import stable_secret
from portal.emulator.tenants import TENANTS, World

VALIDITY = 365 * 24 * 3600
"""Seconds from the making of a credential to its end."""
BASE_SCOPE = ("tm.t.r", "im.g.r", "iam-action.client_credentials.tenant-impersonation")
"""What the documentation's sample of an application's token holds."""


class AccessLevel(StrEnum):
    """What the cockpits offer. ``SDI only`` opens none of the emulated APIs, ``Custom`` names its own scopes."""

    LIMITED = "Limited"
    READ_AND_WRITE = "Read and Write"
    SDI_ONLY = "SDI only"
    CUSTOM = "Custom"

    @property
    def scope(self) -> tuple[str, ...]:
        """The scopes of this level, without those of a custom one."""
        granted = {AccessLevel.LIMITED: READER_SCOPE, AccessLevel.READ_AND_WRITE: ADMIN_SCOPE}.get(self, ())
        return tuple(dict.fromkeys((*granted, *BASE_SCOPE)))


@dataclass(frozen=True)
class Application:
    """One version of an application and the tenant where it lives."""

    host_tenant: str
    name: str
    version: str


@dataclass(frozen=True)
class AppCredential:
    """A credential of an application version; ``issued_at`` in epoch seconds. The secret itself is not kept."""

    client_id: str
    application: Application
    access_level: AccessLevel
    scope: tuple[str, ...]
    user_tenants: tuple[str, ...]
    issued_at: int
    secret_digest: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not 0 <= self.issued_at <= LATEST:
            raise ValueError("issued_at has to be a moment before the year 9000, in epoch seconds")

    @property
    def expires_at(self) -> int:
        """When it ends, in epoch seconds."""
        return self.issued_at + VALIDITY

    def has_secret(self, presented: str) -> bool:
        """Whether the presented secret is right; takes the same time for every wrong one."""
        return hmac.compare_digest(self.secret_digest, _digest(presented))

    def user_tenants_in(self, world: World) -> list[str]:
        """The tenants that it is provisioned for, of one world."""
        return [tenant for tenant in self.user_tenants if TENANTS[tenant].world is world]


# Two customers of acme use its application; one of them has moved to the Xcelerator world.
_SEEDED = (
    (Application("acme", "demoapp", "1.0.0"), ("globex", "initech")),
    (Application("initech", "demoapp", "1.0.0"), ()),
)


class AppCredentials:
    """All app credentials by client id. Each change is whole: it needs no other lock than the store's own."""

    def __init__(self, seed: str, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._by_id: dict[str, AppCredential] = {}
        for application, customers in _SEEDED:
            secret = stable_secret(seed, f"{application.host_tenant}-{application.name}-{application.version}")
            self._keep(application, AccessLevel.READ_AND_WRITE, (), customers, secret)

    def __iter__(self) -> Iterator[AppCredential]:
        return iter(list(self._by_id.values()))

    def get(self, client_id: str) -> AppCredential | None:
        """The credential with this client id, however old it is."""
        return self._by_id.get(client_id)

    def issue(
        self, application: Application, level: AccessLevel, scope: tuple[str, ...], user_tenants: tuple[str, ...]
    ) -> tuple[AppCredential, str]:
        """A new credential and its secret, which nobody can look up later.

        It is valid for 365 days, for the host tenant and the named user tenants. ``scope`` is what a custom level adds.
        """
        secret = new_secret()
        return self._keep(application, level, scope, user_tenants, secret), secret

    def revoke(self, client_id: str) -> None:
        """Forget a credential, as after a de-registration. It gets no further tokens.

        :raises KeyError: there is none with this client id.
        """
        with self._lock:
            del self._by_id[client_id]

    def replace_all(self, credentials: Iterable[AppCredential]) -> None:
        """Keep these and no others."""
        with self._lock:
            self._by_id = {credential.client_id: credential for credential in credentials}

    def _keep(
        self,
        application: Application,
        level: AccessLevel,
        scope: tuple[str, ...],
        customers: tuple[str, ...],
        secret: str,
    ) -> AppCredential:
        with self._lock:
            credential = AppCredential(
                client_id=self._free_id(application),
                application=application,
                access_level=level,
                scope=tuple(dict.fromkeys((*level.scope, *scope))),
                user_tenants=tuple(dict.fromkeys((application.host_tenant, *customers))),
                issued_at=int(self._clock.now()),
                secret_digest=_digest(secret),
            )
            self._by_id[credential.client_id] = credential
        return credential

    def _free_id(self, application: Application) -> str:
        """``{hostTenant}-{appName}-{appVersion}``, followed by ``-n`` from the second credential on."""
        first = client_id = f"{application.host_tenant}-{application.name}-{application.version}"
        number = 1
        while client_id in self._by_id:
            number += 1
            client_id = f"{first}-{number}"
        return client_id


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
