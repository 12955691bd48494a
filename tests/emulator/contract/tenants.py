"""Tenant Management v4: the tenant, its logo, subtenants, legal information."""

from __future__ import annotations

from typing import Any

from dirty_equals import IsPartialDict, IsStr

from .rows import ALICE, FOREIGN, NOBODY, READER, XCELERATOR, Row, Send, errors

AREA = "Tenant Management v4"
BASE = "/api/tenantmanagement/v4"
INFO, LOGO, SUBTENANTS = f"{BASE}/tenantInfo", f"{BASE}/tenantInfo/logo", f"{BASE}/subtenants"
REGIONS = f"{BASE}/legalConfigRegions"
DEV = "dev@acme.example"
MULTIPART = {"Content-Type": "multipart/form-data; boundary=--mindsphere"}
PNG = b"\x89PNG\r\n\x1a\n" + b"pixels"
ACME = {
    "ETag": 0,
    "allowedToCreateSubtenant": True,
    "companyName": "Acme Pumps GmbH",
    "country": "DE",
    "displayName": "Acme Pumps GmbH",
    "name": "acme",
    "prefix": "acme",
    "type": "DEVELOPER",
}
LINK = {
    "id": "imprint",
    "type": "www",
    "sorting": 1,
    "languages": {"de": {"name": "Impressum", "value": "https://acme.example/"}},
}
REGION = {"regionId": "global", "regionName": "All", "regionCountries": [], "links": [LINK]}
CONFIGURED = Send("POST", REGIONS, json={"regions": [REGION]})


def upload(content: bytes, name: str = "logo.png") -> Send:
    """The form as the vendor's SDK writes it."""
    head = f'----mindsphere\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
    body = head.encode() + b"Content-Type: image/png\r\n\r\n" + content + b"\r\n----mindsphere--"
    return Send("POST", LOGO, data=body, headers=MULTIPART)


def annex(name: str = "annex") -> Send:
    return Send("POST", SUBTENANTS, json={"id": name, "displayName": name.title(), "description": "West"})


def field_errors(*fields: tuple[str, str]) -> Any:
    """The service's own form of an error, with these fields and types."""
    return {
        "errorMessage": IsStr(min_length=1),
        "errorType": "FIELD_ERROR",
        "fieldErrors": [
            {"errorMessage": IsStr(min_length=1), "errorType": kind, "field": name} for name, kind in fields
        ],
        "logref": IsStr(regex="[0-9a-f]{32}"),
    }


def patch(body: Any, etag: str = "0", content_type: str = "application/json") -> Send:
    return Send("PATCH", INFO, json=body, headers={"If-Match": etag, "Content-Type": content_type})


def row(id_: str, rule: str, source: str, send: Send, status: int, body: Any = None, *before: Send, **more: Any) -> Row:
    return Row(f"tenants-{id_}", AREA, rule, source, send, status, body=body, before=before, **more)


