"""Asset Management v3: changing and deleting assets."""

from __future__ import annotations

from typing import Any

from dirty_equals import Contains, IsPartialDict, IsStr

from .reading_assets import ASSETS, names, single
from .rows import Row, Send, errors

AREA = "Asset Management: assets, write"
PUMP = f"{ASSETS}/{{pump}}"
HEX_ID = IsStr(regex="[0-9a-f]{32}")
MERGE = {"If-Match": "1", "Content-Type": "application/merge-patch+json"}
NEW = {"name": "Pump P-104", "typeId": "acme.CentrifugalPump", "parentId": "{area}"}
CREATE = Send("POST", ASSETS, json=NEW, keep={"new": "assetId", "etag": "etag"})
NAME_PLATE = {
    "name": "NamePlate",
    "variables": [
        {"name": "manufacturer", "value": "Acme Pumps GmbH"},
        {"name": "serialNumber", "value": "AP-2019-101"},
        {"name": "ratedPower", "value": "18.5"},
    ],
}


def post(**changes: Any) -> Send:
    """A creation with some properties changed; None leaves one out."""
    body = {**NEW, **changes}
    return Send("POST", ASSETS, json={name: value for name, value in body.items() if value is not None})


def put(**body: Any) -> Send:
    """A full update of the pump."""
    return Send("PUT", PUMP, headers={"If-Match": "1"}, json={"name": "Pump P-101", **body})


def patch(body: dict[str, Any]) -> Send:
    """A merge patch of the pump."""
    return Send("PATCH", PUMP, headers=MERGE, json=body)


def delete(asset: str, etag: str = "1") -> Send:
    return Send("DELETE", f"{ASSETS}/{{{asset}}}", headers={"If-Match": etag})


def refused(id: str, rule: str, send: Send, message: Any, source: str = "official") -> Row:
    """A write that is 400 because of a property."""
    return Row(f"write-{id}", AREA, rule, source, send, 400, body=errors("invalidRequestBodyProperty", message))


UPDATES = (
    Row(
        "write-put",
        AREA,
        "PUT replaces everything that can change; what is left out is removed.",
        "official",
        put(name="Pump P-101 B", description="Spare"),
        200,
        body=single(
            assetId="{pump}",
            name="Pump P-101 B",
            description="Spare",
            externalId=None,
            etag=2,
            variables=[],
            aspects=[],
            typeId="acme.CentrifugalPump",
            parentId="{area}",
        ),
    ),
    Row(
        "write-patch",
        AREA,
        "PATCH is a JSON merge patch: the rest stays, null removes.",
        "official",
        patch({"description": "Spare", "externalId": None}),
        200,
        body=IsPartialDict(
            {
                "name": "Pump P-101",
                "description": "Spare",
                "externalId": None,
                "etag": 2,
                "variables": [{"name": "ratedFlow", "value": "120.0"}],
                "aspects": [NAME_PLATE],
            }
        ),
    ),
    Row(
        "write-patch-location",
        AREA,
        "PATCH changes single lines of a location.",
        "official",
        patch({"location": {"locality": "Gersthofen", "postalCode": None}}),
        200,
        body=IsPartialDict(
            {"location": IsPartialDict({"country": "Germany", "locality": "Gersthofen", "postalCode": None})}
        ),
    ),
    Row(
        "write-patch-content-type",
        AREA,
        "PATCH needs `application/merge-patch+json`.",
        "official",
        Send("PATCH", PUMP, headers={"If-Match": "1"}, json={"name": "x"}),
        415,
        body=errors("unsupportedMediaType"),
    ),
    refused(
        "patch-variables",
        "The arrays of a PATCH contain all existing variables.",
        patch({"variables": []}),
        "variables has to contain all existing entries. Send ratedFlow as well.",
    ),
    refused(
        "patch-aspects",
        "The arrays of a PATCH contain all existing aspects.",
        patch({"aspects": []}),
        "aspects has to contain all existing entries. Send NamePlate as well.",
    ),
    Row(
        "write-patch-name",
        AREA,
        "The name cannot be removed.",
        "official",
        patch({"name": None}),
        400,
        body=errors("missingRequestBodyProperty", "The property name is required."),
    ),
    refused("fixed-type", "`typeId` cannot change.", put(typeId="acme.CNGTurbine"), Contains("typeId cannot")),
    refused("fixed-timezone", "`timezone` cannot change.", put(timezone="Asia/Tokyo"), Contains("timezone cannot")),
    refused("fixed-twin-type", "`twinType` cannot change.", put(twinType="simulation"), Contains("twinType cannot")),
    refused(
        "fixed-patch",
        "A PATCH cannot change what is fixed, either.",
        patch({"twinType": "simulation"}),
        Contains("twinType cannot"),
    ),
    refused("fixed-parent", "`parentId` changes by a move only.", put(parentId="{site}"), Contains("move")),
    Row(
        "write-put-read-back",
        AREA,
        "What was read can be sent back: fixed and unknown properties are accepted unchanged.",
        "sdk",
        put(typeId="acme.CentrifugalPump", parentId="{area}", timezone="Europe/Berlin", assetId="{pump}", _links={}),
        200,
        body=IsPartialDict({"etag": 2}),
    ),
    Row(
        "write-if-match-missing",
        AREA,
        "A write without `If-Match` is 428 (switch `missing_if_match_status`).",
        "assumed",
        Send("PUT", PUMP, json={"name": "x"}),
        428,
        body=errors("invalidParameter"),
    ),
    Row(
        "write-if-match-wrong",
        AREA,
        "A write with another etag is 412 (switch `wrong_if_match_status`).",
        "assumed",
        Send("PUT", PUMP, headers={"If-Match": "7"}, json={"name": "x"}),
        412,
        body=errors("noMatch"),
    ),
    Row(
        "write-unknown",
        AREA,
        "Writing an unknown asset is 404.",
        "official",
        Send("PUT", f"{ASSETS}/{{foreign}}", headers={"If-Match": "1"}, json={"name": "x"}),
        404,
        body=errors("noMatch"),
    ),
)

