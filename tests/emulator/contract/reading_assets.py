"""Asset Management v3: single assets, headers, refusals."""

from __future__ import annotations

from typing import Any

from dirty_equals import AnyThing, IsList, IsPartialDict, IsStr

from .rows import NOBODY, READER, XCELERATOR, Row, Send, errors

AREA = "Asset Management: assets, read"
BASE = "/api/assetmanagement/v3"
ASSETS = f"{BASE}/assets"
PUMP = f"{ASSETS}/{{pump}}"
HREF = "{base}/assetmanagement/v3"
ETAG = IsStr(regex='"0[0-9a-f]{32}"')

LIST_KEYS = ("_embedded", "_links", "page")
ASSET_KEYS = (
    *("assetId", "tenantId", "name", "etag", "externalId", "t2Tenant", "subTenant", "description", "timezone"),
    *("twinType", "parentId", "typeId", "location", "fileAssignments", "variables", "aspects", "locks", "deleted"),
    *("sharing", "hierarchyPath", "_links"),
)
LINK_KEYS = ("self", "aspects", "variables", "location", "children", "parent")


def some(keys: tuple[str, ...], **known: Any) -> dict[str, Any]:
    """An object with exactly these keys, of which some values are known; unlike IsPartialDict it takes `{names}`."""
    return {**dict.fromkeys(keys, AnyThing()), **known}


def single(**known: Any) -> dict[str, Any]:
    """A single asset of which some fields are known."""
    return some(ASSET_KEYS, **known)


def href(path: str) -> dict[str, str]:
    """A link below the classic gateway."""
    return {"href": f"{HREF}{path}"}


def names(*expected: str) -> IsPartialDict:
    """A list that has exactly the assets with these names."""
    entries = IsList(*(IsPartialDict({"name": name}) for name in expected))
    return IsPartialDict({"_embedded": {"assets": entries}, "page": IsPartialDict({"totalElements": len(expected)})})


