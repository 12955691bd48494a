"""Asset Management v3: changing and deleting aspect types."""

from __future__ import annotations

from typing import Any

from dirty_equals import IsPartialDict, IsStr

from .aspect_types import (
    AREA,
    CODE,
    FLOW,
    FLOW_ID,
    MERGE_PATCH,
    PLATE,
    RATE,
    TYPES,
    changed,
    create,
    with_static_variable,
)
from .rows import Row, Send, errors


def unchangeable(id_: str, rule: str, before: Any, after: Any, message: str) -> Row:
    """An update that is answered with 400."""
    return Row(
        f"aspect-types-{id_}",
        AREA,
        rule,
        "official",
        changed(after),
        400,
        before=(create(before),),
        body=errors("invalidRequestBodyProperty", IsStr(regex=f".*{message}.*")),
    )


CHANGING = (
    Row(
        "aspect-types-variable-added",
        AREA,
        "An update may add variables; the etag counts up by 1.",
        "official",
        changed({**FLOW, "variables": [RATE, CODE, {"name": "total", "dataType": "LONG"}]}),
        200,
        before=(create(FLOW),),
        body=IsPartialDict(
            {
                "etag": 1,
                "variables": [
                    IsPartialDict({"name": "rate"}),
                    IsPartialDict({"name": "code"}),
                    IsPartialDict({"name": "total"}),
                ],
            }
        ),
    ),
    Row(
        "aspect-types-same-again",
        AREA,
        "An update that changes nothing counts the etag up, too.",
        "assumed",
        changed(FLOW),
        200,
        before=(create(FLOW),),
        body=IsPartialDict({"etag": 1, "name": "Flow"}),
    ),
    Row(
        "aspect-types-static-length-grows",
        AREA,
        "The length of a static STRING may grow.",
        "sdk",
        changed(with_static_variable(length=64)),
        200,
        before=(create(PLATE),),
        body=IsPartialDict({"variables": [IsPartialDict({"length": 64})]}),
    ),
    Row(
        "aspect-types-length-kept",
        AREA,
        "The length of a variable that is sent without one stays.",
        "assumed",
        changed(with_static_variable(length=None)),
        200,
        before=(create(PLATE),),
        body=IsPartialDict({"etag": 1, "variables": [IsPartialDict({"length": 32})]}),
    ),
    unchangeable(
        "static-length-shrinks",
        "The length of a variable never shrinks.",
        PLATE,
        with_static_variable(length=31),
        "cannot shrink from 32 to 31",
    ),
    unchangeable(
        "dynamic-length-grows",
        "The length of a dynamic STRING cannot be changed.",
        FLOW,
        {**FLOW, "variables": [RATE, {**CODE, "length": 9}]},
        "length of the dynamic variable code cannot be changed",
    ),
    unchangeable(
        "variable-removed",
        "A variable is never removed.",
        FLOW,
        {**FLOW, "variables": [RATE]},
        "Variables cannot be removed. Send code as well",
    ),
    unchangeable(
        "variable-data-type-fixed",
        "The data type of a variable cannot be changed.",
        FLOW,
        {**FLOW, "variables": [{**RATE, "dataType": "INT"}, CODE]},
        "dataType of the variable rate cannot be changed",
    ),
    unchangeable(
        "quality-code-fixed",
        "`qualityCode` of a variable cannot be changed.",
        FLOW,
        {**FLOW, "variables": [{**RATE, "qualityCode": True}, CODE]},
        "qualityCode of the variable rate cannot be changed",
    ),
    unchangeable(
        "searchable-fixed",
        "`searchable` of a variable cannot be changed.",
        PLATE,
        with_static_variable(searchable=False),
        "searchable of the variable serial cannot be changed",
    ),
    unchangeable("name-fixed", "The name cannot be changed.", FLOW, {**FLOW, "name": "Flux"}, "name cannot be changed"),
    unchangeable(
        "category-fixed",
        "The category cannot be changed.",
        FLOW,
        {**FLOW, "category": "static"},
        "category cannot be changed",
    ),
    unchangeable(
        "scope-fixed", "The scope cannot become public.", FLOW, {**FLOW, "scope": "public"}, "has to be private"
    ),
    Row(
        "aspect-types-if-match-required",
        AREA,
        "An update needs `If-Match` (switch `missing_if_match_status`).",
        "official",
        Send("PUT", FLOW_ID, json=FLOW),
        428,
        before=(create(FLOW),),
        body=errors("invalidParameter", IsStr(regex="If-Match is required.*")),
    ),
    Row(
        "aspect-types-if-match-wrong",
        AREA,
        "An update with another etag than the present one is refused (switch `wrong_if_match_status`).",
        "assumed",
        Send("PUT", FLOW_ID, json=FLOW, headers={"If-Match": "7"}),
        412,
        before=(create(FLOW),),
        body=errors("noMatch", "If-Match is 7, but the etag of the resource is 0."),
    ),
    Row(
        "aspect-types-if-match-quoted",
        AREA,
        "The number in `If-Match` may be quoted.",
        "assumed",
        Send("PUT", FLOW_ID, json=FLOW, headers={"If-Match": '"0"'}),
        200,
        before=(create(FLOW),),
        body=IsPartialDict({"etag": 1}),
    ),
    Row(
        "aspect-types-merge-patch",
        AREA,
        "PATCH is a merge patch (RFC 7396): what is left out stays.",
        "official",
        Send("PATCH", FLOW_ID, json={"description": "Flow."}, headers={**MERGE_PATCH, "If-Match": "0"}),
        200,
        before=(create(FLOW),),
        body=IsPartialDict({"description": "Flow.", "name": "Flow", "etag": 1}),
    ),
    Row(
        "aspect-types-patch-keeps-variables",
        AREA,
        "An array of a patch replaces the present one, so it has all present variables.",
        "official",
        Send("PATCH", FLOW_ID, json={"variables": [CODE]}, headers={**MERGE_PATCH, "If-Match": "0"}),
        400,
        before=(create(FLOW),),
        body=errors("invalidRequestBodyProperty", "Variables cannot be removed. Send rate as well."),
    ),
    Row(
        "aspect-types-patch-content-type",
        AREA,
        "PATCH needs `Content-Type: application/merge-patch+json`.",
        "official",
        Send("PATCH", FLOW_ID, json={"description": ""}, headers={"If-Match": "0"}),
        415,
        before=(create(FLOW),),
        body=errors("unsupportedMediaType", "Content-Type has to be application/merge-patch+json."),
    ),
    Row(
        "aspect-types-patch-unknown",
        AREA,
        "A patch of a type that does not exist gets 404.",
        "official",
        Send("PATCH", FLOW_ID, json={"description": ""}, headers={**MERGE_PATCH, "If-Match": "0"}),
        404,
        body=errors("noMatch"),
    ),
)

