"""The application gateway: its sessions, cookies and XSRF tokens."""

from __future__ import annotations

from dirty_equals import HasLen, IsPartialDict, IsStr

from .application_gateway import AREA, BACKEND, BAR, COOKIES, ONE_ASSET, REGISTERED, SIGNED_IN, at_app
from .rows import NOBODY, READER, Row, Send, errors
from .tenants import ACME

HEALTH = "/_emulator/health"
TOKEN = "/acme.piam/oauth/token"
FORBIDDEN = "The header x-xsrf-token is missing or is not the value of the cookie XSRF-TOKEN."
OVER = "There is no session, or it is over. Open /login in the browser."


def later(seconds: int) -> Send:
    return Send("POST", "/_emulator/clock", json={"shift": seconds}, as_=NOBODY)


BUSY = (later(1795), at_app("GET", HEALTH)) * 24
"""A call about every 30 minutes, for 12 hours less two minutes."""

SESSIONS = (
    Row(
        "appgateway-login",
        AREA,
        "`/login` starts the sign-in, for scripts that got a 401, too.",
        "sdk",
        at_app("GET", "/login", cookies=""),
        302,
        headers={
            "Location": IsStr(regex=r"http://acme\.piam\.eu1\.localhost:\d+/oauth/authorize\?response_type=code&.*"),
            "Set-Cookie": IsStr(regex=r"SIGN-IN=[\w-]{32}; Expires=.*; Max-Age=600; HttpOnly; Path=/; SameSite=Lax"),
        },
        before=(REGISTERED,),
    ),
    Row(
        "appgateway-without-provider",
        AREA,
        "The provider may be left out of the host name of a tenant's own application.",
        "official",
        Send(
            "GET",
            f"{BACKEND}?size=1",
            headers={"Host": "acme-demoapp.eu1.localhost", "Cookie": COOKIES},
            as_=NOBODY,
        ),
        200,
        body=ONE_ASSET,
        before=SIGNED_IN,
    ),
    Row(
        "appgateway-region-session-wrong",
        AREA,
        "A wrong `REGION-SESSION` is no session.",
        "sdk",
        at_app("GET", HEALTH, cookies="SESSION={session}; REGION-SESSION=x"),
        401,
        body=errors("unauthorized", OVER),
        before=SIGNED_IN,
    ),
    Row(
        "appgateway-busy",
        AREA,
        "A session that is used lasts for more than 30 minutes; its token is renewed.",
        "official",
        at_app("GET", f"{BACKEND}?size=1"),
        200,
        body=ONE_ASSET,
        before=(*SIGNED_IN, *BUSY),
    ),
    Row(
        "appgateway-longest",
        AREA,
        "A session ends after 12 hours, used or not.",
        "official",
        at_app("GET", HEALTH),
        401,
        body=errors("unauthorized", OVER),
        before=(*SIGNED_IN, *BUSY, later(120)),
    ),
    Row(
        "appgateway-logout-cookies",
        AREA,
        "`/logout` takes the three cookies from the browser.",
        "assumed",
        at_app("GET", "/logout"),
        302,
        headers={
            "Set-Cookie": IsStr(
                regex=r"SESSION=; Expires=[^;]+1970[^;]+; Max-Age=0; .*"
                r"REGION-SESSION=; Expires=[^;]+1970[^;]+; Max-Age=0; .*"
                r"XSRF-TOKEN=; Expires=[^;]+1970[^;]+; Max-Age=0; .*"
            )
        },
        before=SIGNED_IN,
    ),
    Row(
        "appgateway-logout-ends",
        AREA,
        "After `/logout` the cookies of the session open nothing.",
        "assumed",
        at_app("GET", f"{BACKEND}?size=1"),
        401,
        body=errors("unauthorized", OVER),
        before=(*SIGNED_IN, at_app("GET", "/logout")),
    ),
    Row(
        "appgateway-api-without-session",
        AREA,
        "Platform APIs below an application need its session; a bearer token does not stand in for it.",
        "official",
        Send("GET", "/api/assetmanagement/v3/assets", headers={"Host": "acme-demoapp-acme.eu1.localhost"}, as_=READER),
        401,
        body=errors("unauthorized", OVER),
        before=(REGISTERED,),
    ),
)

XSRF = (
    Row(
        "appgateway-xsrf-wrong",
        AREA,
        "Another value in `x-xsrf-token` than that of the cookie is refused.",
        "official",
        at_app("POST", TOKEN, x_xsrf_token="{session}"),
        403,
        body=errors("forbidden", FORBIDDEN),
        before=SIGNED_IN,
    ),
    Row(
        "appgateway-xsrf-reading",
        AREA,
        "OPTIONS, like GET and HEAD, needs no `x-xsrf-token` and reaches the application.",
        "official",
        at_app("OPTIONS", TOKEN),
        405,
        headers={"Allow": "POST"},
        body=IsPartialDict({"error": "method_not_allowed"}),
        before=SIGNED_IN,
    ),
    Row(
        "appgateway-xsrf-api-right",
        AREA,
        "With the header a platform API is written with cookies.",
        "official",
        at_app("PUT", "/api/assetmanagement/v3/model/lock?enabled=true", x_xsrf_token="{xsrf}"),
        200,
        body=IsPartialDict({"enabled": True}),
        before=SIGNED_IN,
    ),
)

HUB_BAR = (
    Row(
        "osbar-tenant",
        BAR,
        "The bar learns the tenant from Tenant Management.",
        "official",
        at_app("GET", "/api/tenantmanagement/v4/tenantInfo"),
        200,
        body=ACME,
        before=SIGNED_IN,
    ),
    Row(
        "osbar-session-end",
        BAR,
        "In its last hour a session tells its end by the bell.",
        "assumed",
        at_app("GET", "/api/pushnotification/v3/notifications"),
        200,
        body=IsPartialDict({"notifications": HasLen(1), "unread": 1}),
        before=(*SIGNED_IN, *BUSY),
    ),
    Row(
        "osbar-read-only",
        BAR,
        "The bar's own APIs can only be read.",
        "assumed",
        at_app("PUT", "/api/userprofilemanagement/v3/profiles/me", x_xsrf_token="{xsrf}"),
        405,
        body=errors("exception", "/api/userprofilemanagement/v3/profiles/me can only be read."),
        before=SIGNED_IN,
    ),
)

ROWS = (*SESSIONS, *XSRF, *HUB_BAR)
