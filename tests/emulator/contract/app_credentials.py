"""App credentials: what the emulator's own paths do in place of the cockpits."""

from __future__ import annotations

from typing import Any

from dirty_equals import Contains, IsPartialDict, IsStr

from .identity import refused
from .rows import NOBODY, Row, Send, errors
from .token_manager import CLIENT, INITECH_CLIENT, ask

CONTROL = "Emulator: app credentials"
CREATE = {"hostTenant": "globex", "appName": "pumps", "appVersion": "v2.1.0", "accessLevel": "Limited"}


def create(**changes: Any) -> Send:
    return Send("POST", "/_emulator/app-credentials", json={**CREATE, **changes}, as_=NOBODY)


ROWS = (
    Row(
        "ttm-create",
        CONTROL,
        "The client id is `{hostTenant}-{appName}-{appVersion}`; the secret is shown once and lives 365 days.",
        "official",
        create(userTenants=["acme"]),
        201,
        headers={"Cache-Control": "no-store"},
        body={
            "clientId": "globex-pumps-v2.1.0",
            "hostTenant": "globex",
            "appName": "pumps",
            "appVersion": "v2.1.0",
            "accessLevel": "Limited",
            "scopes": Contains("iot.tim.r", "tm.t.r"),
            "userTenants": ["globex", "acme"],
            "expiresAt": "2027-11-20T12:00:30Z",
            "clientSecret": IsStr(regex="[A-Za-z0-9]{43}"),
        },
    ),
    Row(
        "ttm-create-second",
        CONTROL,
        "A second credential of a version has a number at the end of its client id.",
        "official",
        create(),
        201,
        body=IsPartialDict({"clientId": "globex-pumps-v2.1.0-2"}),
        before=(create(),),
    ),
    Row(
        "ttm-create-custom",
        CONTROL,
        "The access level `Custom` has the scopes that are named.",
        "official",
        create(accessLevel="Custom", scopes=["iot.tsa.r"]),
        201,
        body=IsPartialDict(
            {"scopes": ["tm.t.r", "im.g.r", "iam-action.client_credentials.tenant-impersonation", "iot.tsa.r"]}
        ),
    ),
    Row(
        "ttm-create-unknown-level",
        CONTROL,
        "An unknown access level is refused.",
        "official",
        create(accessLevel="All"),
        400,
        body={
            "error": "bad_request",
            "error_description": "accessLevel is missing or not usable. "
            "Write one of: Limited, Read and Write, SDI only, Custom.",
        },
    ),
    Row(
        "ttm-create-unknown-tenant",
        CONTROL,
        "An application can only be provisioned for tenants that exist.",
        "assumed",
        create(userTenants=["umbrella"]),
        400,
        body=refused("bad_request"),
    ),
    Row(
        "ttm-list",
        CONTROL,
        "The list of credentials has no secrets.",
        "official",
        Send("GET", "/_emulator/app-credentials", as_=NOBODY),
        200,
        body=[
            {
                "clientId": client_id,
                "hostTenant": host,
                "appName": "demoapp",
                "appVersion": "1.0.0",
                "accessLevel": "Read and Write",
                "scopes": Contains("iot.tim.w", "tm.t.r"),
                "userTenants": tenants,
                "expiresAt": IsStr(),
            }
            for client_id, host, tenants in (
                (CLIENT, "acme", ["acme", "globex", "initech"]),
                (INITECH_CLIENT, "initech", ["initech"]),
            )
        ],
    ),
    Row(
        "ttm-revoked",
        CONTROL,
        "A revoked credential gets no further token.",
        "official",
        ask(),
        401,
        body=errors("unauthorized"),
        before=(Send("DELETE", "/_emulator/app-credentials", params={"client_id": CLIENT}, as_=NOBODY),),
    ),
)