INFO_ROWS = (
    row("info", "A tenant has names, a type and an `ETag` in the body.", "sdk", Send("GET", INFO), 200, ACME),
    row(
        "info-xcelerator",
        "A tenant of the Xcelerator world also has its 10-digit id, here as `tenantId`.",
        "official",
        Send("GET", INFO, as_=XCELERATOR),
        200,
        IsPartialDict({"name": "initech", "prefix": "initech", "tenantId": "1000001703", "country": "US"}),
    ),
    row("info-user", "A standard user may read the tenant.", "assumed", Send("GET", INFO, as_=DEV), 200, ACME),
    row(
        "info-role",
        "Others need `tm.t.r` or `mdsp:core:tm.tenantUser`.",
        "sdk",
        Send("GET", INFO, as_=READER),
        403,
        errors("forbidden"),
    ),
    row("info-nobody", "Without a token: 401.", "official", Send("GET", INFO, as_=NOBODY), 401, errors("unauthorized")),
    row(
        "patch",
        "PATCH changes `displayName` and `companyName`; the answer is the tenant with the next `ETag`.",
        "sdk",
        patch({"displayName": "Acme"}),
        200,
        {**ACME, "displayName": "Acme", "ETag": 1},
    ),
    row(
        "patch-merge",
        "A change may be sent as merge patch.",
        "assumed",
        patch({"companyName": "Acme SE"}, content_type="application/merge-patch+json"),
        200,
        {**ACME, "companyName": "Acme SE", "ETag": 1},
    ),
    row("patch-nothing", "A change of nothing keeps the `ETag`.", "assumed", patch({}), 200, ACME),
    row(
        "patch-no-etag",
        "A change needs `If-Match` (switch `missing_if_match_status`).",
        "assumed",
        Send("PATCH", INFO, json={"displayName": "Acme"}),
        428,
        errors("invalidParameter"),
    ),
    row(
        "patch-old-etag",
        "A change needs the present `ETag` (switch `wrong_if_match_status`).",
        "assumed",
        patch({"displayName": "Acme"}, etag="7"),
        412,
        errors("noMatch"),
    ),
    row(
        "patch-fields",
        "All wrong fields of a body are told at once, in the service's own form of an error.",
        "sdk",
        patch({"name": "x", "displayName": "", "companyName": 7}),
        400,
        field_errors(("name", "NOT_ALLOWED"), ("companyName", "INVALID_INPUT"), ("displayName", "VALIDATION_ERROR")),
    ),
    row(
        "patch-parsing",
        "A body that is no JSON object is a PARSING_ERROR.",
        "sdk",
        Send("PATCH", INFO, data="{", headers={"If-Match": "0", "Content-Type": "application/json"}),
        400,
        {
            "errorMessage": IsStr(min_length=1),
            "errorType": "PARSING_ERROR",
            "fieldErrors": [],
            "logref": IsStr(regex="[0-9a-f]{32}"),
        },
    ),
    row(
        "patch-content-type",
        "Other content types are refused in the common form of an error.",
        "assumed",
        patch({"displayName": "Acme"}, content_type="text/plain"),
        415,
        errors("unsupportedMediaType"),
    ),
    row(
        "patch-role",
        "Writing needs `tm.t.w` or tenant admin.",
        "assumed",
        Send("PATCH", INFO, json={"displayName": "X"}, headers={"If-Match": "0"}, as_=DEV),
        403,
        errors("forbidden"),
    ),
)

LOGO_ROWS = (
    row(
        "logo-upload", "A logo is the part `file` of a form.", "sdk", upload(PNG), 200, {"name": "logo.png", "size": 14}
    ),
    row(
        "logo-metadata",
        "`logoMetaData` has name and size.",
        "sdk",
        Send("GET", f"{INFO}/logoMetaData"),
        200,
        {"name": "logo.png", "size": 14},
        upload(PNG),
    ),
    row(
        "logo",
        "A logo is served with the type of its content, and browsers may not guess another one.",
        "assumed",
        Send("GET", LOGO),
        200,
        None,
        upload(b"GIF89a-", "wrong.png"),
        text="GIF89a-",
        headers={"Content-Type": "image/gif", "X-Content-Type-Options": "nosniff, nosniff"},
    ),
    row("logo-none", "Without a logo: 404.", "assumed", Send("GET", LOGO), 404, errors("noMatch")),
    row(
        "logo-svg",
        "A logo is PNG, JPEG or GIF; SVG can carry scripts and is refused.",
        "assumed",
        upload(b'<svg xmlns="http://www.w3.org/2000/svg"/>', "logo.svg"),
        400,
        field_errors(("file", "INVALID_INPUT")),
    ),
    row(
        "logo-size",
        "A logo has at most 1 MiB.",
        "assumed",
        upload(PNG + b"0" * 1024 * 1024),
        413,
        errors("payloadTooLarge"),
    ),
    row(
        "logo-no-file",
        "A form without the part `file` is refused.",
        "assumed",
        Send("POST", LOGO, data=b"----mindsphere--", headers=MULTIPART),
        400,
        field_errors(("file", "VALIDATION_ERROR")),
    ),
)

