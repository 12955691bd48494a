"""Asset Management v3: where assets stand: moves and locations."""

from __future__ import annotations

from dirty_equals import Contains, IsPartialDict, IsStr

from .assets import AREA, PUMP
from .reading_assets import ASSETS, LINK_KEYS, href, single, some
from .rows import Row, Send, errors


def move(asset: str, parent: str, etag: str = "1") -> Send:
    return Send("POST", f"{ASSETS}/{{{asset}}}/move", headers={"If-Match": etag}, json={"newParentId": f"{{{parent}}}"})


MOVES = (
    Row(
        "move",
        AREA,
        "A move changes the parent and is answered with the asset.",
        "official",
        move("pump", "site"),
        200,
        body=single(
            parentId="{site}",
            etag=2,
            hierarchyPath=[{"assetId": "{root}", "name": "acme"}, {"assetId": "{site}", "name": "Augsburg Works"}],
            _links=some(LINK_KEYS, parent=href("/assets/{site}")),
        ),
    ),
    Row(
        "move-subtree",
        AREA,
        "What stands below a moved asset moves with it.",
        "official",
        Send("GET", PUMP),
        200,
        body=single(
            hierarchyPath=[{"assetId": "{root}", "name": "acme"}, {"assetId": "{area}", "name": "Pump Station"}]
        ),
        before=(move("area", "root"),),
    ),
    Row(
        "move-below-itself",
        AREA,
        "An asset cannot be moved below itself.",
        "assumed",
        move("site", "pump"),
        400,
        body=errors("invalidRequestBodyProperty", Contains("not below")),
    ),
    Row(
        "move-to-itself",
        AREA,
        "An asset cannot be its own parent.",
        "assumed",
        move("site", "site"),
        400,
        body=errors("invalidRequestBodyProperty", Contains("not below")),
    ),
    Row(
        "move-root",
        AREA,
        "The root asset cannot be moved.",
        "assumed",
        move("root", "site"),
        409,
        body=errors("conflict", "The root asset cannot be moved."),
    ),
    Row(
        "move-to-nowhere",
        AREA,
        "The new parent is an asset of the tenant.",
        "official",
        move("pump", "foreign"),
        400,
        body=errors("invalidRequestBodyProperty", Contains("newParentId")),
    ),
    Row(
        "move-without-parent",
        AREA,
        "A move needs `newParentId`.",
        "official",
        Send("POST", f"{PUMP}/move", headers={"If-Match": "1"}, json={}),
        400,
        body=errors("missingRequestBodyProperty", "The property newParentId is required."),
    ),
    Row(
        "move-if-match",
        AREA,
        "A move needs `If-Match`.",
        "official",
        Send("POST", f"{PUMP}/move", json={"newParentId": "{site}"}),
        428,
        body=errors("invalidParameter"),
    ),
)

LOCATIONS = (
    Row(
        "location-put",
        AREA,
        "PUT of a location answers the asset, which then has a location of its own.",
        "sdk",
        Send("PUT", f"{ASSETS}/{{area}}/location", headers={"If-Match": "1"}, json={"locality": "Gersthofen"}),
        200,
        body=single(
            etag=2,
            location=IsPartialDict({"locality": "Gersthofen", "country": None}),
            _links=IsPartialDict({"location": IsPartialDict({"href": IsStr(regex=".*/assets/[0-9a-f]{32}/location")})}),
        ),
    ),
    Row(
        "location-delete",
        AREA,
        "A deleted location is answered with the asset, which shows the inherited one.",
        "sdk",
        Send("DELETE", f"{PUMP}/location", headers={"If-Match": "1"}),
        200,
        body=single(
            etag=2,
            location=IsPartialDict({"locality": "Augsburg"}),
            _links=some(LINK_KEYS, location=href("/assets/{site}/location")),
        ),
    ),
    Row(
        "location-delete-inherited",
        AREA,
        "An inherited location is deleted where it stands only.",
        "sdk",
        Send("DELETE", f"{ASSETS}/{{area}}/location", headers={"If-Match": "1"}),
        404,
        body=errors("noMatch", Contains("no location of its own")),
    ),
    Row(
        "location-wrong",
        AREA,
        "A location obeys the rules of the asset's one.",
        "official",
        Send("PUT", f"{PUMP}/location", headers={"If-Match": "1"}, json={"latitude": 91}),
        400,
        body=errors("invalidRequestBodyProperty", "location.latitude has to be a number from -90 to 90."),
    ),
    Row(
        "location-if-match",
        AREA,
        "Writing a location needs `If-Match`.",
        "official",
        Send("PUT", f"{PUMP}/location", json={"locality": "x"}),
        428,
        body=errors("invalidParameter"),
    ),
)

ROWS = (*MOVES, *LOCATIONS)
