"""Asset Management v3: the variables and files of asset types."""

from __future__ import annotations

from dirty_equals import IsPartialDict

from .asset_types import (
    AREA,
    FAN,
    FAN_ID,
    IF_MATCH,
    create,
    patched,
    unchangeable,
)
from .rows import READER, Row, Send, errors

VARIABLES = (
    Row(
        "asset-types-variables-patch",
        AREA,
        "PATCH of `/variables` is answered with 204 and the new etag in the header alone.",
        "sdk",
        patched({"maker": {"name": "manufacturer"}}, f"{FAN_ID}/variables"),
        204,
        before=(create(FAN),),
        headers={"ETag": '"1"', "Content-Type": None},
        text="",
    ),
    Row(
        "asset-types-variables-renamed",
        AREA,
        "PATCH of `/variables` changes name, unit, length and default value; other variables stay.",
        "sdk",
        Send("GET", FAN_ID, as_=READER),
        200,
        before=(
            create(FAN),
            patched(
                {"maker": {"name": "manufacturer", "unit": "x", "length": 20, "defaultValue": "Acme"}},
                f"{FAN_ID}/variables",
            ),
        ),
        body=IsPartialDict(
            {
                "etag": 1,
                "variables": [
                    IsPartialDict({"name": "diameter", "unit": "mm"}),
                    IsPartialDict({"name": "manufacturer", "unit": "x", "length": 20, "defaultValue": "Acme"}),
                ],
            }
        ),
    ),
    unchangeable(
        "variables-unknown",
        "PATCH of `/variables` changes variables that the type declares itself.",
        patched({"externalId": {"name": "number"}}, f"{FAN_ID}/variables"),
        "acme.Fan declares no variable externalId itself",
    ),
    unchangeable(
        "variables-taken",
        "A variable does not get the name of another one of its type.",
        patched({"maker": {"name": "diameter"}}, f"{FAN_ID}/variables"),
        "two variables with the name diameter",
    ),
    unchangeable(
        "variables-taken-in-family",
        "A variable does not get the name of one in its family.",
        patched({"maker": {"name": "externalId"}}, f"{FAN_ID}/variables"),
        "has variable externalId already",
    ),
    unchangeable(
        "variables-data-type",
        "PATCH of `/variables` changes no data type.",
        patched({"maker": {"dataType": "INT"}}, f"{FAN_ID}/variables"),
        "dataType of the variable maker cannot be changed",
    ),
    unchangeable(
        "variables-length",
        "PATCH of `/variables` never shrinks a length.",
        patched({"maker": {"length": 15}}, f"{FAN_ID}/variables"),
        "cannot shrink from 16 to 15",
    ),
)

FILES = (
    Row(
        "asset-types-file-unknown",
        AREA,
        "A file that does not exist cannot be assigned.",
        "official",
        Send("PUT", f"{FAN_ID}/fileAssignments/photo", json={"fileId": "0" * 32}, headers=IF_MATCH),
        400,
        before=(create(FAN),),
        body=errors("invalidRequestBodyProperty", "fileId has to be the id of an uploaded file."),
    ),
    Row(
        "asset-types-file-key",
        AREA,
        "The key of a file has only letters, digits and `_`.",
        "official",
        Send("PUT", f"{FAN_ID}/fileAssignments/pho-to", json={"fileId": "0" * 32}, headers=IF_MATCH),
        400,
        before=(create(FAN),),
        body=errors("invalidParameter", "The key of a file may have only letters a-z and A-Z, digits and _."),
    ),
    Row(
        "asset-types-file-key-unknown",
        AREA,
        "A key that a type does not have cannot be taken off.",
        "assumed",
        Send("DELETE", f"{FAN_ID}/fileAssignments/photo", headers=IF_MATCH),
        404,
        before=(create(FAN),),
        body=errors("noMatch", "acme.Fan has no file under the key photo."),
    ),
)

ROWS = (*VARIABLES, *FILES)
