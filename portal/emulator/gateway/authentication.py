"""Who calls a platform API, and what the caller's token allows."""

from __future__ import annotations

from dataclasses import dataclass

from portal.emulator.hub import Hub
from portal.emulator.identity.tokens import TokenRefused
from portal.emulator.web import EmulatorRequest


class Unauthenticated(Exception):
    """There is no valid token; each API words its own 401."""


@dataclass(frozen=True)
class Caller:
    """The tenant, the OAuth client and the roles of a valid token."""

    tenant: str
    client_id: str
    scope: frozenset[str]

    def has_any(self, roles: frozenset[str]) -> bool:
        """Whether the token carries at least one of these roles or scopes."""
        return not self.scope.isdisjoint(roles)


def authenticate(hub: Hub, request: EmulatorRequest) -> Caller:
    """The caller behind ``Authorization: Bearer …``.

    :raises Unauthenticated: the token is missing, expired, revoked or not of this Hub.
    """
    try:
        claims = hub.tokens.check(bearer_token(request))
    except TokenRefused as error:
        request.reason = str(error)
        raise Unauthenticated(str(error)) from error
    request.client = claims["cid"]
    return Caller(claims["ten"], claims["cid"], frozenset(claims["scope"]))


def bearer_token(request: EmulatorRequest) -> str:
    """The token of the Authorization header (RFC 6750, section 2.1).

    :raises TokenRefused: there is none.
    """
    authorization = request.authorization
    if authorization is None or authorization.type != "bearer" or not authorization.token:
        raise TokenRefused("no bearer token")
    return authorization.token
