"""Asset Management: the types of the platform, and how types are read."""

from __future__ import annotations

from typing import Any

from dirty_equals import Contains, HasLen, IsPartialDict

from .aspect_types import AREA as ASPECT_TYPES
from .asset_types import AREA as ASSET_TYPES
from .reading_assets import BASE, LIST_KEYS, href, some
from .rows import FOREIGN, NOBODY, READER, Row, Send, errors

CORE = '{"tenantId":"core"}'


def core_type(name: str, parent: str | None, instantiable: bool, variables: Any) -> Any:
    """A core type, as every tenant sees it."""
    links = {"self": href(f"/assettypes/core.{name}")}
    if parent is not None:
        links["parent"] = href(f"/assettypes/{parent}")
    return {
        "id": f"core.{name}",
        "tenantId": "core",
        "name": name,
        "description": "",
        "parentTypeId": parent,
        "instantiable": instantiable,
        "scope": "public",
        "etag": 1,
        "aspects": [],
        "variables": variables,
        "fileAssignments": [],
        "sharing": {"modes": []},
        "_links": links,
    }


def variable(name: str, kind: str, owner: str, length: int | None = None) -> dict[str, Any]:
    return {
        "name": name,
        "dataType": kind,
        "unit": None,
        "searchable": True,
        "length": length,
        "defaultValue": None,
        "_links": {"origin": href(f"/assettypes/core.{owner}")},
    }


def one(id_: str, rule: str, name: str, body: Any, **send: Any) -> Row:
    request = Send("GET", f"{BASE}/assettypes/core.{name}", as_=send.get("as_", READER))
    return Row(f"asset-types-{id_}", ASSET_TYPES, rule, "recorded", request, 200, body=body)


PLATFORM = (
    one(
        "core-asset",
        "`core.basicasset` is the abstract root of all types; it has the variable `externalId`.",
        "basicasset",
        core_type("basicasset", None, False, [variable("externalId", "STRING", "basicasset", 255)]),
    ),
    one(
        "core-hierarchy",
        "`core.basichierarchy` is abstract.",
        "basichierarchy",
        core_type("basichierarchy", "core.basicasset", False, []),
    ),
    one(
        "core-enterprise",
        "`core.basicenterprise`, the type of the root asset, has the variable `tenantFlag`.",
        "basicenterprise",
        core_type(
            "basicenterprise", "core.basichierarchy", True, [variable("tenantFlag", "BOOLEAN", "basicenterprise")]
        ),
    ),
    one(
        "core-agent",
        "Agents are assets of the type `core.basicagent`.",
        "basicagent",
        core_type("basicagent", "core.basicasset", True, []),
    ),
    one(
        "core-subtenant",
        "Subtenants are assets of the type `core.basicsubtenant`.",
        "basicsubtenant",
        core_type("basicsubtenant", "core.basichierarchy", True, []),
    ),
    one(
        "core-other-tenant",
        "Every tenant sees the same core types.",
        "basicarea",
        core_type("basicarea", "core.basichierarchy", True, []),
        as_=FOREIGN,
    ),
    Row(
        "asset-types-core-device",
        ASSET_TYPES,
        "`core.basicdevice` has the aspect `status` of the type `core.assetstatus`.",
        "recorded",
        Send("GET", f"{BASE}/assettypes/core.basicdevice", as_=READER),
        200,
        body=IsPartialDict(
            {
                "aspects": [
                    IsPartialDict({"name": "status", "aspectType": IsPartialDict({"id": "core.assetstatus"})}),
                ]
            }
        ),
    ),
    Row(
        "aspect-types-core-status",
        ASPECT_TYPES,
        "The aspect type `core.assetstatus` is static, public and of tenant `core`.",
        "recorded",
        Send("GET", f"{BASE}/aspecttypes/core.assetstatus", as_=READER),
        200,
        body=IsPartialDict({"tenantId": "core", "category": "static", "scope": "public", "variables": HasLen(6)}),
    ),
)

