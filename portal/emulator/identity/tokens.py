"""Issuing and checking access tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jwt

from portal.emulator.addresses import Addresses
from portal.emulator.config import EmulatorConfig
from portal.emulator.control.clock import Clock
from portal.emulator.identity import claims as claim_sets
from portal.emulator.identity.accounts import Account
from portal.emulator.identity.clients import Client
from portal.emulator.identity.signing import SigningKey
from portal.emulator.tenants import IDENTITY_HOSTS, TENANTS, serves


class TokenRefused(Exception):
    """The presented token gives no access; the message says why (for the journal, not for the caller)."""


def tenant_of(claims: dict[str, Any]) -> str:
    """The name of a token's tenant: ``ten``, or by ``sws.samauth.ten`` (10 digits) in the Xcelerator world.

    :raises TokenRefused: the token names no tenant of this Hub.
    """
    number = claims.get("sws.samauth.ten")
    for tenant in TENANTS.values():
        if tenant.name == claims.get("ten") or (number is not None and tenant.numeric_id == number):
            return tenant.name
    raise TokenRefused("the token names no tenant")


@dataclass(frozen=True)
class IssuedToken:
    """A signed token with the claims that are in it."""

    value: str
    claims: dict[str, Any]

    def response(self) -> dict[str, Any]:
        """The token endpoint's answer. ``expires_in`` is one second short, as recorded from the Hub."""
        return {
            "access_token": self.value,
            "token_type": "bearer",
            "expires_in": claim_sets.LIFETIME - 1,
            "scope": " ".join(self.claims["scope"]),
            "jti": self.claims["jti"],
        }


class TokenIssuer:
    """Signs tokens in the name of each identity host and tells the good ones from the rest."""

    def __init__(self, config: EmulatorConfig, clock: Clock, key: SigningKey) -> None:
        self._clock = clock
        self._key = key
        self._addresses = config.addresses
        self._host_of = {
            self.issuer(host, form): host
            for host in IDENTITY_HOSTS
            for form in (config.addresses, config.host_addresses)
        }
        self._revoked: set[str] = set()
        self._generation = 0

    def issuer(self, host: str, addresses: Addresses | None = None) -> str:
        """The ``iss`` of an identity host, in the Hub's form ``<base>/oauth/token``."""
        return f"{(addresses or self._addresses).identity(host)}/oauth/token"

    def for_person(
        self,
        account: Account,
        client_id: str,
        host: str,
        scope: tuple[str, ...] | None = None,
        addresses: Addresses | None = None,
    ) -> IssuedToken:
        """An access token of a person, with the account's roles unless others are given.

        ``addresses`` is the form the issuer is written in, here and below; by path unless given.
        """
        roles = account.scope if scope is None else scope
        issuer = self.issuer(host, addresses)
        return self._signed(claim_sets.user_token(account, client_id, issuer, host, self._now(), roles))

    def for_technical_user(
        self, client: Client, host: str, scope: tuple[str, ...], addresses: Addresses | None = None
    ) -> IssuedToken:
        """An access token of a technical user, for its own tenant."""
        return self.for_application(client.client_id, str(client.tenant), host, scope, addresses)

    def for_application(
        self, client_id: str, tenant: str, host: str, scope: tuple[str, ...], addresses: Addresses | None = None
    ) -> IssuedToken:
        """An access token of a client in its own name, for the data of a tenant."""
        issuer = self.issuer(host, addresses)
        return self._signed(claim_sets.technical_token(client_id, tenant, issuer, host, self._now(), scope))

    def id_token(
        self,
        account: Account,
        client_id: str,
        host: str,
        auth_time: int,
        nonce: str | None,
        addresses: Addresses | None = None,
    ) -> str:
        """The signed ID token for a finished sign-in."""
        issuer = self.issuer(host, addresses)
        return self._key.sign(claim_sets.id_token(account, client_id, issuer, self._now(), auth_time, nonce))

    def id_token_hint(self, id_token: str) -> dict[str, Any]:
        """The claims of an ID token of ours, however old it is; none for a foreign one or another kind of token."""
        try:
            claims = self._key.read(id_token)
        except jwt.InvalidTokenError:
            return {}
        # The audience of our access tokens is a list.
        return claims if isinstance(claims.get("aud"), str) else {}

    def host_of(self, claims: dict[str, Any]) -> str | None:
        """The identity host that issued a token, in whichever form its address is written."""
        return self._host_of.get(str(claims.get("iss")))

    def revoke(self, jti: str) -> None:
        """Refuse the token with this id from now on."""
        self._revoked.add(jti)

    def expire_all(self) -> None:
        """Refuse all access tokens that were issued until now, as if their time were over."""
        self._generation += 1

    def check(self, token: str) -> dict[str, Any]:
        """The claims of a valid access token.

        :raises TokenRefused: foreign key or issuer, expired, revoked, an ID token, or a tenant that its
            issuer may not speak for.
        """
        try:
            claims = self._key.read(token)
        except jwt.InvalidTokenError as error:
            raise TokenRefused(f"not a token of this Hub: {type(error).__name__}") from error
        host = self.host_of(claims)
        if host is None:
            raise TokenRefused("unknown issuer")
        if "cid" not in claims:
            raise TokenRefused("not an access token")
        if not serves(host, tenant_of(claims)):
            raise TokenRefused("the issuer does not speak for this tenant")
        if claims.get("exp", 0) <= self._clock.now():
            raise TokenRefused("expired")
        if claims.get("rev_sig", "") != self._revocation_signature(claims):
            raise TokenRefused("expired on demand")
        if claims.get("jti") in self._revoked:
            raise TokenRefused("revoked")
        return claims

    def _signed(self, claims: dict[str, Any]) -> IssuedToken:
        claims = {**claims, "rev_sig": self._revocation_signature(claims)}
        return IssuedToken(self._key.sign(claims), claims)

    def _revocation_signature(self, claims: dict[str, Any]) -> str:
        return claim_sets.revocation_signature(str(claims["sub"]), str(claims["cid"]), self._generation)

    def _now(self) -> int:
        return int(self._clock.now())
