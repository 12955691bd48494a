"""The registration of applications by developers, and the Hub's own pages: Launchpad and Settings."""

from __future__ import annotations

from typing import Any

from dirty_equals import HasLen, IsPartialDict, IsStr

from .application_gateway import REGISTERED
from .rows import ALICE, FOREIGN, NOBODY, READER, Row, Send, errors

AREA = "Emulator: registration"
PAGES = "Emulator: Launchpad and Settings"
BASE = "/api/emulatorcockpit/v1/applications"
DEVELOPER = "acme-hub-developer"
DEV, DANA = "dev@acme.example", "dana@acme.example"
CORE = "mdsp:core:assetmanagement.standarduser"
BODY: dict[str, Any] = {
    "version": "1.0.0",
    "displayName": "Asset list",
    "icon": None,
    "components": [{"name": "web", "url": "https://assetlist.localhost:9443/", "endpoints": ["/**"]}],
    "contentSecurityPolicy": "",
    "cacheControl": "",
    "scopes": ["assetlist.default"],
    "roles": [{"name": "user", "scopes": ["assetlist.default"], "coreRoles": [CORE]}],
}
DESCRIBED = {
    "name": "assetlist",
    "version": "1.0.0",
    "displayName": "Asset list",
    "iconBytes": 0,
    "components": BODY["components"],
    "contentSecurityPolicy": "",
    "cacheControl": "",
    "scopes": ["assetlist.default"],
    "roles": [
        {
            "name": "user",
            "fullName": "mdsp:acme:assetlist.user",
            "scopes": ["assetlist.default"],
            "coreRoles": [CORE],
        }
    ],
    "urls": [
        IsStr(regex=r"http://acme-assetlist-acme\.eu1\.localhost:\d+/"),
        IsStr(regex=r"http://acme-assetlist\.eu1\.localhost:\d+/"),
    ],
    "health": None,
}
HEALTH = {"status": "red", "observedAt": "2026-11-20T10:00:00Z", "validUntil": "2026-11-21T10:00:00Z"}


def put(as_: str = DEVELOPER, **changed: Any) -> Send:
    return Send("PUT", f"{BASE}/assetlist", json=BODY | changed, as_=as_)


def call(method: str, path: str = "/assetlist", as_: str = DEVELOPER, **params: str) -> Send:
    return Send(method, f"{BASE}{path}", params=params, as_=as_)


def tell(as_: str = DEVELOPER, **changed: Any) -> Send:
    return Send("PUT", f"{BASE}/assetlist/health", json={"version": "1.0.0"} | HEALTH | changed, as_=as_)


def page(path: str, method: str = "GET", **headers: str) -> Send:
    return Send(method, f"/acme.launchpad/{path}", headers=headers, as_=NOBODY)


def refused(id: str, rule: str, message: str, **changed: Any) -> Row:
    return Row(
        f"registration-{id}",
        AREA,
        rule,
        "assumed",
        put(**changed),
        400,
        body=errors("invalidRequestBodyProperty", IsStr(regex=message)),
    )


def health_refused(id: str, rule: str, message: str, **changed: Any) -> Row:
    body = errors("invalidRequestBodyProperty", message)
    return Row(f"health-{id}", AREA, rule, "assumed", tell(**changed), 400, body=body, before=(put(),))


TO_SIGN_IN = {"Location": IsStr(regex=r"http://localhost:\d+/acme\.piam/oauth/authorize\?.*client_id=hub-pages&.*")}

