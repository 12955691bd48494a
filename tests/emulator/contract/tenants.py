"""Tenant Management v4: the tenant and its logo."""

from __future__ import annotations

from typing import Any

from dirty_equals import IsPartialDict, IsStr

from .rows import NOBODY, READER, XCELERATOR, Row, Send, errors

AREA = "Tenant Management"
BASE = "/api/tenantmanagement/v4"
INFO, LOGO, SUBTENANTS = f"{BASE}/tenantInfo", f"{BASE}/tenantInfo/logo", f"{BASE}/subtenants"
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
        "Reading the tenant takes `tm.t.r`, `mdsp:core:tm.tenantUser` or a core role of persons.",
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


ROWS = (*INFO_ROWS, *LOGO_ROWS)
