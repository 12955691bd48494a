"""Identity hosts of tenants that have moved to Xcelerator IAM, and what the two worlds refuse each other."""

from __future__ import annotations

from dirty_equals import Contains, HasLen, IsPartialDict, IsStr

from .identity import BAD_CREDENTIALS, IsToken, answer, ask, below, refused
from .rows import ADMIN, NOBODY, READER, XCELERATOR, Row, Send, errors

XCELERATOR_IAM = "Identity: Xcelerator IAM"
IRIS = "iris@initech.example"
INITECH = "/1000001703.sws"

ROWS = (
    Row(
        "identity-xcelerator-token",
        XCELERATOR_IAM,
        "A technical user's token names the tenant by `sws.samauth.ten`, 10 digits, and has no `ten`.",
        "official",
        ask(INITECH, XCELERATOR),
        200,
        body=answer(
            IsToken(
                **{
                    "sub": XCELERATOR,
                    "sws.samauth.ten": "1000001703",
                    "sws.samauth.ten.user": XCELERATOR,
                    "sws.samauth.role": Contains("mdsp:core:assetmanagement.admin"),
                    "sws.samauth.tiers": HasLen(1),
                    "iss": below("/1000001703.sws/oauth/token"),
                }
            )
            & ~IsToken(ten="initech")
        ),
    ),
    Row(
        "identity-xcelerator-shared-host",
        XCELERATOR_IAM,
        "The identity host with the provider's id serves all tenants of the Xcelerator world.",
        "official",
        ask("/1000001700.sws", XCELERATOR),
        200,
        body=answer(IsToken(**{"sws.samauth.ten": "1000001703", "iss": below("/1000001700.sws/oauth/token")})),
    ),
    Row(
        "identity-xcelerator-userinfo",
        XCELERATOR_IAM,
        "Userinfo names the tenant as the token does.",
        "assumed",
        Send("GET", f"{INITECH}/userinfo", as_=IRIS),
        200,
        body={
            "sub": IsStr(),
            "user_id": IsStr(),
            "user_name": IRIS,
            "email": IRIS,
            "email_verified": True,
            "name": "Iris Ibarra",
            "given_name": "Iris",
            "family_name": "Ibarra",
            "sws.samauth.ten": "1000001703",
            "sws.samauth.ten.user": IsStr(regex="[0-9a-f-]{36}"),
            "sws.samauth.role": ["mdsp:core:TenantAdmin", "mdsp:core:StandardUser"],
            "sws.samauth.tiers": ["developer"],
            "env": "prod",
            "scope": ["mdsp:core:TenantAdmin", "mdsp:core:StandardUser"],
        },
    ),
    Row(
        "identity-xcelerator-discovery",
        XCELERATOR_IAM,
        "The identity host of a tenant is named by its 10 digits.",
        "official",
        Send("GET", f"{INITECH}/.well-known/openid-configuration", as_=NOBODY),
        200,
        body=IsPartialDict(
            {"issuer": below("/1000001703.sws/oauth/token"), "claims_supported": Contains("sws.samauth.ten")}
        ),
    ),
    Row(
        "identity-xcelerator-classic-technical-user",
        XCELERATOR_IAM,
        "A technical user of the classic world is not known to Xcelerator IAM; it has to be created again there.",
        "official",
        ask(INITECH, READER),
        401,
        text=BAD_CREDENTIALS,
    ),
    Row(
        "identity-xcelerator-no-piam-host",
        XCELERATOR_IAM,
        "A tenant that has moved has no classic identity host any more.",
        "assumed",
        ask("/initech.piam", XCELERATOR),
        404,
        body=refused("not_found"),
    ),
    Row(
        "identity-xcelerator-token-at-classic-gateway",
        XCELERATOR_IAM,
        "A token of the Xcelerator world is refused at the classic gateway.",
        "official",
        Send("GET", "/gateway/api/assetmanagement/v3/assets", as_=XCELERATOR),
        401,
        body=errors("unauthorized", "The access token is missing or not valid."),
    ),
    Row(
        "identity-classic-token-at-xcelerator-gateway",
        XCELERATOR_IAM,
        "A token of the classic world is refused at the Xcelerator gateway.",
        "official",
        Send("GET", "/api.app/api/assetmanagement-1000001700/v3/assets", as_=ADMIN),
        401,
        body=errors("unauthorized", "The access token is missing or not valid."),
    ),
)
