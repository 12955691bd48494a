"""Technical Token Manager v3: tokens for the credentials of an application version."""

from __future__ import annotations

import base64
from typing import Any

from dirty_equals import IsStr

from .identity import BAD_CREDENTIALS, IsToken, below, secret
from .rows import ALICE, NOBODY, Row, Send, errors

TOKEN = "Technical Token Manager v3"
BASE = "/gateway/api/technicaltokenmanager/v3"
XCELERATOR_BASE = "/api.app/api/technicaltokenmanager-1000001700/v3"
CLIENT, INITECH_CLIENT = "acme-demoapp-1.0.0", "initech-demoapp-1.0.0"


def key(client_id: str = CLIENT, scheme: str = "Basic") -> dict[str, str]:
    encoded = base64.b64encode(f"{client_id}:{secret(client_id)}".encode()).decode()
    return {"X-SPACE-AUTH-KEY": f"{scheme} {encoded}"}


def ask(**changes: Any) -> Send:
    """A request for a token; a change of None leaves the field out."""
    body = {
        "appName": "demoapp",
        "appVersion": "1.0.0",
        "hostTenant": "acme",
        "userTenant": "acme",
        **changes,
    }
    present = {name: value for name, value in body.items() if value is not None}
    return Send("POST", f"{BASE}/oauth/token", headers=key(), json=present, as_=NOBODY)


def at(base: str, send: Send, headers: dict[str, str] | None = None, path: str = "/oauth/token") -> Send:
    return Send("POST", base + path, headers=headers or dict(send.headers), json=send.json, as_=NOBODY)


def raw(text: str, content_type: str = "application/json") -> Send:
    headers = {**key(), "Content-Type": content_type}
    return Send("POST", f"{BASE}/oauth/token", headers=headers, data=text, as_=NOBODY)


def answer(**claims: Any) -> dict[str, Any]:
    return {
        "access_token": IsToken(**claims),
        "token_type": "bearer",
        "expires_in": 1799,
        "scope": IsStr(),
        "jti": IsStr(regex="[0-9a-f]{32}"),
        "timestamp": 1795176030000,
    }


