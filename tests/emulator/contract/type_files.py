"""Asset Management: files that are assigned to asset types, and the words that are no names."""

from __future__ import annotations

from dirty_equals import IsPartialDict, IsStr

from .aspect_types import AREA as ASPECT_TYPES
from .aspect_types import FLOW_ID, with_variable
from .asset_types import AREA, FAN, FAN_ID, IF_MATCH, create
from .files import ONE, upload
from .reading_assets import href
from .rows import Row, Send, errors

PHOTO = Send("PUT", f"{FAN_ID}/fileAssignments/photo", json={"fileId": "{file}"}, headers=IF_MATCH)
ASSIGNED = (upload(), create(FAN), PHOTO)
RESERVED = (
    *("id", "name", "description", "tenant", "etag", "scope", "properties", "propertySets", "extends", "variables"),
    *("aspects", "parentTypeId"),
)

FILES = (
    Row(
        "asset-types-file-assigned",
        AREA,
        "PUT of a file assignment answers with the type, which then has the file under its key.",
        "sdk",
        PHOTO,
        200,
        body=IsPartialDict(
            {
                "etag": 1,
                "fileAssignments": [
                    {
                        "key": "photo",
                        "fileId": "{file}",
                        "_links": {
                            "download": href("/files/{file}/file"),
                            "metadata": href("/files/{file}"),
                            "origin": href("/assettypes/acme.Fan"),
                        },
                    }
                ],
            }
        ),
        before=(upload(), create(FAN)),
    ),
    Row(
        "asset-types-file-if-match",
        AREA,
        "A file assignment of a type needs `If-Match` (switch `missing_if_match_status`).",
        "official",
        Send("PUT", f"{FAN_ID}/fileAssignments/photo", json={"fileId": "{file}"}),
        428,
        body=errors("invalidParameter", "If-Match is required: the etag of the resource."),
        before=(upload(), create(FAN)),
    ),
    Row(
        "asset-types-file-taken-off",
        AREA,
        "DELETE of a file assignment of a type is answered with 204.",
        "sdk",
        Send("DELETE", f"{FAN_ID}/fileAssignments/photo", headers={"If-Match": "1"}),
        204,
        text="",
        before=ASSIGNED,
    ),
    Row(
        "asset-types-file-gone",
        AREA,
        "A file that was taken off a type is no longer there.",
        "sdk",
        Send("GET", FAN_ID),
        200,
        body=IsPartialDict({"etag": 2, "fileAssignments": []}),
        before=(*ASSIGNED, Send("DELETE", f"{FAN_ID}/fileAssignments/photo", headers={"If-Match": "1"})),
    ),
    Row(
        "files-delete-assigned-to-type",
        "Asset Management: files",
        "A file that is assigned to an asset type cannot be deleted.",
        "sdk",
        Send("DELETE", ONE, headers={"If-Match": "0"}),
        409,
        body=errors("conflict"),
        before=ASSIGNED,
    ),
)

NAMES = tuple(
    Row(
        f"aspect-types-variable-reserved-{word.lower()}",
        ASPECT_TYPES,
        f"`{word}` is a reserved word: no variable has this name.",
        "official",
        Send("PUT", FLOW_ID, json=with_variable(name=word)),
        400,
        body=errors("invalidRequestBodyProperty", IsStr(regex=f".* {word}, which is a reserved word.*")),
    )
    for word in RESERVED
)

ROWS = (*FILES, *NAMES)
