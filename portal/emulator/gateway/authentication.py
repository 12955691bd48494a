"""Who calls a platform API, and what the caller's token allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.emulator.identity.tokens import TokenRefused, tenant_of
from portal.emulator.tenants import TENANTS
from portal.emulator.web import EmulatorRequest

if TYPE_CHECKING:
    from portal.emulator.hub import Hub


class Unauthenticated(Exception):
    """There is no valid token; each API words its own 401."""


@dataclass(frozen=True)
class Caller:
    """The tenant, the OAuth client, the person (if the token is one's) and the roles of a valid token."""

    tenant: str
    client_id: str
    scope: frozenset[str]
    user_id: str | None = None

    def has_any(self, roles: frozenset[str]) -> bool:
        """Whether the token carries at least one of these roles or scopes."""
        return not self.scope.isdisjoint(roles)


def authenticate(hub: Hub, request: EmulatorRequest) -> Caller:
    """The caller behind ``Authorization: Bearer …``.

    :raises Unauthenticated: the token is missing, expired, revoked, not of this Hub, or of the other world.
    """
    try:
        claims = hub.tokens.check(bearer_token(request))
        caller = Caller(
            tenant=tenant_of(claims),
            client_id=claims["cid"],
            scope=frozenset(claims["scope"]),
            user_id=claims.get("user_id"),
        )
        if TENANTS[caller.tenant].world is not request.world:
            raise TokenRefused(f"a token of the {TENANTS[caller.tenant].world} world at the {request.world} gateway")
    except TokenRefused as error:
        request.reason = str(error)
        raise Unauthenticated(str(error)) from error
    request.client, request.tenant = caller.client_id, caller.tenant
    return caller


def bearer_token(request: EmulatorRequest) -> str:
    """The token of the Authorization header (RFC 6750, section 2.1).

    :raises TokenRefused: there is none.
    """
    authorization = request.authorization
    if authorization is None or authorization.type != "bearer" or not authorization.token:
        raise TokenRefused("no bearer token")
    return authorization.token
