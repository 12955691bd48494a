"""Identity hosts: tokens of technical users, keys and discovery."""

from __future__ import annotations

import base64
import re
from typing import Any

import jwt
from dirty_equals import Contains, DirtyEquals, IsPartialDict, IsStr

from portal.emulator.config import DEFAULT_SEED
from portal.emulator.seeding import stable_secret

from .rows import NOBODY, READER, Row, Send

TOKENS = "Identity: tokens"
ACME = "/acme.piam"
GRANT = {"grant_type": "client_credentials"}
JTI = IsStr(regex="[0-9a-f]{32}")
BAD_CREDENTIALS = '{"error":"unauthorized","error_description":"Bad credentials"}'


class IsToken(DirtyEquals[str]):
    """A JWT with these claims, and with others."""

    def __init__(self, **claims: Any) -> None:
        super().__init__(**claims)
        self.claims = claims

    def equals(self, other: Any) -> bool:
        claims = jwt.decode(other, options={"verify_signature": False})
        return claims == IsPartialDict(self.claims)  # type: ignore[no-any-return]


def secret(client_id: str) -> str:
    return stable_secret(DEFAULT_SEED, client_id)


def basic(client_id: str) -> str:
    return "Basic " + base64.b64encode(f"{client_id}:{secret(client_id)}".encode()).decode()


def form(client_id: str, **fields: Any) -> dict[str, Any]:
    return {**GRANT, "client_id": client_id, "client_secret": secret(client_id), **fields}


def ask(host: str = ACME, client_id: str = READER, **request: Any) -> Send:
    """A request for a technical user's token with Basic authentication."""
    given = {"data": GRANT, "headers": {"Authorization": basic(client_id)}, **request}
    return Send("POST", f"{host}/oauth/token", as_=NOBODY, **given)


def answer(token: Any, scope: Any = None) -> dict[str, Any]:
    return {
        "access_token": token,
        "token_type": "bearer",
        "expires_in": 1799,
        "scope": scope or Contains("iot.tim.r"),
        "jti": JTI,
    }


def refused(error: str) -> Any:
    return {"error": error, "error_description": IsStr()}


def below(path: str) -> IsStr:
    """An address of the emulator."""
    return IsStr(regex=rf"http://localhost:\d+{re.escape(path)}")


READS = IsToken(
    sub=READER,
    cid=READER,
    azp=READER,
    client_id=READER,
    aud=[READER],
    grant_type="client_credentials",
    ten="acme",
    zid="acme",
    iat=1795176030,
    exp=1795177830,
    iss=below("/acme.piam/oauth/token"),
)