SUBTENANT_ROWS = (
    row(
        "subtenant-create",
        "A subtenant has the id that its creator chose; the answer is 201.",
        "sdk",
        annex(),
        201,
        {
            "ETag": 0,
            "description": "West",
            "displayName": "Annex",
            "entityId": IsStr(regex="[0-9a-f]{32}"),
            "id": "annex",
        },
    ),
    row(
        "subtenant-page",
        "A list of subtenants is paged in the form of Spring: `content`, `first`, `last`, `number` from 0.",
        "sdk",
        Send("GET", SUBTENANTS, params={"page": "1", "size": "2"}),
        200,
        {
            "content": [IsPartialDict({"id": "c"})],
            "first": False,
            "last": True,
            "number": 1,
            "numberOfElements": 1,
            "size": 2,
            "sort": {"sorted": False, "unsorted": True, "empty": True},
            "totalElements": 3,
            "totalPages": 2,
        },
        annex("a"),
        annex("b"),
        annex("c"),
    ),
    row(
        "subtenant-empty",
        "An empty list is its own first and last page; a page has 20 entries unless `size` says otherwise.",
        "assumed",
        Send("GET", SUBTENANTS),
        200,
        IsPartialDict({"content": [], "first": True, "last": True, "size": 20, "totalElements": 0, "totalPages": 0}),
    ),
    row(
        "subtenant-sort",
        "`sort` is a field and `asc` or `desc`.",
        "assumed",
        Send("GET", SUBTENANTS, params={"sort": "displayName,desc"}),
        200,
        IsPartialDict(
            {"content": [IsPartialDict({"id": "b"}), IsPartialDict({"id": "a"})], "sort": IsPartialDict(sorted=True)}
        ),
        annex("a"),
        annex("b"),
    ),
    row(
        "subtenant-sort-unknown",
        "Other sorting is refused.",
        "assumed",
        Send("GET", SUBTENANTS, params={"sort": "ETag"}),
        400,
        errors("invalidParameter"),
    ),
    row(
        "subtenant-size",
        "`size` is 1 to 2000.",
        "assumed",
        Send("GET", SUBTENANTS, params={"size": "0"}),
        400,
        errors("invalidParameter"),
    ),
    row(
        "subtenant-taken",
        "An id exists once in a tenant; a second one is a UNIQUE_CONSTRAINT_ERROR.",
        "sdk",
        annex(),
        409,
        field_errors(("id", "UNIQUE_CONSTRAINT_ERROR")),
        annex(),
    ),
    row(
        "subtenant-fields",
        "A subtenant needs id, name and description; an id has letters, digits, `-` and `_`.",
        "sdk",
        Send("POST", SUBTENANTS, json={"id": "a/b", "displayName": "A"}),
        400,
        field_errors(("id", "VALIDATION_ERROR"), ("description", "VALIDATION_ERROR")),
    ),
    row(
        "subtenant-not-allowed",
        "Without `allowedToCreateSubtenant` a tenant creates none.",
        "sdk",
        Send("POST", SUBTENANTS, json={"id": "a", "displayName": "A", "description": ""}, as_=FOREIGN),
        403,
        errors("forbidden"),
    ),
    row(
        "subtenant-change",
        "PUT changes what it names and counts the `ETag` up.",
        "sdk",
        Send("PUT", f"{SUBTENANTS}/annex", json={"displayName": "Outpost"}, headers={"If-Match": "0"}),
        200,
        IsPartialDict({"id": "annex", "displayName": "Outpost", "description": "West", "ETag": 1}),
        annex(),
    ),
    row(
        "subtenant-change-etag",
        "A change of a subtenant needs its `ETag`.",
        "assumed",
        Send("PUT", f"{SUBTENANTS}/annex", json={"displayName": "X"}, headers={"If-Match": "3"}),
        412,
        errors("noMatch"),
        annex(),
    ),
    row(
        "subtenant-delete",
        "DELETE answers 204.",
        "sdk",
        Send("DELETE", f"{SUBTENANTS}/annex"),
        204,
        None,
        annex(),
        text="",
    ),
    row(
        "subtenant-delete-used",
        "A subtenant with users cannot be deleted.",
        "assumed",
        Send("DELETE", f"{SUBTENANTS}/annex"),
        409,
        errors("conflict"),
        annex(),
        Send(
            "POST",
            "/api/identitymanagement/v3/Users",
            json={"userName": "pia@acme.example", "subtenants": [{"id": "annex"}]},
        ),
    ),
    row(
        "subtenant-foreign",
        "Subtenants of other tenants do not exist for the caller.",
        "official",
        Send("GET", f"{SUBTENANTS}/annex", as_=FOREIGN),
        404,
        errors("noMatch"),
        annex(),
    ),
)