APPLICATION = answer(
    sub=CLIENT,
    cid=CLIENT,
    grant_type="client_credentials",
    ten="acme",
    iss=below("/core.piam/oauth/token"),
)
ROWS = (
    Row(
        "ttm-basic",
        TOKEN,
        "An application gets a token for a user tenant with `X-SPACE-AUTH-KEY: Basic …`; the core host issues it.",
        "sdk",
        ask(),
        200,
        headers={"Content-Type": "application/json"},
        body=APPLICATION,
    ),
    Row(
        "ttm-bearer",
        TOKEN,
        "`X-SPACE-AUTH-KEY: Bearer …` with the same value is taken as well.",
        "official",
        at(BASE, ask(), key(scheme="Bearer")),
        200,
        body=APPLICATION,
    ),
    Row(
        "ttm-grant-type",
        TOKEN,
        "`grant_type` may be given.",
        "official",
        ask(grant_type="client_credentials"),
        200,
        body=APPLICATION,
    ),
    Row(
        "ttm-grant-type-other",
        TOKEN,
        "Another `grant_type` than `client_credentials` is refused.",
        "assumed",
        ask(grant_type="password"),
        400,
        body=errors("invalidParameter", IsStr(regex="grant_type .*")),
    ),
    Row(
        "ttm-no-key",
        TOKEN,
        "Without `X-SPACE-AUTH-KEY` there is no token; a bearer token does not help.",
        "sdk",
        Send("POST", f"{BASE}/oauth/token", json=ask().json),
        401,
        body=errors("unauthorized"),
    ),
    Row(
        "ttm-wrong-secret",
        TOKEN,
        "A wrong secret is answered with 401.",
        "assumed",
        at(BASE, ask(), {"X-SPACE-AUTH-KEY": "Basic " + base64.b64encode(f"{CLIENT}:x".encode()).decode()}),
        401,
        body=errors("unauthorized"),
    ),
    Row(
        "ttm-unreadable-key",
        TOKEN,
        "A key that is no base64 is answered with 401.",
        "assumed",
        at(BASE, ask(), {"X-SPACE-AUTH-KEY": f"Basic {CLIENT}:{secret(CLIENT)}"}),
        401,
        body=errors("unauthorized"),
    ),
    Row(
        "ttm-technical-user",
        TOKEN,
        "The credential of a technical user is not one of an application.",
        "assumed",
        at(BASE, ask(), key("acme-hub-admin")),
        401,
        body=errors("unauthorized"),
    ),
    Row(
        "ttm-not-at-identity-host",
        TOKEN,
        "The identity host does not know app credentials.",
        "official",
        Send(
            "POST",
            "/acme.piam/oauth/token",
            data={"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": secret(CLIENT)},
            as_=NOBODY,
        ),
        401,
        text=BAD_CREDENTIALS,
    ),
    Row(
        "ttm-other-version",
        TOKEN,
        "A credential is bound to one version of its application.",
        "official",
        ask(appVersion="1.0.1"),
        403,
        body=errors("forbidden"),
    ),
    Row(
        "ttm-other-application",
        TOKEN,
        "A credential is bound to its application.",
        "official",
        ask(appName="otherapp"),
        403,
        body=errors("forbidden"),
    ),
    Row(
        "ttm-other-host-tenant",
        TOKEN,
        "A credential is bound to the tenant where its application lives.",
        "official",
        ask(hostTenant="globex"),
        403,
        body=errors("forbidden"),
    ),
    Row(
        "ttm-customer",
        TOKEN,
        "The token names the user tenant that the application is provisioned for.",
        "official",
        ask(userTenant="globex"),
        200,
        body=answer(sub=CLIENT, ten="globex"),
    ),
    Row(
        "ttm-not-provisioned",
        TOKEN,
        "A user tenant that the application is not provisioned for is refused.",
        "official",
        ask(userTenant="umbrella"),
        403,
        body=errors("forbidden", IsStr(regex=".* not provisioned .*umbrella.*")),
    ),
    Row(
        "ttm-missing-field",
        TOKEN,
        "Each of the four fields is required.",
        "sdk",
        ask(userTenant=None),
        400,
        body=errors("invalidParameter", IsStr(regex="userTenant .*")),
    ),
    Row(
        "ttm-field-of-wrong-type",
        TOKEN,
        "A field is a text.",
        "assumed",
        ask(appVersion=1.0),
        400,
        body=errors("invalidParameter", IsStr(regex="appVersion .*")),
    ),
    Row(
        "ttm-content-type",
        TOKEN,
        "The body has to be declared as JSON.",
        "sdk",
        raw("{}", "text/plain"),
        415,
        body=errors("unsupportedMediaType"),
    ),
    Row(
        "ttm-no-json",
        TOKEN,
        "A body that is no JSON is refused.",
        "assumed",
        raw('{"appName":'),
        400,
        body=errors("invalidParameter"),
    ),
    Row(
        "ttm-impersonation",
        TOKEN,
        "With `caller_context` the token is that of a person of the user tenant.",
        "official",
        ask(caller_context_type="email", caller_context=ALICE),
        200,
        body=answer(user_name=ALICE, cid=CLIENT, ten="acme", scope=["mdsp:core:TenantAdmin", "mdsp:core:StandardUser"]),
    ),
    Row(
        "ttm-impersonation-other-tenant",
        TOKEN,
        "A person of another tenant cannot be impersonated.",
        "assumed",
        ask(caller_context_type="email", caller_context="charlie@globex.example"),
        403,
        body=errors("forbidden"),
    ),
    Row(
        "ttm-impersonation-type",
        TOKEN,
        "`caller_context` needs `caller_context_type` with the value `email`.",
        "official",
        ask(caller_context=ALICE),
        400,
        body=errors("invalidParameter", IsStr(regex="caller_context_type .*")),
    ),
    Row(
        "ttm-several",
        TOKEN,
        "`/oauthTokens` gives a token for each of several user tenants.",
        "assumed",
        at(BASE, ask(userTenant=None, userTenants=["acme", "globex"]), path="/oauthTokens"),
        200,
        body=[{"userTenant": "acme", **answer(ten="acme")}, {"userTenant": "globex", **answer(ten="globex")}],
    ),
    Row(
        "ttm-several-or-none",
        TOKEN,
        "`/oauthTokens` gives no token when one of the user tenants is not provisioned.",
        "assumed",
        at(BASE, ask(userTenant=None, userTenants=["acme", "umbrella"]), path="/oauthTokens"),
        403,
        body=errors("forbidden"),
    ),
    Row(
        "ttm-several-needs-a-list",
        TOKEN,
        "`/oauthTokens` needs `userTenants`.",
        "assumed",
        at(BASE, ask(), path="/oauthTokens"),
        400,
        body=errors("invalidParameter", IsStr(regex="userTenants .*")),
    ),
    Row(
        "ttm-user-tenants",
        TOKEN,
        "`/userTenants` lists the provisioned tenants, the host tenant first.",
        "reported",
        Send("GET", f"{BASE}/userTenants", headers=key(), as_=NOBODY),
        200,
        body={
            "userTenants": ["acme", "globex"],
            "page": {"size": 500, "totalElements": 2, "totalPages": 1, "number": 0},
        },
    ),
    Row(
        "ttm-user-tenants-page",
        TOKEN,
        "`page` starts with 0.",
        "reported",
        Send("GET", f"{BASE}/userTenants", params={"page": "1", "size": "1"}, headers=key(), as_=NOBODY),
        200,
        body={"userTenants": ["globex"], "page": {"size": 1, "totalElements": 2, "totalPages": 2, "number": 1}},
    ),
    Row(
        "ttm-user-tenants-size",
        TOKEN,
        "A page of `/userTenants` has at most 500 entries.",
        "reported",
        Send("GET", f"{BASE}/userTenants", params={"size": "501"}, headers=key(), as_=NOBODY),
        400,
        body=errors("invalidParameter"),
    ),
    Row(
        "ttm-xcelerator",
        TOKEN,
        "App credentials keep working at the Xcelerator gateway; the token names the tenant by `sws.samauth.ten`.",
        "official",
        at(XCELERATOR_BASE, ask(hostTenant="initech", userTenant="initech"), key(INITECH_CLIENT)),
        200,
        body=answer(**{"sws.samauth.ten": "1000001703", "iss": below("/1000001700.sws/oauth/token")}),
    ),
    Row(
        "ttm-xcelerator-customer",
        TOKEN,
        "One application serves tenants of both worlds, each at the gateway of its world.",
        "official",
        at(XCELERATOR_BASE, ask(userTenant="initech")),
        200,
        body=answer(**{"sub": CLIENT, "sws.samauth.ten": "1000001703"}),
    ),
    Row(
        "ttm-xcelerator-customer-at-classic-gateway",
        TOKEN,
        "The classic gateway gives no token for a tenant that has moved.",
        "assumed",
        ask(userTenant="initech"),
        403,
        body=errors("forbidden", IsStr(regex=".* other gateway.*")),
    ),
    Row(
        "ttm-xcelerator-impersonation",
        TOKEN,
        "Xcelerator IAM does not support impersonation by e-mail.",
        "official",
        at(
            XCELERATOR_BASE,
            ask(
                hostTenant="initech",
                userTenant="initech",
                caller_context_type="email",
                caller_context="iris@initech.example",
            ),
            key(INITECH_CLIENT),
        ),
        403,
        body=errors("forbidden", IsStr(regex=".*Xcelerator IAM.*")),
    ),
    Row(
        "ttm-expired",
        TOKEN,
        "A credential ends after 365 days.",
        "official",
        ask(),
        401,
        body=errors("unauthorized"),
        before=(Send("POST", "/_emulator/clock", json={"freeze": "2100-01-01T00:00:00Z"}, as_=NOBODY),),
    ),
)
