"""Writing several time series in one request."""

from __future__ import annotations

from typing import Any

from dirty_equals import IsPartialDict

from .rows import READER, XCELERATOR, Row, Send, errors
from .time_series import BASE, JSON, VIBRATION, spring
from .time_series_writes import BEFORE, RECORD, SECOND

SEVERAL = "Time Series: write several"
MANY = [{"_time": f"2026-11-20T10:00:30.{n:03}Z", "velocity": 1.5} for n in range(101)]
PAIR = ("{pump}", "Vibration")


def several(*pairs: tuple[str, str, list[Any]], **more: Any) -> Send:
    entries = [{"entityId": asset, "propertySetName": aspect, "data": data} for asset, aspect, data in pairs]
    return Send("PUT", BASE, json={"timeseries": entries}, **more)


def too_much(id: str, rule: str, source: str, send: Send, message: str) -> Row:
    """A multi-write that is refused as a whole."""
    return Row(
        f"series-several-{id}", SEVERAL, rule, source, send, 400, JSON, spring(400, "Bad Request", message, BASE)
    )


ROWS = (
    Row(
        "series-several-status",
        SEVERAL,
        "Several aspects are written in one request, answered with 202.",
        "official",
        several((*PAIR, [RECORD]), ("{pump2}", "Vibration", [RECORD])),
        202,
        JSON,
        {"errors": []},
    ),
    Row(
        "series-several-read",
        SEVERAL,
        "Each pair has its own records then.",
        "official",
        Send("GET", f"{BASE}/{{pump2}}/Vibration", BEFORE),
        200,
        JSON,
        [RECORD],
        before=(several((*PAIR, []), ("{pump2}", "Vibration", [RECORD])),),
    ),
    Row(
        "series-several-error",
        SEVERAL,
        "What is wrong with a pair is said in the answer.",
        "official",
        several((*PAIR, [RECORD]), ("{pump}", "Colour", [RECORD])),
        202,
        JSON,
        {
            "errors": [
                {
                    **spring(404, "Not Found", "[6410] Unable to find the property set - Colour", BASE),
                    "entityId": "{pump}",
                    "propertySetName": "Colour",
                }
            ]
        },
    ),
    Row(
        "series-several-others",
        SEVERAL,
        "A wrong pair does not keep the other pairs from being written.",
        "official",
        Send("GET", VIBRATION, BEFORE),
        200,
        JSON,
        [RECORD],
        before=(several(("{pump}", "Colour", [RECORD]), (*PAIR, [RECORD])),),
    ),
    Row(
        "series-several-pair-atomic",
        SEVERAL,
        "A pair with a wrong record is not written at all.",
        "assumed",
        Send("GET", VIBRATION, BEFORE),
        200,
        JSON,
        [],
        before=(several((*PAIR, [RECORD, {"velocity": 1.5}])),),
    ),
    Row(
        "series-several-maximum",
        SEVERAL,
        "Five pairs and 100 records fit into a request.",
        "official",
        several((*PAIR, MANY[:100]), *((*PAIR, []) for _ in range(4))),
        202,
        JSON,
        {"errors": []},
    ),
    too_much(
        "pairs",
        "More than five pairs refuse the whole request.",
        "official",
        several(*((*PAIR, []) for _ in range(6))),
        "[6012] A request can't have more than 5 assets and aspects.",
    ),
    too_much(
        "records",
        "More than 100 records refuse the whole request.",
        "official",
        several((*PAIR, MANY[:50]), ("{pump2}", "Vibration", MANY[50:])),
        "[6012] A request can't have more than 100 records.",
    ),
    too_much(
        "size",
        "More than 100 kB refuse the whole request.",
        "official",
        several((*PAIR, [{"_time": SECOND, "colour": "x" * 102_400}])),
        "[6012] Size of payload should not be more than 100 kb",
    ),
    too_much(
        "form",
        "An entry has the keys `entityId`, `propertySetName` and `data`.",
        "official",
        Send("PUT", BASE, json={"timeseries": [{"entityId": "{pump}", "data": []}]}),
        "[6012] Entry 0 of timeseries needs the texts entityId, propertySetName and an array data.",
    ),
    too_much(
        "no-list",
        "The body has an array `timeseries`.",
        "official",
        Send("PUT", BASE, json=[]),
        "[6012] The body has to be an object with an array timeseries.",
    ),
    Row(
        "series-several-role",
        SEVERAL,
        "Writing several series takes the roles of writing one.",
        "official",
        several(as_=READER),
        403,
        JSON,
        errors("forbidden", "Access Denied"),
    ),
    Row(
        "series-several-xcelerator",
        SEVERAL,
        "At the Xcelerator gateway the errors of pairs have its path.",
        "assumed",
        several(("{drive}", "Colour", []), as_=XCELERATOR),
        202,
        JSON,
        {"errors": [IsPartialDict(path="/api/iottimeseries-1000001700/v3/timeseries", status=404)]},
    ),
)
