"""Asset Management v3: the assignment of files to assets."""

from __future__ import annotations

from dirty_equals import Contains, IsPartialDict

from .assets import HEX_ID, PUMP
from .files import AREA, ONE, assign, metadata, upload
from .reading_assets import href, single
from .rows import Row, Send, errors

ASSIGNED = {
    "key": "photo",
    "fileId": "{file}",
    "_links": {"download": href("/files/{file}/file"), "metadata": href("/files/{file}")},
}

ROWS = (
    Row(
        "file-assignment-put",
        AREA,
        "A file is assigned to an asset under a key.",
        "sdk",
        assign(),
        200,
        body=single(name="Pump P-101", etag=2, fileAssignments=[ASSIGNED]),
        before=(upload(),),
    ),
    Row(
        "file-assignment-file",
        AREA,
        "A file tells whether it is assigned.",
        "sdk",
        Send("GET", ONE),
        200,
        body=metadata(isAssigned=True),
        before=(upload(), assign()),
    ),
    Row(
        "file-assignment-delete",
        AREA,
        "A deleted assignment is answered with the asset.",
        "sdk",
        Send("DELETE", f"{PUMP}/fileAssignments/photo", headers={"If-Match": "2"}),
        200,
        body=IsPartialDict({"fileAssignments": [], "etag": 3}),
        before=(upload(), assign()),
    ),
    Row(
        "file-assignment-delete-unknown",
        AREA,
        "An assignment that the asset does not have is 404.",
        "assumed",
        Send("DELETE", f"{PUMP}/fileAssignments/photo", headers={"If-Match": "1"}),
        404,
        body=errors("noMatch"),
    ),
    Row(
        "file-assignment-key",
        AREA,
        "A key consists of letters, digits and `_`.",
        "official",
        assign(key="a-b"),
        400,
        body=errors("invalidParameter", Contains("The key")),
        before=(upload(),),
    ),
    Row(
        "file-assignment-file-unknown",
        AREA,
        "Only a file of the tenant can be assigned.",
        "official",
        assign(file="0" * 32),
        400,
        body=errors("invalidRequestBodyProperty", Contains("fileId")),
    ),
    Row(
        "file-assignment-if-match",
        AREA,
        "An assignment needs `If-Match`.",
        "official",
        Send("PUT", f"{PUMP}/fileAssignments/photo", json={"fileId": "{file}"}),
        428,
        body=errors("invalidParameter"),
        before=(upload(),),
    ),
    Row(
        "file-assignment-create",
        AREA,
        "A body can carry file assignments.",
        "sdk",
        Send(
            "PATCH",
            PUMP,
            headers={"If-Match": "1", "Content-Type": "application/merge-patch+json"},
            json={"fileAssignments": [{"key": "manual", "fileId": "{file}"}]},
        ),
        200,
        body=IsPartialDict({"fileAssignments": [IsPartialDict({"key": "manual", "fileId": HEX_ID})]}),
        before=(upload(),),
    ),
    Row(
        "file-assignment-twice",
        AREA,
        "A body with the same key of a file twice is refused.",
        "assumed",
        Send(
            "PATCH",
            PUMP,
            headers={"If-Match": "1", "Content-Type": "application/merge-patch+json"},
            json={"fileAssignments": [{"key": "photo", "fileId": "{file}"}, {"key": "photo", "fileId": "{file}"}]},
        ),
        400,
        body=errors("invalidRequestBodyProperty", "fileAssignments[1].key is photo for the second time."),
        before=(upload(),),
    ),
)
