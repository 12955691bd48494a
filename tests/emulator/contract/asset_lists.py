"""Asset Management v3: the billboard, lists and their pages."""

from __future__ import annotations

from dirty_equals import Contains, HasLen, IsPartialDict

from .reading_assets import AREA, ASSETS, BASE, LIST_KEYS, href, some
from .rows import READER, Row, Send, errors

ROWS = (
    Row(
        "assets-billboard",
        AREA,
        "The billboard names the collections.",
        "official",
        Send("GET", f"{BASE}/", as_=READER),
        200,
        body={
            "_links": {
                "self": href("/"),
                "aspectTypes": href("/aspecttypes"),
                "assetTypes": href("/assettypes"),
                "assets": href("/assets"),
                "files": href("/files"),
            }
        },
    ),
    Row(
        "assets-page-size-default",
        AREA,
        "A page has 10 entries unless `size` says otherwise.",
        "recorded",
        Send("GET", ASSETS, as_=READER),
        200,
        headers={"Content-Type": "application/hal+json;charset=UTF-8"},
        body=IsPartialDict({"_embedded": {"assets": HasLen(10)}, "page": IsPartialDict({"size": 10, "number": 0})}),
    ),
    Row(
        "assets-page-size-maximum",
        AREA,
        "A page has at most 200 entries (switch `max_page_size`).",
        "official",
        Send("GET", ASSETS, params={"size": "201"}, as_=READER),
        400,
        body=errors("invalidParameter"),
    ),
    Row(
        "assets-page-links",
        AREA,
        "A list of several pages links to its first, previous, next and last page.",
        "recorded",
        Send("GET", ASSETS, params={"size": "5", "page": "1"}, as_=READER),
        200,
        body={
            "_embedded": {"assets": HasLen(5)},
            "_links": {
                "self": href("/assets?page=1&size=5&sort=name,asc"),
                "first": href("/assets?page=0&size=5&sort=name,asc"),
                "prev": href("/assets?page=0&size=5&sort=name,asc"),
                "next": href("/assets?page=2&size=5&sort=name,asc"),
                "last": href("/assets?page=2&size=5&sort=name,asc"),
            },
            "page": {"size": 5, "totalElements": 12, "totalPages": 3, "number": 1},
        },
    ),
    Row(
        "assets-page-single",
        AREA,
        "A list of one page links to itself only.",
        "recorded",
        Send("GET", ASSETS, params={"size": "200"}, as_=READER),
        200,
        body=some(LIST_KEYS, _links={"self": href("/assets?page=0&size=200&sort=name,asc")}),
    ),
    Row(
        "assets-page-beyond",
        AREA,
        "A page beyond the last one is empty.",
        "assumed",
        Send("GET", ASSETS, params={"page": "9"}, as_=READER),
        200,
        body=IsPartialDict({"_embedded": {"assets": []}, "page": IsPartialDict({"totalElements": 12, "number": 9})}),
    ),
    Row(
        "assets-sort-descending",
        AREA,
        "A list is sorted by a field, `asc` or `desc`.",
        "official",
        Send("GET", ASSETS, params={"sort": "name,desc", "size": "2"}, as_=READER),
        200,
        body=IsPartialDict(
            {"_embedded": {"assets": [IsPartialDict({"name": "acme"}), IsPartialDict({"name": "Turbine T-302"})]}}
        ),
    ),
    Row(
        "assets-sort-unknown",
        AREA,
        "A list cannot be sorted by a field that is no single value.",
        "assumed",
        Send("GET", ASSETS, params={"sort": "location,asc"}, as_=READER),
        400,
        body=errors("invalidParameter", "Lists cannot be sorted by location."),
    ),
    Row(
        "asset-basic-fields",
        AREA,
        "`basicFieldsOnly=true` is kept in the links of a list.",
        "assumed",
        Send("GET", ASSETS, params={"basicFieldsOnly": "true", "size": "200"}, as_=READER),
        200,
        body=some(LIST_KEYS, _links={"self": href("/assets?basicFieldsOnly=true&page=0&size=200&sort=name,asc")}),
    ),
    Row(
        "asset-flag-wrong",
        AREA,
        "A parameter that is a flag is true or false.",
        "assumed",
        Send("GET", ASSETS, params={"includeShared": "maybe"}, as_=READER),
        400,
        body=errors("invalidParameter", Contains("includeShared")),
    ),
)