LEGAL_ROWS = (
    row(
        "legal-none",
        "Without a legal configuration the list of regions is empty.",
        "sdk",
        Send("GET", REGIONS),
        200,
        {"regions": []},
    ),
    row(
        "legal-create",
        "A legal configuration has regions with links in several languages; the answer is 201.",
        "sdk",
        CONFIGURED,
        201,
        {"regions": [{**REGION, "ETag": 0}]},
    ),
    row(
        "legal-create-twice",
        "A second legal configuration is an INVALID_STATE.",
        "assumed",
        CONFIGURED,
        409,
        IsPartialDict({"errorType": "INVALID_STATE", "fieldErrors": []}),
        CONFIGURED,
    ),
    row(
        "legal-fields",
        "Wrong fields inside a region are told with their path.",
        "sdk",
        Send(
            "POST",
            REGIONS,
            json={
                "regions": [{"regionName": "DE", "regionCountries": ["Germany"], "links": [{**LINK, "type": "fax"}]}]
            },
        ),
        400,
        field_errors(("regions[0].regionCountries", "INVALID_INPUT"), ("regions[0].links[0].type", "INVALID_INPUT")),
    ),
    row(
        "legal-script",
        "A link of type `www` is an http or https address.",
        "assumed",
        Send(
            "POST",
            REGIONS,
            json={
                "regions": [
                    {**REGION, "links": [{**LINK, "languages": {"de": {"name": "X", "value": "javascript:alert(1)"}}}]}
                ]
            },
        ),
        400,
        field_errors(("regions[0].links[0].languages['de'].value", "INVALID_INPUT")),
    ),
    row(
        "legal-region",
        "PUT replaces one region and counts its `ETag` up.",
        "sdk",
        Send("PUT", f"{REGIONS}/global", json={"regionName": "World"}, headers={"If-Match": "0"}),
        200,
        {"ETag": 1, "links": [], "regionCountries": [], "regionId": "global", "regionName": "World"},
        CONFIGURED,
    ),
    row(
        "legal-region-etag",
        "A change of a region needs its `ETag`.",
        "assumed",
        Send("PUT", f"{REGIONS}/global", json={"regionName": "World"}, headers={"If-Match": "1"}),
        412,
        errors("noMatch"),
        CONFIGURED,
    ),
    row(
        "legal-region-unknown",
        "PUT does not create regions.",
        "assumed",
        Send("PUT", f"{REGIONS}/mars", json={"regionName": "Mars"}, headers={"If-Match": "0"}),
        404,
        errors("noMatch"),
        CONFIGURED,
    ),
    row(
        "legal-delete",
        "DELETE removes the whole configuration: 204.",
        "sdk",
        Send("DELETE", REGIONS),
        204,
        None,
        CONFIGURED,
        text="",
    ),
    row(
        "legal-info",
        "`legalInfo` has the links of the tenant's country, by language.",
        "sdk",
        Send("GET", f"{BASE}/legalInfo", as_=DEV),
        200,
        {"de": [{"id": "imprint", "type": "www", "name": "Impressum", "value": "https://acme.example/"}]},
        CONFIGURED,
    ),
    row(
        "legal-info-fallback",
        "`legalInfo` falls back to the platform's links.",
        "sdk",
        Send("GET", f"{BASE}/legalInfo/acme", as_=ALICE),
        200,
        IsPartialDict(
            {"default": [IsPartialDict({"name": "Corporate Information"}), IsPartialDict(), IsPartialDict()]}
        ),
    ),
    row(
        "legal-info-own",
        "`legalInfoForSpecificTenant` does not fall back.",
        "sdk",
        Send("GET", f"{BASE}/legalInfoForSpecificTenant/acme"),
        200,
        {},
    ),
    row(
        "legal-info-foreign",
        "A caller reads the legal information of its own tenant only.",
        "assumed",
        Send("GET", f"{BASE}/legalInfo/globex"),
        404,
        errors("noMatch"),
    ),
)

ROWS = (*INFO_ROWS, *LOGO_ROWS, *SUBTENANT_ROWS, *LEGAL_ROWS)
