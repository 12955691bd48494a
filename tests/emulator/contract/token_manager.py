"""Technical Token Manager v3: tokens for the credentials of an application version."""

from __future__ import annotations

import base64
from typing import Any

from dirty_equals import IsStr

from .identity import BAD_CREDENTIALS, IsToken, below, secret
from .rows import NOBODY, Row, Send, errors

TOKEN = "Technical Token Manager"
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
)