ROWS = (
    Row(
        "asset-single",
        AREA,
        "An asset has all its fields, null ones too, values as text, and the path from the root.",
        "recorded",
        Send("GET", PUMP, as_=READER),
        200,
        headers={"Content-Type": "application/hal+json;charset=UTF-8", "ETag": ETAG},
        body={
            "assetId": "{pump}",
            "tenantId": "acme",
            "name": "Pump P-101",
            "etag": 1,
            "externalId": "P-101",
            "t2Tenant": None,
            "subTenant": None,
            "description": None,
            "timezone": "Europe/Berlin",
            "twinType": "performance",
            "parentId": "{area}",
            "typeId": "acme.CentrifugalPump",
            "location": {
                "country": "Germany",
                "region": "Bavaria",
                "locality": "Augsburg",
                "streetAddress": "Pumpenweg 1",
                "postalCode": "86153",
                "longitude": 10.8978,
                "latitude": 48.3705,
            },
            "fileAssignments": [],
            "variables": [{"name": "ratedFlow", "value": "120.0"}],
            "aspects": [
                {
                    "name": "NamePlate",
                    "variables": [
                        {"name": "manufacturer", "value": "Acme Pumps GmbH"},
                        {"name": "serialNumber", "value": "AP-2019-101"},
                        {"name": "ratedPower", "value": "18.5"},
                    ],
                }
            ],
            "locks": [],
            "deleted": None,
            "sharing": {"modes": []},
            "hierarchyPath": [
                {"assetId": "{root}", "name": "acme"},
                {"assetId": "{site}", "name": "Augsburg Works"},
                {"assetId": "{area}", "name": "Pump Station"},
            ],
            "_links": {
                "self": href("/assets/{pump}"),
                "aspects": href("/assets/{pump}/aspects"),
                "variables": href("/assets/{pump}/variables"),
                "location": href("/assets/{pump}/location"),
                "children": href("/assets?filter=%7B%22parentId%22:%22{pump}%22%7D"),
                "parent": href("/assets/{area}"),
            },
        },
    ),
    Row(
        "asset-root",
        AREA,
        "The root asset has an empty parentId, an empty path and the tenantFlag.",
        "recorded",
        Send("GET", f"{ASSETS}/root", as_=READER),
        200,
        body=single(
            assetId="{root}",
            parentId="",
            hierarchyPath=[],
            typeId="core.basicenterprise",
            variables=[{"name": "tenantFlag", "value": "true"}],
        ),
    ),
    Row(
        "asset-location-inherited",
        AREA,
        "An asset without a location shows that of the nearest asset above, and links to where it stands.",
        "sdk",
        Send("GET", f"{ASSETS}/{{area}}", as_=READER),
        200,
        body=single(
            location=IsPartialDict({"locality": "Augsburg"}),
            _links=some(LINK_KEYS, location=href("/assets/{site}/location")),
        ),
    ),
    Row(
        "asset-aspects",
        AREA,
        "The aspects of an asset include inherited ones.",
        "recorded",
        Send("GET", f"{ASSETS}/{{turbine}}/aspects", as_=READER),
        200,
        body=some(
            LIST_KEYS,
            _embedded={
                "aspects": [
                    {
                        "name": "Bearing_A",
                        "holderAssetId": "{turbine}",
                        "aspectTypeId": "acme.Vibration",
                        "aspectTypeName": "Vibration",
                        "category": "dynamic",
                        "description": "Vibration and temperature of a bearing.",
                        "variables": [
                            {
                                "name": "velocity",
                                "dataType": "DOUBLE",
                                "unit": "mm/s",
                                "searchable": False,
                                "length": None,
                                "qualityCode": True,
                                "defaultValue": None,
                            },
                            *(IsPartialDict({"name": name}) for name in ("acceleration", "bearingTemperature")),
                        ],
                        "_links": {
                            "self": href("/assets/{turbine}/aspects/Bearing_A"),
                            "asset": href("/assets/{turbine}"),
                            "aspectType": href("/aspecttypes/acme.Vibration"),
                        },
                    },
                    IsPartialDict({"name": "PrimaryMotor", "category": "dynamic"}),
                    IsPartialDict({"name": "status", "category": "static"}),
                ]
            },
        ),
    ),
    Row(
        "asset-variables",
        AREA,
        "The variables of an asset are the definitions of its type, inherited ones included.",
        "official",
        Send("GET", f"{PUMP}/variables", as_=READER),
        200,
        body=IsPartialDict(
            {
                "_embedded": {
                    "variables": [
                        {
                            "name": "externalId",
                            "dataType": "STRING",
                            "unit": None,
                            "searchable": True,
                            "length": 255,
                            "defaultValue": None,
                            "_links": {"self": href("/assets/{pump}/variables"), "asset": href("/assets/{pump}")},
                        },
                        IsPartialDict({"name": "ratedFlow", "dataType": "DOUBLE", "unit": "m³/h"}),
                    ]
                }
            }
        ),
    ),
    Row(
        "asset-if-none-match",
        AREA,
        "An unchanged asset is 304 for `If-None-Match` with the etag number of its body.",
        "sdk",
        Send("GET", PUMP, headers={"If-None-Match": "1"}, as_=READER),
        304,
        headers={"ETag": ETAG},
        text="",
    ),
    Row(
        "asset-etag-changes",
        AREA,
        "A changed asset is not 304 for the etag of before.",
        "sdk",
        Send("GET", PUMP, headers={"If-None-Match": "1"}, as_=READER),
        200,
        body=IsPartialDict({"etag": 2, "name": "Pump P-101 B"}),
        before=(Send("PUT", PUMP, headers={"If-Match": "1"}, json={"name": "Pump P-101 B"}),),
    ),
    Row(
        "assets-security-headers",
        AREA,
        "Security headers arrive twice: from the service and from the gateway.",
        "recorded",
        Send("GET", ASSETS, as_=READER),
        200,
        headers={"X-Frame-Options": "DENY, DENY", "X-Content-Type-Options": "nosniff, nosniff"},
        body=some(LIST_KEYS),
    ),
    Row(
        "assets-accept-json",
        AREA,
        "`Accept: application/json` alone is 500 (switch `plain_json_accepted`).",
        "reported",
        Send("GET", ASSETS, headers={"Accept": "application/json"}, as_=READER),
        500,
        body=errors("internalServerError", "No acceptable representation"),
    ),
    Row(
        "assets-accept-hal",
        AREA,
        "`Accept: application/hal+json` is served.",
        "reported",
        Send("GET", ASSETS, headers={"Accept": "application/hal+json"}, as_=READER),
        200,
        headers={"Content-Type": "application/hal+json;charset=UTF-8"},
        body=IsPartialDict({"page": {"size": 10, "totalElements": 12, "totalPages": 2, "number": 0}}),
    ),
    Row(
        "assets-without-token",
        AREA,
        "A call without a token is 401.",
        "official",
        Send("GET", ASSETS, as_=NOBODY),
        401,
        body=errors("unauthorized"),
    ),
    Row(
        "assets-write-without-role",
        AREA,
        "Writing needs assetmanagement.admin or TenantAdmin.",
        "official",
        Send("PUT", PUMP, headers={"If-Match": "1"}, json={"name": "x"}, as_=READER),
        403,
        body=errors("forbidden", "Access Denied"),
    ),
    Row(
        "asset-unknown",
        AREA,
        "An unknown asset is 404.",
        "official",
        Send("GET", f"{ASSETS}/00000000000000000000000000000000", as_=READER),
        404,
        body=errors("noMatch"),
    ),
    Row(
        "asset-of-another-tenant",
        AREA,
        "An asset of another tenant is 404, like an unknown one.",
        "official",
        Send("GET", f"{ASSETS}/{{foreign}}", as_=READER),
        404,
        body=errors("noMatch"),
    ),
    Row(
        "assets-xcelerator-links",
        AREA,
        "Links have the form of the gateway that was called.",
        "official",
        Send("GET", f"{ASSETS}/{{drive}}", as_=XCELERATOR),
        200,
        body=single(
            _links=some(LINK_KEYS, self={"href": "{url}/api.app/api/assetmanagement-1000001700/v3/assets/{drive}"}),
        ),
    ),
)
