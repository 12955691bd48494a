"""Asset Management v3: reading asset types."""

from __future__ import annotations

from dirty_equals import IsPartialDict

from .asset_types import AREA, FAN, FAN_ID, TYPES, create
from .rows import READER, Row, Send, errors

ROWS = (
    Row(
        "asset-types-basic-fields",
        AREA,
        "`basicFieldsOnly=true` leaves out what is inherited.",
        "official",
        Send("GET", FAN_ID, params={"exploded": "true", "basicFieldsOnly": "true"}, as_=READER),
        200,
        before=(create(FAN),),
        body=IsPartialDict({"aspects": [IsPartialDict({"name": "Shake"})]}),
    ),
    Row(
        "asset-types-not-modified-by-number",
        AREA,
        "`If-None-Match` with the number of the body's etag is answered with 304, quoted or not.",
        "sdk",
        Send("GET", f"{TYPES}/acme.CentrifugalPump", headers={"If-None-Match": '"1"'}, as_=READER),
        304,
        text="",
    ),
    Row(
        "asset-types-include-shared",
        AREA,
        "`includeShared` is true or false, on writes too.",
        "official",
        Send("DELETE", FAN_ID, params={"includeShared": "1"}, headers={"If-Match": "0"}),
        400,
        before=(create(FAN),),
        body=errors("invalidParameter", "includeShared has to be true or false, not '1'."),
    ),
)
