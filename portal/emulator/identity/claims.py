"""The claims of the three kinds of tokens; pure functions.

Shapes follow the public samples of the platform (token manager samples, claims read by public apps). In the classic
world ``ten`` names the tenant, in the Xcelerator world ``sws.samauth.ten`` does, by its 10 digits. ``zid``, ``cat``,
``origin``, ``rev_sig`` and ``schemas`` are typical of Cloud Foundry UAA and assumed: emulated, never required. So are
the values of ``sws.samauth.role``, ``sws.samauth.tiers`` and ``env``, of which only the names are known, and which one
of several subtenants ``subtenant`` names.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from typing import Any

from portal.emulator.identity.accounts import Account
from portal.emulator.identity.clients import AUTHORIZATION_CODE, CLIENT_CREDENTIALS
from portal.emulator.tenants import TENANTS, World

LIFETIME = 1800
"""Seconds a token lives."""
SCHEMAS = ["urn:siemens:mindsphere:v1"]
XCELERATOR_STAGE = "prod"


def user_token(
    account: Account, client_id: str, issuer: str, zone: str, now: int, scope: tuple[str, ...]
) -> dict[str, Any]:
    """The access token of a person; times in epoch seconds, ``zone`` is the identity host's name."""
    return {
        **_access_token(account.user_id, client_id, AUTHORIZATION_CODE, scope),
        "user_id": account.user_id,
        "origin": TENANTS[account.tenant].identity_host,
        "user_name": account.email,
        "email": account.email,
        **_validity(client_id, issuer, zone, now),
        **tenant_claims(account.tenant, account.user_id, scope),
        **_subtenant(account),
        **_schemas(account.tenant),
        "cat": "user-token:v1",
    }


def technical_token(
    client_id: str, tenant: str, issuer: str, zone: str, now: int, scope: tuple[str, ...]
) -> dict[str, Any]:
    """The access token of a technical user or an application; ``sub`` is the client id."""
    return {
        **_access_token(client_id, client_id, CLIENT_CREDENTIALS, scope),
        **_validity(client_id, issuer, zone, now),
        **tenant_claims(tenant, client_id, scope),
        **_schemas(tenant),
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
        **tenant_claims(account.tenant, account.user_id, account.scope),
        "scope": list(account.scope),
    }
    if nonce is not None:
        claims["nonce"] = nonce
    return claims


def tenant_claims(tenant: str, subject: str, scope: Sequence[str]) -> dict[str, Any]:
    """How a token names its tenant: by name in the classic world, by 10 digits and with roles in the other."""
    known = TENANTS[tenant]
    if known.world is World.CLASSIC:
        return {"ten": known.name}
    return {
        "sws.samauth.ten": known.numeric_id,
        "sws.samauth.ten.user": subject,
        "sws.samauth.role": list(scope),
        "sws.samauth.tiers": [known.kind.lower()],
        "env": XCELERATOR_STAGE,
    }


def revocation_signature(subject: str, client_id: str, generation: int) -> str:
    """The ``rev_sig`` of a token: another one each time that all tokens were ended."""
    return hashlib.sha256(f"{subject}:{client_id}:{generation}".encode()).hexdigest()[:8]


def _schemas(tenant: str) -> dict[str, Any]:
    return {"schemas": SCHEMAS} if TENANTS[tenant].world is World.CLASSIC else {}


def _subtenant(account: Account) -> dict[str, Any]:
    """The subtenant of a person who belongs to one; of several the first."""
    return {"subtenant": account.subtenants[0]} if account.subtenants else {}


def _access_token(subject: str, client_id: str, grant_type: str, scope: tuple[str, ...]) -> dict[str, Any]:
    return {
        "jti": uuid.uuid4().hex,
        "sub": subject,
        "scope": list(scope),
        "client_id": client_id,
        "cid": client_id,
        "azp": client_id,
        "grant_type": grant_type,
        "rev_sig": revocation_signature(subject, client_id, 0),
    }


def _validity(client_id: str, issuer: str, zone: str, now: int) -> dict[str, Any]:
    return {"iat": now, "exp": now + LIFETIME, "iss": issuer, "zid": zone, "aud": [client_id]}
