"""Asset Management v3: files and their assignment to assets."""

from __future__ import annotations

from typing import Any

from dirty_equals import Contains, IsPartialDict

from .assets import HEX_ID, PUMP
from .reading_assets import BASE, href
from .rows import FOREIGN, READER, Row, Send, errors

AREA = "Asset Management: files"
FILES = f"{BASE}/files"
ONE = f"{FILES}/{{file}}"
NOW = "2026-11-20T12:00:30.000Z"
FORM = {"Content-Type": "multipart/form-data; boundary=--mindsphere"}


def form(content: str = "hello", name: str = "photo.txt", scope: str = "PRIVATE", kind: str = "text/plain") -> str:
    """The form as the vendor's SDK builds it: its boundary is `--mindsphere`, and nothing follows the last one."""
    parts = (
        f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n{content}',
        f'Content-Disposition: form-data; name="name"\r\n\r\n{name}',
        'Content-Disposition: form-data; name="description"\r\n\r\nuploaded file',
        f'Content-Disposition: form-data; name="scope"\r\n\r\n{scope}',
    )
    return "".join(f"----mindsphere\r\n{part}\r\n" for part in parts) + "----mindsphere--"


def upload(**fields: str) -> Send:
    return Send("POST", FILES, headers=FORM, data=form(**fields), keep={"file": "id", "fileEtag": "etag"})


def assign(key: str = "photo", file: str = "{file}", etag: str = "1") -> Send:
    return Send("PUT", f"{PUMP}/fileAssignments/{key}", headers={"If-Match": etag}, json={"fileId": file})


def metadata(**known: Any) -> dict[str, Any]:
    """A file as it is described."""
    return {
        "id": "{file}",
        "tenantId": "acme",
        "subTenant": None,
        "name": "photo.txt",
        "originalFileName": "photo.txt",
        "description": "uploaded file",
        "uploaded": NOW,
        "lastModified": NOW,
        "isAssigned": False,
        "scope": "private",
        "etag": 0,
        "_links": {"self": href("/files/{file}"), "download": href("/files/{file}/file")},
        **known,
    }


