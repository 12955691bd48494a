"""Asset Management v3: lists, pages, single assets."""

from __future__ import annotations

from dirty_equals import HasLen, IsPartialDict

from .rows import READER, Row, Send, errors

AREA = "Asset Management v3: read"
ASSETS = "/api/assetmanagement/v3/assets"

ROWS = (
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
)