DELETIONS = (
    Row("delete", AREA, "A deletion is 204.", "official", delete("pump"), 204, text=""),
    Row(
        "delete-listed",
        AREA,
        "A deleted asset is not in lists, unless the filter is about `deleted`.",
        "assumed",
        Send("GET", ASSETS, params={"filter": '{"name":"Pump P-101"}'}),
        200,
        body=names(),
        before=(delete("pump"),),
    ),
    Row(
        "delete-read-admin",
        AREA,
        "A deleted asset can be read by an administrator; `deleted` is the time of deletion.",
        "sdk",
        Send("GET", PUMP),
        200,
        body=IsPartialDict({"name": "Pump P-101", "deleted": "2026-11-20T12:00:30.000Z", "etag": 2}),
        before=(delete("pump"),),
    ),
    Row(
        "delete-read-user",
        AREA,
        "A deleted asset is 404 for everybody else.",
        "sdk",
        Send("GET", PUMP, as_="acme-hub-reader"),
        404,
        body=errors("noMatch"),
        before=(delete("pump"),),
    ),
    Row(
        "delete-found-by-user",
        AREA,
        "A filter on `deleted` finds deleted assets for administrators only.",
        "sdk",
        Send("GET", ASSETS, params={"filter": '{"not":{"deleted":null}}'}, as_="acme-hub-reader"),
        200,
        body=names(),
        before=(delete("pump"),),
    ),
    Row(
        "delete-write",
        AREA,
        "A deleted asset cannot be changed.",
        "sdk",
        Send("PUT", PUMP, headers={"If-Match": "2"}, json={"name": "x"}),
        404,
        body=errors("noMatch"),
        before=(delete("pump"),),
    ),
    Row(
        "delete-parent",
        AREA,
        "A deleted asset is no parent.",
        "assumed",
        post(parentId="{new}"),
        400,
        body=errors("invalidRequestBodyProperty", Contains("parentId")),
        before=(CREATE, delete("new", "{etag}")),
    ),
    Row(
        "delete-children",
        AREA,
        "An asset with children cannot be deleted.",
        "official",
        delete("area"),
        409,
        body=errors("conflict", "The asset has children. Delete or move them first."),
    ),
    Row(
        "delete-root",
        AREA,
        "The root asset cannot be deleted.",
        "official",
        delete("root"),
        409,
        body=errors("conflict", "The root asset cannot be deleted."),
    ),
    Row(
        "delete-if-match",
        AREA,
        "A deletion needs `If-Match`.",
        "official",
        Send("DELETE", PUMP),
        428,
        body=errors("invalidParameter"),
    ),
)

ROWS = (*UPDATES, *DELETIONS)