ROWS = (
    Row(
        "files-upload",
        AREA,
        "An uploaded file is described with 201.",
        "sdk",
        Send("POST", FILES, headers=FORM, data=form()),
        201,
        headers={"Content-Type": "application/hal+json;charset=UTF-8"},
        body=IsPartialDict({"id": HEX_ID, "name": "photo.txt", "description": "uploaded file", "etag": 0}),
    ),
    Row(
        "files-one",
        AREA,
        "A file is described without its content.",
        "sdk",
        Send("GET", ONE, as_=READER),
        200,
        body=metadata(),
        before=(upload(),),
    ),
    Row(
        "files-list",
        AREA,
        "All files of the tenant are listed under `files`.",
        "sdk",
        Send("GET", FILES, as_=READER),
        200,
        body={
            "_embedded": {"files": [metadata()]},
            "_links": {"self": href("/files?page=0&size=10&sort=name,asc")},
            "page": {"size": 10, "totalElements": 1, "totalPages": 1, "number": 0},
        },
        before=(upload(),),
    ),
    Row(
        "files-filter",
        AREA,
        "Files can be filtered.",
        "sdk",
        Send("GET", FILES, params={"filter": '{"name":"other.txt"}'}),
        200,
        body=IsPartialDict({"_embedded": {"files": [IsPartialDict({"name": "other.txt"})]}}),
        before=(upload(), upload(name="other.txt")),
    ),
    Row(
        "files-content",
        AREA,
        "The content has the type of the upload; a browser saves it and does not run it.",
        "assumed",
        Send("GET", f"{ONE}/file", as_=READER),
        200,
        headers={
            "Content-Type": "text/html",
            "Content-Disposition": "attachment; filename*=UTF-8''%C3%BCber%20uns.html",
            "X-Content-Type-Options": "nosniff, nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
        text="hello",
        before=(
            Send(
                "POST",
                FILES,
                headers=FORM,
                data=form(name="über uns.html", kind="text/html").encode(),
                keep={"file": "id"},
            ),
        ),
    ),
    Row(
        "files-replace",
        AREA,
        "PUT replaces content and description; the id and the time of the upload stay.",
        "sdk",
        Send("PUT", ONE, headers={**FORM, "If-Match": "0"}, data=form("new", name="new.txt", scope="public")),
        200,
        body=metadata(name="new.txt", originalFileName="new.txt", scope="public", etag=1),
        before=(upload(),),
    ),
    Row(
        "files-replaced-content",
        AREA,
        "A replaced file has the new content.",
        "sdk",
        Send("GET", f"{ONE}/file"),
        200,
        text="new",
        before=(upload(), Send("PUT", ONE, headers={**FORM, "If-Match": "0"}, data=form("new"))),
    ),
    Row(
        "files-replace-if-match",
        AREA,
        "Replacing a file needs `If-Match`.",
        "official",
        Send("PUT", ONE, headers=FORM, data=form()),
        428,
        body=errors("invalidParameter"),
        before=(upload(),),
    ),
    Row(
        "files-delete",
        AREA,
        "A deletion is 204.",
        "sdk",
        Send("DELETE", ONE, headers={"If-Match": "0"}),
        204,
        text="",
        before=(upload(),),
    ),
    Row(
        "files-deleted",
        AREA,
        "A deleted file is 404.",
        "official",
        Send("GET", ONE),
        404,
        body=errors("noMatch"),
        before=(upload(), Send("DELETE", ONE, headers={"If-Match": "0"})),
    ),
    Row(
        "files-delete-assigned",
        AREA,
        "An assigned file cannot be deleted.",
        "sdk",
        Send("DELETE", ONE, headers={"If-Match": "0"}),
        409,
        body=errors("conflict", "The file is assigned to Pump P-101. Delete the assignment first."),
        before=(upload(), assign()),
    ),
    Row(
        "files-foreign",
        AREA,
        "A file of another tenant is 404.",
        "official",
        Send("GET", f"{ONE}/file", as_=FOREIGN),
        404,
        body=errors("noMatch"),
        before=(upload(),),
    ),
    Row(
        "files-upload-role",
        AREA,
        "An upload needs the role of an administrator.",
        "official",
        Send("POST", FILES, headers=FORM, data=form(), as_=READER),
        403,
        body=errors("forbidden", "Access Denied"),
    ),
    Row(
        "files-no-form",
        AREA,
        "An upload is a multipart form.",
        "sdk",
        Send("POST", FILES, json={"name": "x"}),
        415,
        body=errors("unsupportedMediaType", "Content-Type has to be multipart/form-data."),
    ),
    Row(
        "files-no-file",
        AREA,
        "An upload without the part `file` is refused.",
        "sdk",
        Send(
            "POST",
            FILES,
            headers=FORM,
            data='----mindsphere\r\nContent-Disposition: form-data; name="name"\r\n\r\nx\r\n----mindsphere--',
        ),
        400,
        body=errors("missingRequestBodyProperty", "The property file is required."),
    ),
    Row(
        "files-scope",
        AREA,
        "The scope is private or public, in small or capital letters.",
        "sdk",
        Send("POST", FILES, headers=FORM, data=form(scope="secret")),
        400,
        body=errors("invalidRequestBodyProperty", "scope has to be private or public."),
    ),
    Row(
        "files-media-type",
        AREA,
        "The part `file` has a media type.",
        "assumed",
        Send("POST", FILES, headers=FORM, data=form(kind="picture")),
        400,
        body=errors("invalidRequestBodyProperty", Contains("media type")),
    ),
    Row(
        "files-delete-if-match",
        AREA,
        "Deleting a file needs `If-Match`.",
        "official",
        Send("DELETE", ONE),
        428,
        body=errors("invalidParameter"),
        before=(upload(),),
    ),
)