ROWS = (
    Row("registration-created", AREA, "A developer registers an application.", "assumed", put(), 201, body=DESCRIBED),
    Row(
        "registration-replaced",
        AREA,
        "Registering it again replaces the registration.",
        "assumed",
        put(displayName="Assets"),
        200,
        body=DESCRIBED | {"displayName": "Assets"},
        before=(put(),),
    ),
    Row(
        "registration-read",
        AREA,
        "A registration is read as it was sent, with full names of roles and addresses.",
        "assumed",
        call("GET"),
        200,
        body=DESCRIBED,
        before=(put(),),
    ),
    Row(
        "registration-listed",
        AREA,
        "The list has what developers of the tenant registered.",
        "assumed",
        call("GET", ""),
        200,
        body={"applications": [DESCRIBED]},
        before=(put(),),
    ),
    Row(
        "registration-removed",
        AREA,
        "Deregistering removes it.",
        "assumed",
        call("DELETE"),
        204,
        text="",
        before=(put(),),
    ),
    Row(
        "registration-removed-version",
        AREA,
        "Deregistering another version than the registered one is 404.",
        "assumed",
        call("DELETE", version="2.0.0"),
        404,
        body=errors("noMatch", "Version '2.0.0' of assetlist is not registered."),
        before=(put(),),
    ),
    Row("registration-unknown", AREA, "An unknown name is 404.", "assumed", call("GET"), 404, body=errors("noMatch")),
    Row(
        "registration-foreign",
        AREA,
        "Another tenant's application is 404.",
        "assumed",
        call("DELETE", as_="globex-hub-developer"),
        404,
        body=errors("noMatch"),
        before=(put(),),
    ),
    Row("registration-person", AREA, "A developer may do it as a person.", "assumed", put(DEV), 201, body=DESCRIBED),
    Row("registration-developer-admin", AREA, "So may a developer admin.", "assumed", put(DANA), 201, body=DESCRIBED),
    Row("registration-reader", AREA, "Who only reads may not.", "assumed", put(READER), 403, body=errors("forbidden")),
    Row("registration-admin", AREA, "A tenant admin may not.", "assumed", put(ALICE), 403, body=errors("forbidden")),
    Row(
        "registration-foreign-admin",
        AREA,
        "Nor may a technical user without the role read the list.",
        "assumed",
        call("GET", "", as_=FOREIGN),
        403,
        body=errors("forbidden"),
    ),
    Row("registration-nobody", AREA, "Without a token: 401.", "assumed", put(NOBODY), 401, body=errors("unauthorized")),
    Row(
        "registration-incomplete",
        AREA,
        "Every property but icon, policy and caching is required.",
        "assumed",
        Send("PUT", f"{BASE}/assetlist", json={"version": "1.0.0"}, as_=DEVELOPER),
        400,
        body=errors("missingRequestBodyProperty", "The property displayName is required."),
    ),
    refused("unknown-property", "An unknown property is refused.", "There is no property 'upstream'.*", upstream="x"),
    refused("icon", "The icon is a PNG in base64 of at most 100 KB.", "icon: send a PNG .*", icon="PHN2Zz4="),
    refused("roles", "There is at least one role.", "components, scopes and roles: .*", roles=[]),
    refused(
        "core-role",
        "A role brings no role of the platform that administers.",
        "core role 'mdsp:core:TenantAdmin' cannot be given.*",
        roles=[{"name": "user", "scopes": [], "coreRoles": ["mdsp:core:TenantAdmin"]}],
    ),
    refused(
        "endpoint",
        "`/api` is reserved.",
        "endpoint '/api/x': /api is reserved.*",
        components=[{"name": "web", "url": "https://assetlist.localhost/", "endpoints": ["/api/x"]}],
    ),
    Row(
        "registration-groups",
        AREA,
        "The roles are groups of Identity Management, kept after the end of the registration.",
        "assumed",
        Send(
            "GET",
            "/api/identitymanagement/v3/Groups",
            params={"filter": 'displayName eq "mdsp:acme:assetlist.user"'},
        ),
        200,
        body=IsPartialDict({"resources": HasLen(1)}),
        before=(put(), call("DELETE")),
    ),
    Row(
        "registration-entrance",
        AREA,
        "Who has no role of the application is not let in.",
        "assumed",
        Send(
            "POST",
            "/_emulator/application-sessions",
            json={"label": "acme-assetlist-acme", "email": DEV},
            as_=NOBODY,
        ),
        403,
        body=errors("forbidden", IsStr(regex="You have no role of Asset list.*")),
        before=(put(),),
    ),
    Row(
        "health-told",
        AREA,
        "A developer says how the registered version is, since when it is known, and until when that holds.",
        "assumed",
        tell(),
        200,
        body=HEALTH,
        before=(put(),),
    ),
    Row(
        "health-kept",
        AREA,
        "Registering the same version again keeps what is known of its health.",
        "assumed",
        put(displayName="Assets"),
        200,
        body=DESCRIBED | {"displayName": "Assets", "health": HEALTH},
        before=(put(), tell()),
    ),
    Row(
        "health-of-another-version",
        AREA,
        "Of another version nothing is known.",
        "assumed",
        put(version="2.0.0"),
        200,
        body=DESCRIBED | {"version": "2.0.0"},
        before=(put(), tell()),
    ),
    Row(
        "health-unregistered-version",
        AREA,
        "The health of a version that is not the registered one is 404.",
        "assumed",
        tell(version="2.0.0"),
        404,
        body=errors("noMatch", "Version '2.0.0' of assetlist is not registered."),
        before=(put(),),
    ),
    Row(
        "health-older",
        AREA,
        "What was observed before what is known changes nothing.",
        "assumed",
        tell(status="green", observedAt="2026-11-20T09:59:59Z"),
        200,
        body=HEALTH,
        before=(put(), tell()),
    ),
    Row(
        "health-reader",
        AREA,
        "Who may not register may not say how it is.",
        "assumed",
        tell(READER),
        403,
        body=errors("forbidden"),
        before=(put(),),
    ),
    health_refused(
        "colour", "A colour is one of four.", "status has to be one of green, yellow, red, unknown.", status="blue"
    ),
    health_refused(
        "order", "It holds for some time.", "validUntil has to be after observedAt.", validUntil=HEALTH["observedAt"]
    ),
    health_refused(
        "moment",
        "Its times have a zone.",
        "observedAt has to be a time such as 2026-11-20T10:00:00Z.",
        observedAt="2026-11-20T10:00:00",
    ),
    Row(
        "launchpad-health",
        PAGES,
        "The tile of an application of which nobody said how it is says that.",
        "assumed",
        page(""),
        200,
        text=IsStr(regex='(?s).*aria-labelledby="app-acme-demoapp-acme health-acme-demoapp-acme".*health unknown<.*'),
        before=(REGISTERED,),
    ),
    Row(
        "launchpad-without-sign-in",
        PAGES,
        "Without a sign-in the Launchpad shows no application that has roles.",
        "assumed",
        page(""),
        200,
        text=IsStr(regex="(?s).*There are no applications yet.*Sign in.*"),
        before=(put(),),
    ),
    Row(
        "launchpad-sign-in",
        PAGES,
        "The sign-in is at the tenant's identity host.",
        "assumed",
        page("sign-in"),
        302,
        headers=TO_SIGN_IN,
    ),
    Row(
        "launchpad-callback",
        PAGES,
        "An answer that belongs to no question of this browser is refused.",
        "assumed",
        page("sign-in/callback?code=x&state=y"),
        400,
        text=IsStr(regex="(?s).*This did not work.*"),
    ),
    Row(
        "launchpad-sign-out",
        PAGES,
        "Signing out ends the session at the identity host as well.",
        "assumed",
        page("sign-out"),
        302,
        headers={"Location": IsStr(regex=r"http://localhost:\d+/acme\.piam/logout\.do\?client_id=hub-pages&.*")},
    ),
    Row(
        "launchpad-sign-out-elsewhere",
        PAGES,
        "A page of another site cannot sign anybody out.",
        "assumed",
        page("sign-out", **{"Sec-Fetch-Site": "cross-site"}),
        403,
        text=IsStr(regex="(?s).*not from another site.*"),
    ),
    Row(
        "launchpad-icon",
        PAGES,
        "The icon of an application is there for those who see its tile.",
        "assumed",
        page("icons/assetlist"),
        404,
        body=IsPartialDict({"error": "not_found"}),
        before=(put(),),
    ),
    Row("settings-users", PAGES, "Settings ask to sign in.", "assumed", page("settings/"), 302, headers=TO_SIGN_IN),
    Row(
        "settings-roles",
        PAGES,
        "So does the role assignment of a person.",
        "assumed",
        page("settings/users/{alice}"),
        302,
        headers=TO_SIGN_IN,
    ),
    Row(
        "settings-foreign-form",
        PAGES,
        "A role assignment is only taken from the page itself.",
        "assumed",
        page("settings/users/{alice}", "POST", Origin="http://evil.example"),
        403,
        body=IsPartialDict({"error": "forbidden"}),
    ),
)
