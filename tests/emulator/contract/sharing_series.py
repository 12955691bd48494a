"""Time series of shared assets: readable for the receiver, and for reading only."""

from __future__ import annotations

from typing import Any

from dirty_equals import IsPartialDict

from .reading_assets import BASE as ASSET_MANAGEMENT
from .rows import FOREIGN, XCELERATOR, Row, Send
from .sharing import AREA, control
from .time_series import BASE, JSON, ONE_PAST_TEN, TEN, at, spring

SERIES = f"{BASE}/{{turbine}}/Bearing_A"
RANGE = {"from": TEN, "to": ONE_PAST_TEN}
WRITTEN = [{"_time": "2026-11-20T10:00:30Z", "velocity": 1.5}]


def row(id_: str, rule: str, send: Send, status: int, body: Any, *before: Send, source: str = "official") -> Row:
    return Row(f"sharing-series-{id_}", AREA, rule, source, send, status, JSON, body, before=before)


def refused(id_: str, rule: str, send: Send) -> Row:
    message = "[6015] Only the tenant that shares an asset can write or delete its time series."
    return row(id_, rule, send, 403, spring(403, "Forbidden", message, SERIES), source="assumed")


ROWS = (
    row(
        "read",
        "The receiver reads the time series of the original.",
        Send("GET", SERIES, {"from": TEN, "to": "2026-11-20T10:00:59Z"}, as_=FOREIGN),
        200,
        WRITTEN,
        Send("PUT", SERIES, json=WRITTEN),
    ),
    refused(
        "write",
        "The receiver does not write the time series of a received asset.",
        Send("PUT", SERIES, json=WRITTEN, as_=FOREIGN),
    ),
    refused(
        "delete",
        "The receiver does not delete the time series of a received asset.",
        Send("DELETE", SERIES, RANGE, as_=FOREIGN),
    ),
    row(
        "sharer",
        "The sharer reads on as before.",
        Send("GET", SERIES, RANGE),
        200,
        at(ONE_PAST_TEN),
    ),
    row(
        "ended",
        "After the end of a sharing its time series are 404.",
        Send("GET", SERIES, RANGE, as_=FOREIGN),
        404,
        spring(404, "Not Found", "[6410] Unable to find the property set - Bearing_A", SERIES),
        control("DELETE"),
    ),
    row(
        "others",
        "Who has not received an asset does not read its time series.",
        Send("GET", SERIES, RANGE, as_=XCELERATOR),
        404,
        IsPartialDict(message="[6410] Unable to find the property set - Bearing_A"),
    ),
    row(
        "aggregates",
        "The receiver reads the aggregates of the original.",
        Send(
            "GET",
            "/api/iottsaggregates/v4/aggregates",
            {
                "assetId": "{turbine}",
                "aspectName": "Bearing_A",
                "select": "velocity.countgood",
                "from": "2027-01-11T00:00:00Z",
                "to": "2027-01-11T01:00:00Z",
                "intervalUnit": "hour",
                "intervalValue": "1",
            },
            as_=FOREIGN,
        ),
        200,
        {
            "aggregates": [
                {
                    "velocity": {"countgood": 1},
                    "starttime": "2027-01-11T00:00:00Z",
                    "endtime": "2027-01-11T01:00:00Z",
                }
            ]
        },
        Send("PUT", SERIES, json=[{"_time": "2027-01-11T00:30:00Z", "velocity": 1.5}]),
    ),
    Row(
        "sharing-files",
        AREA,
        "Files of the sharer stay its own.",
        "official",
        Send("GET", f"{ASSET_MANAGEMENT}/files", {"includeShared": "true"}, as_=FOREIGN),
        200,
        body=IsPartialDict({"_embedded": {"files": []}}),
        before=(
            Send(
                "POST",
                f"{ASSET_MANAGEMENT}/files",
                headers={"Content-Type": "multipart/form-data; boundary=x"},
                data='--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\na\r\n--x--\r\n',
            ),
        ),
    ),
)