DELETING = (
    Row(
        "aspect-types-deleted",
        AREA,
        "A deleted aspect type does not exist any more.",
        "official",
        Send("GET", FLOW_ID),
        404,
        before=(create(FLOW), Send("DELETE", FLOW_ID, headers={"If-Match": "{etag}"})),
        body=errors("noMatch"),
    ),
    Row(
        "aspect-types-delete-empty",
        AREA,
        "DELETE is answered with 204 and no body.",
        "sdk",
        Send("DELETE", FLOW_ID, headers={"If-Match": "0"}),
        204,
        before=(create(FLOW),),
        headers={"Content-Type": None},
        text="",
    ),
    Row(
        "aspect-types-delete-used",
        AREA,
        "An aspect type that an asset type uses cannot be deleted.",
        "sdk",
        Send("DELETE", f"{TYPES}/acme.Vibration", headers={"If-Match": "1"}),
        409,
        body=errors("conflict", IsStr(regex="acme.Vibration is used by the asset type acme.*")),
    ),
    Row(
        "aspect-types-delete-if-match",
        AREA,
        "DELETE needs `If-Match` (switch `missing_if_match_status`).",
        "official",
        Send("DELETE", FLOW_ID),
        428,
        before=(create(FLOW),),
        body=errors("invalidParameter"),
    ),
    Row(
        "aspect-types-delete-foreign",
        AREA,
        "The types of another tenant do not exist.",
        "official",
        Send("DELETE", f"{TYPES}/globex.Rotor", headers={"If-Match": "1"}),
        404,
        body=errors("noMatch"),
    ),
    Row(
        "aspect-types-delete-core",
        AREA,
        "Nobody deletes a core type.",
        "official",
        Send("DELETE", f"{TYPES}/core.assetstatus", headers={"If-Match": "1"}),
        403,
        body=errors("forbidden"),
    ),
)

ROWS = (*CHANGING, *DELETING)