READING = (
    Row(
        "asset-types-list",
        ASSET_TYPES,
        "Asset types are listed under `assetTypes`; the filter is that of assets.",
        "official",
        Send("GET", f"{BASE}/assettypes", params={"filter": '{"id":"core.basicsite"}'}, as_=READER),
        200,
        headers={"Content-Type": "application/hal+json;charset=UTF-8"},
        body={
            "_embedded": {"assetTypes": [core_type("basicsite", "core.basichierarchy", True, [])]},
            "_links": {
                "self": href("/assettypes?filter=%7B%22id%22:%22core.basicsite%22%7D&page=0&size=10&sort=name,asc")
            },
            "page": {"size": 10, "totalElements": 1, "totalPages": 1, "number": 0},
        },
    ),
    Row(
        "aspect-types-list",
        ASPECT_TYPES,
        "Aspect types are listed under `aspectTypes`.",
        "official",
        Send("GET", f"{BASE}/aspecttypes", params={"filter": CORE}, as_=READER),
        200,
        body=some(
            LIST_KEYS,
            _embedded={"aspectTypes": [IsPartialDict({"id": "core.assetstatus"})]},
            page={"size": 10, "totalElements": 1, "totalPages": 1, "number": 0},
        ),
    ),
    Row(
        "asset-types-own",
        ASSET_TYPES,
        "Without `exploded` a type has only what it declares itself.",
        "official",
        Send("GET", f"{BASE}/assettypes/acme.CNGTurbine", as_=READER),
        200,
        body=IsPartialDict({"aspects": [IsPartialDict({"name": "PrimaryMotor"})], "variables": []}),
    ),
    Row(
        "asset-types-exploded",
        ASSET_TYPES,
        "`exploded=true` adds what a type inherits; `origin` links to the type that declares it.",
        "official",
        Send("GET", f"{BASE}/assettypes/acme.CNGTurbine", params={"exploded": "true"}, as_=READER),
        200,
        body=IsPartialDict(
            {
                "aspects": [
                    IsPartialDict({"name": "status", "_links": {"origin": href("/assettypes/core.basicdevice")}}),
                    IsPartialDict({"name": "PrimaryMotor", "_links": {"origin": href("/assettypes/acme.CNGTurbine")}}),
                ],
                "variables": [variable("externalId", "STRING", "basicasset", 255)],
            }
        ),
    ),
    Row(
        "asset-types-page-size-maximum",
        ASSET_TYPES,
        "A page of asset types has at most 200 entries.",
        "official",
        Send("GET", f"{BASE}/assettypes", params={"size": "201"}, as_=READER),
        400,
        body=errors("invalidParameter", "size has to be 1 to 200, not 201."),
    ),
    Row(
        "aspect-types-page-size-maximum",
        ASPECT_TYPES,
        "A page of aspect types has at most 200 entries.",
        "official",
        Send("GET", f"{BASE}/aspecttypes", params={"size": "201"}, as_=READER),
        400,
        body=errors("invalidParameter", "size has to be 1 to 200, not 201."),
    ),
    Row(
        "asset-types-unknown",
        ASSET_TYPES,
        "An unknown asset type is 404.",
        "official",
        Send("GET", f"{BASE}/assettypes/acme.Nothing", as_=READER),
        404,
        body=errors("noMatch", Contains("acme.Nothing")),
    ),
    Row(
        "asset-types-foreign",
        ASSET_TYPES,
        "An asset type of another tenant is 404, with `includeShared`, too.",
        "official",
        Send("GET", f"{BASE}/assettypes/acme.CentrifugalPump", params={"includeShared": "true"}, as_=FOREIGN),
        404,
        body=errors("noMatch"),
    ),
    Row(
        "aspect-types-foreign",
        ASPECT_TYPES,
        "An aspect type of another tenant is 404.",
        "official",
        Send("GET", f"{BASE}/aspecttypes/acme.Hydraulics", params={"includeShared": "true"}, as_=FOREIGN),
        404,
        body=errors("noMatch"),
    ),
    Row(
        "asset-types-no-token",
        ASSET_TYPES,
        "Reading types takes a token, like everything behind the gateway.",
        "official",
        Send("GET", f"{BASE}/assettypes", as_=NOBODY),
        401,
        body=errors("unauthorized"),
    ),
)

ROWS = (*PLATFORM, *READING)
