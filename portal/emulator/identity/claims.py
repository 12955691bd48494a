"""The claims of the three kinds of tokens; pure functions.

Shapes follow the public samples of the platform (token manager samples, claims read by public apps).
``zid``, ``cat``, ``origin``, ``rev_sig`` and ``schemas`` of user tokens are typical of Cloud Foundry UAA and
assumed: emulated, never required.
"""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

from portal.emulator.identity.accounts import Account
from portal.emulator.identity.clients import (
    AUTHORIZATION_CODE,
    CLIENT_CREDENTIALS,
    Client,
)

LIFETIME = 1800
"""Seconds a token lives."""
SCHEMAS = ["urn:siemens:mindsphere:v1"]


def user_token(
    account: Account, client_id: str, issuer: str, zone: str, now: int, scope: tuple[str, ...]
) -> dict[str, Any]:
    """The access token of a person; times in epoch seconds, ``zone`` is the identity host's name."""
    return {
        **_access_token(account.user_id, client_id, AUTHORIZATION_CODE, scope),
        "user_id": account.user_id,
        "origin": account.tenant,
        "user_name": account.email,
        "email": account.email,
        **_validity(client_id, issuer, zone, now),
        "ten": account.tenant,
        "schemas": SCHEMAS,
        "cat": "user-token:v1",
    }


def technical_token(client: Client, issuer: str, zone: str, now: int, scope: tuple[str, ...]) -> dict[str, Any]:
    """The access token of a technical user; ``sub`` is the client id."""
    return {
        **_access_token(client.client_id, client.client_id, CLIENT_CREDENTIALS, scope),
        **_validity(client.client_id, issuer, zone, now),
        "ten": client.tenant,
        "schemas": SCHEMAS,
        "cat": "client-token:v1",
    }


def id_token(
    account: Account,
    client_id: str,
    issuer: str,
    now: int,
    auth_time: int,
    nonce: str | None,
) -> dict[str, Any]:
    """The ID token (OpenID Connect Core 1.0, section 2); ``nonce`` only if the request had one."""
    claims: dict[str, Any] = {
        "iss": issuer,
        "sub": account.user_id,
        "aud": client_id,
        "azp": client_id,
        "exp": now + LIFETIME,
        "iat": now,
        "auth_time": auth_time,
        "name": account.name,
        "given_name": account.given_name,
        "family_name": account.family_name,
        "email": account.email,
        "email_verified": True,
        "ten": account.tenant,
        "scope": list(account.scope),
    }
    if nonce is not None:
        claims["nonce"] = nonce
    return claims


def _access_token(subject: str, client_id: str, grant_type: str, scope: tuple[str, ...]) -> dict[str, Any]:
    return {
        "jti": uuid.uuid4().hex,
        "sub": subject,
        "scope": list(scope),
        "client_id": client_id,
        "cid": client_id,
        "azp": client_id,
        "grant_type": grant_type,
        "rev_sig": hashlib.sha256(f"{subject}:{client_id}".encode()).hexdigest()[:8],
    }


def _validity(client_id: str, issuer: str, zone: str, now: int) -> dict[str, Any]:
    return {"iat": now, "exp": now + LIFETIME, "iss": issuer, "zid": zone, "aud": [client_id]}