ROWS = (
    Row(
        "identity-token-basic",
        TOKENS,
        "A technical user gets a token of 30 minutes with Basic authentication; `expires_in` is one second short.",
        "reported",
        ask(),
        200,
        headers={"Content-Type": "application/json", "Cache-Control": "no-store"},
        body=answer(READS),
    ),
    Row(
        "identity-token-form",
        TOKENS,
        "Client id and secret may stand in the form.",
        "sdk",
        ask(headers={}, data=form(READER)),
        200,
        body=answer(READS),
    ),
    Row(
        "identity-token-query",
        TOKENS,
        "`grant_type`, client id and secret may stand in the query.",
        "sdk",
        ask(headers={}, data=None, params=form(READER)),
        200,
        body=answer(READS),
    ),
    Row(
        "identity-token-grant-type-twice-the-same",
        TOKENS,
        "`grant_type` may stand in the query of the token URL and in the form.",
        "sdk",
        ask(params=GRANT),
        200,
        body=answer(READS),
    ),
    Row(
        "identity-token-grant-type-ambiguous",
        TOKENS,
        "A parameter with two values is refused.",
        "assumed",
        ask(params={"grant_type": "authorization_code"}),
        400,
        body=refused("invalid_request"),
    ),
    Row(
        "identity-token-repeated-parameter",
        TOKENS,
        "A parameter that is repeated is refused.",
        "assumed",
        ask(data={"grant_type": ["client_credentials", "client_credentials"]}),
        400,
        body=refused("invalid_request"),
    ),
    Row(
        "identity-token-header-and-form",
        TOKENS,
        "A secret in the header and in the form at once is refused.",
        "assumed",
        ask(data=form(READER)),
        400,
        body=refused("invalid_request"),
    ),
    Row(
        "identity-token-header-and-query",
        TOKENS,
        "A secret in the header and in the query at once is refused.",
        "assumed",
        ask(params={"client_secret": secret(READER)}),
        400,
        body=refused("invalid_request"),
    ),
    Row(
        "identity-token-wrong-secret",
        TOKENS,
        "A wrong secret is answered with 401 and the body `unauthorized`, `Bad credentials`.",
        "reported",
        ask(headers={}, data={**form(READER), "client_secret": "wrong"}),
        401,
        text=BAD_CREDENTIALS,
    ),
    Row(
        "identity-token-unknown-client",
        TOKENS,
        "An unknown client gets the same answer as a wrong secret.",
        "reported",
        ask(headers={}, data=form("nobody")),
        401,
        text=BAD_CREDENTIALS,
    ),
    Row(
        "identity-token-unreadable-header",
        TOKENS,
        "An Authorization header that is not Basic counts as a wrong secret, whatever the form says.",
        "assumed",
        ask(headers={"Authorization": "Basic ?"}, data=form(READER)),
        401,
        text=BAD_CREDENTIALS,
    ),
    Row(
        "identity-token-other-tenants-host",
        TOKENS,
        "A technical user is not known at another tenant's identity host.",
        "assumed",
        ask("/globex.piam"),
        401,
        text=BAD_CREDENTIALS,
    ),
    Row(
        "identity-token-core-host",
        TOKENS,
        "The core identity host serves all tenants of the classic world and is the issuer then.",
        "official",
        ask("/core.piam"),
        200,
        body=answer(IsToken(ten="acme", zid="core", iss=below("/core.piam/oauth/token"))),
    ),
    Row(
        "identity-token-grant-type-missing",
        TOKENS,
        "Without `grant_type` there is no token.",
        "assumed",
        ask(data=None),
        400,
        body=refused("invalid_request"),
    ),
    Row(
        "identity-token-grant-type-unknown",
        TOKENS,
        "Other grant types than `client_credentials` and `authorization_code` are not supported.",
        "assumed",
        ask(data={"grant_type": "password"}),
        400,
        body=refused("unsupported_grant_type"),
    ),
    Row(
        "identity-token-grant-type-not-allowed",
        TOKENS,
        "A technical user cannot exchange a code.",
        "assumed",
        ask(data={"grant_type": "authorization_code", "code": "x"}),
        400,
        body=refused("unauthorized_client"),
    ),
    Row(
        "identity-token-less-scope",
        TOKENS,
        "A client may ask for fewer scopes than it has.",
        "assumed",
        ask(data={**GRANT, "scope": "iot.tim.r"}),
        200,
        body=answer(IsToken(scope=["iot.tim.r"]), "iot.tim.r"),
    ),
    Row(
        "identity-token-more-scope",
        TOKENS,
        "A client cannot ask for a scope that it does not have.",
        "assumed",
        ask(data={**GRANT, "scope": "mdsp:core:TenantAdmin"}),
        400,
        body=refused("invalid_scope"),
    ),
    Row(
        "identity-token-post-only",
        TOKENS,
        "The token endpoint takes only POST.",
        "assumed",
        Send("GET", f"{ACME}/oauth/token", params=form(READER), as_=NOBODY),
        405,
        headers={"Allow": "POST"},
        body=refused("method_not_allowed"),
    ),
    Row(
        "identity-token-keys",
        TOKENS,
        "`/token_keys` publishes the RS256 key `key-id-1`, with the PEM as `value`.",
        "sdk",
        Send("GET", f"{ACME}/token_keys", as_=NOBODY),
        200,
        body={
            "keys": [
                {
                    "kty": "RSA",
                    "e": "AQAB",
                    "n": IsStr(regex="[A-Za-z0-9_-]{342}"),
                    "use": "sig",
                    "kid": "key-id-1",
                    "alg": "RS256",
                    "value": IsStr(regex="(?s)-----BEGIN PUBLIC KEY-----\n.*\n-----END PUBLIC KEY-----"),
                }
            ]
        },
    ),
    Row(
        "identity-discovery",
        TOKENS,
        "The issuer is the token endpoint; discovery is that of Cloud Foundry UAA.",
        "assumed",
        Send("GET", f"{ACME}/.well-known/openid-configuration", as_=NOBODY),
        200,
        body=IsPartialDict(
            {
                "issuer": below("/acme.piam/oauth/token"),
                "token_endpoint": below("/acme.piam/oauth/token"),
                "authorization_endpoint": below("/acme.piam/oauth/authorize"),
                "userinfo_endpoint": below("/acme.piam/userinfo"),
                "end_session_endpoint": below("/acme.piam/logout.do"),
                "claims_supported": Contains("ten"),
            }
        ),
    ),
)
