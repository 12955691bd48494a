"""The application gateway. The application behind the gateway is the emulator itself."""

from __future__ import annotations

from typing import Any

from dirty_equals import HasLen, IsPartialDict, IsStr

from .rows import NOBODY, Row, Send, errors

AREA = "Application gateway"
BAR = "Application gateway: Hub bar"
REGISTRY = "Emulator: applications"

APPLICATIONS = "/_emulator/applications"
DEMOAPP = {"name": "demoapp", "tenant": "acme", "upstream": "{url}"}
HOST = "acme-demoapp-acme.eu1.localhost"
REGISTERED = Send("POST", APPLICATIONS, json=DEMOAPP, as_=NOBODY)
SIGNED_IN = (
    REGISTERED,
    Send(
        "POST",
        "/_emulator/application-sessions",
        json={"label": "acme-demoapp-acme", "email": "alice@acme.example"},
        as_=NOBODY,
        keep={"session": "SESSION", "region": "REGION-SESSION", "xsrf": "XSRF-TOKEN"},
    ),
)
COOKIES = "SESSION={session}; REGION-SESSION={region}"
BACKEND = "/gateway/api/assetmanagement/v3/assets"
ONE_ASSET = IsPartialDict({"_embedded": {"assets": HasLen(1)}})


def at_app(method: str, path: str, *, cookies: str = COOKIES, **headers: str) -> Send:
    """A request for the application, with the cookies of Alice's session."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {"Host": HOST, **({"Cookie": cookies} if cookies else {}), **named}
    return Send(method, path, headers=sent, as_=NOBODY)


def as_registered(**fields: Any) -> Send:
    return Send("POST", APPLICATIONS, json={**DEMOAPP, **fields}, as_=NOBODY)


ROWS = (
    Row(
        "appgateway-navigation-without-session",
        AREA,
        "A page opened without a session sends the browser to the tenant's identity host.",
        "official",
        at_app("GET", "/", cookies="", Accept="text/html"),
        302,
        headers={
            "Location": IsStr(
                regex=r"http://acme\.piam\.eu1\.localhost:\d+/oauth/authorize\?response_type=code"
                r"&client_id=acme-demoapp-acme"
                r"&redirect_uri=http%3A%2F%2Facme-demoapp-acme\.eu1\.localhost%3A\d+%2Flogin%2Fcallback"
                r"&scope=openid&state=[\w-]{43}"
            ),
            "Cache-Control": "no-store",
        },
        before=(REGISTERED,),
    ),
    Row(
        "appgateway-call-without-session",
        AREA,
        "A script's call without a session is answered with 401.",
        "sdk",
        at_app("GET", "/assets", cookies="", Accept="application/json"),
        401,
        body=errors("unauthorized"),
        before=(REGISTERED,),
    ),
    Row(
        "appgateway-both-cookies",
        AREA,
        "A session needs both cookies, `SESSION` and `REGION-SESSION`.",
        "sdk",
        at_app("GET", f"{BACKEND}?size=1", cookies="SESSION={session}"),
        401,
        body=errors("unauthorized"),
        before=SIGNED_IN,
    ),
    Row(
        "appgateway-authorization",
        AREA,
        "The application gets the person's token in `Authorization`.",
        "official",
        at_app("GET", f"{BACKEND}?size=1"),
        200,
        body=ONE_ASSET,
        before=SIGNED_IN,
    ),
    Row(
        "appgateway-authorization-replaced",
        AREA,
        "An `Authorization` header of the caller is replaced.",
        "assumed",
        at_app("GET", f"{BACKEND}?size=1", Authorization="Bearer of-somebody-else"),
        200,
        body=ONE_ASSET,
        before=SIGNED_IN,
    ),
    Row(
        "appgateway-headers",
        AREA,
        "The gateway adds its security headers and the default content security policy.",
        "official",
        at_app("GET", "/_emulator/health"),
        200,
        headers={
            "X-Frame-Options": "DENY",
            "X-Content-Type-Options": "nosniff",
            "X-XSS-Protection": "1; mode=block",
            "Strict-Transport-Security": "max-age=31536000 ; includeSubDomains",
            "Content-Security-Policy": IsStr(
                regex=r"default-src 'self' static\.eu1\.localhost:\d+ acme\.piam\.eu1\.localhost:\d+;"
                r" style-src \* 'unsafe-inline'; script-src 'self' 'unsafe-inline' static\.eu1\.localhost:\d+;"
                r" img-src \* data:"
            ),
        },
        before=SIGNED_IN,
    ),
    Row(
        "appgateway-own-policy",
        AREA,
        "The content security policy of the registration takes the place of the default one.",
        "official",
        at_app("GET", "/_emulator/health"),
        200,
        headers={"Content-Security-Policy": "default-src 'none'"},
        before=(as_registered(content_security_policy="default-src 'none'"), SIGNED_IN[1]),
    ),
    Row(
        "appgateway-xsrf-missing",
        AREA,
        "A call other than GET, HEAD and OPTIONS needs `x-xsrf-token` (switch `xsrf_required`).",
        "official",
        at_app("POST", "/acme.piam/oauth/token"),
        403,
        body=errors("forbidden"),
        before=SIGNED_IN,
    ),
    Row(
        "appgateway-xsrf-right",
        AREA,
        "With the value of the cookie `XSRF-TOKEN` in the header the call reaches the application.",
        "official",
        at_app("POST", "/acme.piam/oauth/token", x_xsrf_token="{xsrf}"),
        401,
        body={"error": "unauthorized", "error_description": "Bad credentials"},
        before=SIGNED_IN,
    ),
    Row(
        "appgateway-xsrf-api",
        AREA,
        "Platform APIs called with cookies need the header as well.",
        "official",
        at_app("PUT", "/api/assetmanagement/v3/model/lock"),
        403,
        body=errors("forbidden"),
        before=SIGNED_IN,
    ),
    Row(
        "appgateway-idle",
        AREA,
        "A session ends after 30 minutes without a request.",
        "official",
        at_app("GET", f"{BACKEND}?size=1"),
        401,
        body=errors("unauthorized"),
        before=(*SIGNED_IN, Send("POST", "/_emulator/clock", json={"shift": 1800}, as_=NOBODY)),
    ),
    Row(
        "appgateway-api",
        AREA,
        "Platform APIs are reached by relative paths with cookies.",
        "official",
        at_app("GET", "/api/assetmanagement/v3/assets?size=1"),
        200,
        body=ONE_ASSET,
        before=SIGNED_IN,
    ),
    Row(
        "appgateway-api-links",
        AREA,
        "Links in answers of platform APIs are those of the gateway, not of the application.",
        "sdk",
        at_app("GET", "/api/assetmanagement/v3/"),
        200,
        body=IsPartialDict(
            {
                "_links": IsPartialDict(
                    {
                        "assets": {
                            "href": IsStr(regex=r"http://gateway\.eu1\.localhost:\d+/api/assetmanagement/v3/assets")
                        }
                    }
                )
            }
        ),
        before=SIGNED_IN,
    ),
    Row(
        "appgateway-login-paths",
        AREA,
        "`/login` and what is below it belong to the gateway.",
        "official",
        at_app("GET", "/login/form"),
        404,
        body=errors("noMatch"),
        before=SIGNED_IN,
    ),
    Row(
        "appgateway-logout",
        AREA,
        "`/logout` ends the session and goes on to the identity host.",
        "assumed",
        at_app("GET", "/logout"),
        302,
        headers={
            "Location": IsStr(
                regex=r"http://acme\.piam\.eu1\.localhost:\d+/logout\.do\?client_id=acme-demoapp-acme"
                r"&redirect=http%3A%2F%2Facme-demoapp-acme\.eu1\.localhost%3A\d+%2F"
            )
        },
        before=SIGNED_IN,
    ),
    Row(
        "appgateway-headers-limit",
        AREA,
        "Headers of more than 10 KB are refused (switch `header_limit`).",
        "official",
        at_app("GET", "/", X_Long="x" * 10240),
        431,
        body=errors("exception"),
        before=SIGNED_IN,
    ),
    Row(
        "appgateway-websocket",
        AREA,
        "WebSocket connections are refused.",
        "assumed",
        at_app("GET", "/", Connection="Upgrade", Upgrade="websocket"),
        501,
        body=errors("exception"),
        before=SIGNED_IN,
    ),
    Row(
        "appgateway-unreachable",
        AREA,
        "An application that cannot be reached is answered for with 502.",
        "assumed",
        at_app("GET", "/"),
        502,
        body=errors("exception"),
        before=(as_registered(upstream="http://127.0.0.1:1"), SIGNED_IN[1]),
    ),
    Row(
        "appgateway-unknown-application",
        AREA,
        "A host name of no application is answered with 404.",
        "assumed",
        at_app("GET", "/_emulator/health", cookies=""),
        404,
        body=errors("noMatch", "There is no application acme-demoapp-acme here."),
    ),
    Row(
        "appgateway-xcelerator",
        AREA,
        "In the Xcelerator world the application's host is below `app`, and so are its sessions.",
        "official",
        Send(
            "GET",
            "/api/assetmanagement-1000001700/v3/assets?size=1",
            headers={"Host": "initech-demoapp-initech.eu1.app.localhost", "Cookie": COOKIES},
            as_=NOBODY,
        ),
        200,
        body=ONE_ASSET,
        before=(
            as_registered(tenant="initech"),
            Send(
                "POST",
                "/_emulator/application-sessions",
                json={"label": "initech-demoapp-initech", "email": "iris@initech.example"},
                as_=NOBODY,
                keep={"session": "SESSION", "region": "REGION-SESSION"},
            ),
        ),
    ),
)
