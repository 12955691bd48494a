"""Asset Management v3: changing and deleting asset types."""

from __future__ import annotations

from dirty_equals import IsPartialDict, IsStr

from .asset_types import (
    AREA,
    BIG_FAN,
    BIG_FAN_ID,
    DIAMETER,
    FAN,
    FAN_ID,
    IF_MATCH,
    MAKER,
    MERGE_PATCH,
    SHAKE,
    TYPES,
    changed,
    create,
    patched,
    unchangeable,
)
from .rows import Row, Send, errors

CHANGING = (
    Row(
        "asset-types-aspect-added",
        AREA,
        "An update may add aspects and variables and rename the type; the etag counts up by 1.",
        "official",
        changed(
            {
                **FAN,
                "name": "Ventilator",
                "aspects": [SHAKE, {"name": "Plate", "aspectTypeId": "acme.NamePlate"}],
                "variables": [DIAMETER, MAKER, {"name": "blades", "dataType": "INT", "defaultValue": "5"}],
            }
        ),
        200,
        before=(create(FAN),),
        body=IsPartialDict(
            {
                "name": "Ventilator",
                "etag": 1,
                "aspects": [IsPartialDict({"name": "Shake"}), IsPartialDict({"name": "Plate"})],
                "variables": [
                    IsPartialDict({"name": "diameter"}),
                    IsPartialDict({"name": "maker"}),
                    IsPartialDict({"name": "blades", "defaultValue": "5"}),
                ],
            }
        ),
    ),
    Row(
        "asset-types-becomes-instantiable",
        AREA,
        "A type without assets of its own may become one with assets.",
        "official",
        changed({**FAN, "instantiable": True}),
        200,
        before=(create({**FAN, "instantiable": False}),),
        body=IsPartialDict({"instantiable": True, "etag": 1}),
    ),
    unchangeable(
        "stays-instantiable",
        "`instantiable` never changes from true to false.",
        changed({**FAN, "instantiable": False}),
        "cannot be changed from true to false",
    ),
    unchangeable(
        "aspect-removed", "An aspect is never removed.", changed({**FAN, "aspects": []}), "Send Shake as well"
    ),
    unchangeable(
        "aspect-type-fixed",
        "The aspect type of an aspect cannot be changed.",
        changed({**FAN, "aspects": [{**SHAKE, "aspectTypeId": "acme.Motor"}]}),
        "aspect type of Shake cannot be changed",
    ),
    unchangeable(
        "variable-removed",
        "A variable is never removed.",
        changed({**FAN, "variables": [DIAMETER]}),
        "Variables cannot be removed. Send maker as well",
    ),
    unchangeable(
        "variable-fixed",
        "The data type of a variable cannot be changed.",
        changed({**FAN, "variables": [{**DIAMETER, "dataType": "INT"}, MAKER]}),
        "dataType of the variable diameter cannot be changed",
    ),
    unchangeable(
        "parent-fixed",
        "The parent type cannot be changed.",
        changed({**FAN, "parentTypeId": "core.basicasset"}),
        "parentTypeId cannot be changed. It is core.basicdevice",
    ),
    unchangeable(
        "aspect-of-descendant",
        "The name of an aspect is not that of one in a type below.",
        Send(
            "PUT",
            f"{TYPES}/acme.CNGTurbine",
            json={
                "name": "CNGTurbine",
                "aspects": [
                    {"name": "PrimaryMotor", "aspectTypeId": "acme.PowerConsumption"},
                    {"name": "Bearing_A", "aspectTypeId": "acme.Vibration"},
                ],
            },
            headers={"If-Match": "1"},
        ),
        "acme.LPGTurbine, of the same family, has aspect Bearing_A already",
    ),
    unchangeable(
        "variable-of-descendant",
        "The name of a variable is not that of one in a type below.",
        changed({**FAN, "variables": [DIAMETER, MAKER, {"name": "hub", "dataType": "INT"}]}),
        "acme.BigFan, of the same family, has variable hub already",
        Send("PUT", FAN_ID, json=FAN),
        create({**BIG_FAN, "variables": [{"name": "hub", "dataType": "INT"}]}, BIG_FAN_ID),
    ),
    Row(
        "asset-types-merge-patch",
        AREA,
        "PATCH is a merge patch (RFC 7396): what is left out stays, in the shape of a write.",
        "official",
        patched({"description": None, "variables": [DIAMETER, {**MAKER, "length": 32}]}),
        200,
        before=(create(FAN),),
        body=IsPartialDict(
            {
                "description": "",
                "name": "Fan",
                "etag": 1,
                "aspects": [IsPartialDict({"name": "Shake"})],
                "variables": [IsPartialDict({"name": "diameter"}), IsPartialDict({"name": "maker", "length": 32})],
            }
        ),
    ),
    unchangeable(
        "patch-keeps-aspects",
        "An array of a patch replaces the present one, so it has all present aspects.",
        patched({"aspects": [{"name": "Motor", "aspectTypeId": "acme.Motor"}]}),
        "Send Shake as well",
    ),
    Row(
        "asset-types-if-match-required",
        AREA,
        "A change needs `If-Match` (switch `missing_if_match_status`).",
        "official",
        Send("PATCH", FAN_ID, json={"name": "F"}, headers=MERGE_PATCH),
        428,
        before=(create(FAN),),
        body=errors("invalidParameter", IsStr(regex="If-Match is required.*")),
    ),
    Row(
        "asset-types-if-match-outdated",
        AREA,
        "A change with an etag that is not the present one is refused (switch `wrong_if_match_status`).",
        "assumed",
        changed(FAN),
        412,
        before=(create(FAN), changed(FAN)),
        body=errors("noMatch", "If-Match is 0, but the etag of the resource is 1."),
    ),
)

DELETING = (
    Row(
        "asset-types-deleted",
        AREA,
        "A deleted asset type does not exist any more.",
        "official",
        Send("GET", FAN_ID),
        404,
        before=(create(FAN), Send("DELETE", FAN_ID, headers=IF_MATCH)),
        body=errors("noMatch"),
    ),
    Row(
        "asset-types-delete-empty",
        AREA,
        "DELETE is answered with 204 and no body.",
        "sdk",
        Send("DELETE", FAN_ID, headers=IF_MATCH),
        204,
        before=(create(FAN),),
        headers={"Content-Type": None},
        text="",
    ),
    Row(
        "asset-types-delete-with-children",
        AREA,
        "A type with types below it cannot be deleted.",
        "official",
        Send("DELETE", FAN_ID, headers={"If-Match": "0"}),
        409,
        before=(create(FAN), create(BIG_FAN, BIG_FAN_ID)),
        body=errors("conflict", IsStr(regex="acme.Fan is the parent of acme.BigFan.*")),
    ),
    Row(
        "asset-types-delete-with-assets",
        AREA,
        "A type with assets cannot be deleted.",
        "official",
        Send("DELETE", f"{TYPES}/acme.CentrifugalPump", headers={"If-Match": "1"}),
        409,
        body=errors("conflict", IsStr(regex="acme.CentrifugalPump has the asset [0-9a-f]{32}.*")),
    ),
    Row(
        "asset-types-delete-foreign",
        AREA,
        "The types of another tenant do not exist.",
        "official",
        Send("DELETE", f"{TYPES}/globex.WindTurbine", headers={"If-Match": "1"}),
        404,
        body=errors("noMatch"),
    ),
)

ROWS = (*CHANGING, *DELETING)
