"""Verification of the tokens that the Hub's identity issues at sign-in (OpenID Connect Core 3.1.3.7, RFC 8725).

Strict where the platform is known, tolerant of nothing else: each refusal has a reason that goes into the audit log.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Any

import jwt

from portal import constants
from portal.hub.environments import Environment
from portal.hub.key_sets import KeySet, key_set_at

ALGORITHM = "RS256"
NAME_LIMIT = 255


class TokenRefused(Exception):
    """A token is not what it must be; `reason` is a short stable word for the audit log."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True)
class Issuer:
    """Who issues tokens, with which keys, for which client, and for which tenants of which environment."""

    url: str
    keys_url: str
    userinfo_url: str
    client_id: str
    environment: Environment
    # The one tenant whose own identity host it is, by a field of `TENANT_KEYS`; None speaks for all of the environment.
    own: tuple[str, str] | None

    @property
    def key_set(self) -> KeySet:
        """Its published keys. Looked up at last: who only claims an issuer must not push out what others need."""
        return key_set_at(self.keys_url)


def verify_id_token(token: object, issuer: Issuer, nonce: str) -> dict[str, Any]:
    """The claims of an ID token made for us and for this sign-in; raises `TokenRefused` for any other."""
    claims = _verified(token, issuer, audience=issuer.client_id)
    audience = claims["aud"]
    if claims.get("azp", issuer.client_id) != issuer.client_id:
        raise TokenRefused("azp")
    if isinstance(audience, list) and len(audience) > 1 and "azp" not in claims:
        raise TokenRefused("azp")
    given = claims.get("nonce")
    if not isinstance(given, str) or not given.isascii() or not secrets.compare_digest(given, nonce):
        raise TokenRefused("nonce")
    return claims


def verify_access_token(token: object, issuer: Issuer, subject: str) -> dict[str, Any]:
    """The claims of the access token that came with an ID token for `subject`: scopes and tenant stand in it."""
    claims = _verified(token, issuer, audience=None)
    if claims["sub"] != subject:
        raise TokenRefused("sub")
    if claims.get("client_id", claims.get("azp")) != issuer.client_id:
        raise TokenRefused("client_id")
    return claims


def verify_forwarded_token(token: object, issuer: Issuer) -> dict[str, Any]:
    """The claims of a person's access token that was made for `issuer.client_id` and that its gateway forwards.

    A token made for another application is refused: whoever runs that one could send its users' tokens here.
    """
    claims = _verified(token, issuer, audience=None)
    if claims.get("client_id", claims.get("azp")) != issuer.client_id:
        raise TokenRefused("client_id")
    if "user_id" not in claims or claims.get("grant_type") == "client_credentials":
        raise TokenRefused("no_person")
    return claims


def scopes_of(claims: dict[str, Any]) -> set[str]:
    """The scopes of a token, written as list (the Hub) or as words in one text (RFC 9068)."""
    scope = claims.get("scope", [])
    words = scope.split() if isinstance(scope, str) else scope
    return {word for word in words if isinstance(word, str)} if isinstance(words, list) else set()


def _verified(token: object, issuer: Issuer, audience: str | None) -> dict[str, Any]:
    if not isinstance(token, str) or not token:
        raise TokenRefused("missing")
    kid = _checked_header(token)
    key = issuer.key_set.find(kid, ALGORITHM)
    if key is None:
        raise TokenRefused("kid")
    try:
        claims = _decoded(token, key, issuer, audience)
    except jwt.InvalidSignatureError:
        # The Hub may have replaced a key under its old id, as its own SDK expects: look once more, then believe it.
        fresh = issuer.key_set.find(kid, ALGORITHM) if issuer.key_set.refresh() else None
        if fresh is None:
            raise TokenRefused("signature") from None
        claims = _decoded_or_refused(token, fresh, issuer, audience)
    except jwt.PyJWTError as error:
        raise TokenRefused(_reason(error)) from None
    _check_types(claims)
    return claims


def _check_types(claims: dict[str, Any]) -> None:
    """Times are numbers (RFC 7519 section 2), the subject is 1 to 255 ASCII characters (OpenID Connect Core 2)."""
    for name in ("exp", "iat", "nbf"):
        if isinstance(claims.get(name, 0), bool) or not isinstance(claims.get(name, 0), int | float):
            raise TokenRefused("malformed")
    subject = claims["sub"]
    if not isinstance(subject, str) or not re.fullmatch(r"[ -~]{1,255}", subject):
        raise TokenRefused("sub")


def _checked_header(token: str) -> str:
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise TokenRefused("malformed") from None
    if header.get("alg") != ALGORITHM:
        raise TokenRefused("alg")
    if "crit" in header:
        raise TokenRefused("crit")
    if str(header.get("typ", "JWT")).upper() != "JWT":
        raise TokenRefused("typ")
    if not isinstance(header.get("kid"), str):
        raise TokenRefused("kid")
    return str(header["kid"])


def _decoded(token: str, key: jwt.PyJWK, issuer: Issuer, audience: str | None) -> dict[str, Any]:
    required = ["exp", "iat", "iss", "sub"] + (["aud"] if audience else [])
    return jwt.decode(
        token,
        key,
        algorithms=[ALGORITHM],
        audience=audience,
        issuer=issuer.url,
        leeway=constants.CLOCK_LEEWAY,
        options={"require": required, "verify_aud": audience is not None},
    )


def _decoded_or_refused(token: str, key: jwt.PyJWK, issuer: Issuer, audience: str | None) -> dict[str, Any]:
    try:
        return _decoded(token, key, issuer, audience)
    except jwt.PyJWTError as error:
        raise TokenRefused(_reason(error)) from None


def _reason(error: jwt.PyJWTError) -> str:
    reasons: list[tuple[type[jwt.PyJWTError], str]] = [
        (jwt.ExpiredSignatureError, "expired"),
        (jwt.ImmatureSignatureError, "not_yet_valid"),
        (jwt.InvalidAudienceError, "aud"),
        (jwt.InvalidIssuerError, "iss"),
        (jwt.InvalidSignatureError, "signature"),
        (jwt.MissingRequiredClaimError, "claim_missing"),
    ]
    return next((reason for kind, reason in reasons if isinstance(error, kind)), "malformed")
