"""Reading IoT Time Series v3. The clock stands at 2026-11-20T12:00:30Z; a pump has a record each minute."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dirty_equals import HasLen, IsDict, IsFloat, IsInt, IsPartialDict

from .rows import ALICE, FOREIGN, READER, XCELERATOR, Row, Send

AREA = "Time Series: read"
BASE = "/api/iottimeseries/v3/timeseries"
VIBRATION = f"{BASE}/{{pump}}/Vibration"
JSON = {"Content-Type": "application/json;charset=UTF-8"}
TEN = "2026-11-20T10:00:00Z"
ONE_PAST_TEN = "2026-11-20T10:01:00Z"
TWO_PAST_TEN = "2026-11-20T10:02:00Z"


def spring(status: int, error: str, message: str, path: str = VIBRATION) -> Any:
    """The service's own error body."""
    return {
        "timestamp": "2026-11-20T12:00:30.000+0000",
        "status": status,
        "error": error,
        "exception": "com.siemens.mindsphere.iot.exception.IotException",
        "message": message,
        "path": path,
    }


def at(*times: str) -> list[Any]:
    """Records at these times, whatever their values."""
    return [IsPartialDict(_time=time) for time in times]


def reading(
    id: str,
    rule: str,
    source: str,
    params: Mapping[str, str],
    body: Any,
    headers: Mapping[str, Any] | None = None,
    *before: Send,
) -> Row:
    """A read of the pump's vibration that is answered."""
    send = Send("GET", VIBRATION, params, as_=READER)
    return Row(f"series-read-{id}", AREA, rule, source, send, 200, headers or JSON, body, before=before)


def link(params: str) -> dict[str, str]:
    """The header that leads to the next page."""
    return {"Link": f'<{{base}}/iottimeseries/v3/timeseries/{{pump}}/Vibration?{params}>; rel="next"'}


def old_values(time: str, values: Mapping[str, Any]) -> tuple[Send, Send]:
    """All of the pump's vibration is deleted but one written record."""
    everything = {"from": "1970-01-01T00:00:00Z", "to": "2026-11-21T00:00:00Z"}
    return Send("DELETE", VIBRATION, everything), Send("PUT", VIBRATION, json=[{"_time": time, **values}])


ANSWERED = (
    reading(
        "latest",
        "Without a range the answer is the latest record alone, in a bare array.",
        "official",
        {},
        [
            IsDict(
                _time="2026-11-20T12:00:00Z",
                velocity=IsFloat,
                velocity_qc=IsInt,
                acceleration=IsFloat,
                bearingTemperature=IsFloat,
            ).settings(strict=True)
        ],
        {**JSON, "Link": None},
    ),
    reading(
        "range",
        "`from` is exclusive and `to` is inclusive.",
        "official",
        {"from": TEN, "to": TWO_PAST_TEN},
        at(ONE_PAST_TEN, TWO_PAST_TEN),
        {"Link": None},
    ),
    reading(
        "offset",
        "Moments may have a fraction, no seconds, and an offset (its `+` percent-encoded); answers are in UTC.",
        "official",
        {"from": "2026-11-20T11:00+01:00", "to": "2026-11-20T05:01:00.000-05:00"},
        at(ONE_PAST_TEN),
    ),
    reading("empty", "A range without records gives an empty array.", "official", {"from": TEN, "to": TEN}, []),
    reading(
        "now",
        "Machines have no records after now.",
        "assumed",
        {"from": "2026-11-20T11:59:00Z", "to": "2026-11-21T00:00:00Z"},
        at("2026-11-20T12:00:00Z"),
    ),
    reading(
        "sparse",
        "A variable without a value at a time is left out of the record.",
        "recorded",
        {"from": "2026-11-20T10:03:00Z", "to": "2026-11-20T10:05:00Z", "select": "acceleration,bearingTemperature"},
        [
            IsDict(_time="2026-11-20T10:04:00Z", acceleration=IsFloat),
            IsDict(_time="2026-11-20T10:05:00Z", acceleration=IsFloat, bearingTemperature=IsFloat),
        ],
    ),
    reading(
        "select",
        "`select` names variables; a record without any of them is left out, an unknown name is ignored.",
        "official",
        {"from": TEN, "to": "2026-11-20T10:09:00Z", "select": "bearingTemperature,colour"},
        [IsDict(_time="2026-11-20T10:05:00Z", bearingTemperature=IsFloat)],
    ),
    reading(
        "quality-code",
        "`<variable>_qc` comes with a variable that has a quality code.",
        "recorded",
        {"from": TEN, "to": ONE_PAST_TEN, "select": "velocity"},
        [IsDict(_time=ONE_PAST_TEN, velocity=IsFloat, velocity_qc=IsInt)],
    ),
    reading(
        "descending",
        "`sort=desc` starts with the newest record.",
        "official",
        {"from": TEN, "to": TWO_PAST_TEN, "sort": "desc"},
        at(TWO_PAST_TEN, ONE_PAST_TEN),
    ),
    reading(
        "open-end",
        "Without `to` the range ends now.",
        "assumed",
        {"from": "2026-11-20T11:59:00Z"},
        at("2026-11-20T12:00:00Z"),
    ),
    reading(
        "limit",
        "`limit` bounds the records; `link` leads to the rest with `from` moved up to the last one.",
        "official",
        {"from": TEN, "to": TWO_PAST_TEN, "limit": "1"},
        at(ONE_PAST_TEN),
        link(f"from={ONE_PAST_TEN}&to={TWO_PAST_TEN}&limit=1"),
    ),
    reading(
        "link-descending",
        "With `sort=desc` the link moves `to` down, to the millisecond before the last record.",
        "assumed",
        {"from": TEN, "to": TWO_PAST_TEN, "limit": "1", "sort": "desc"},
        at(TWO_PAST_TEN),
        link(f"from={TEN}&to=2026-11-20T10:01:59.999Z&limit=1&sort=desc"),
    ),
    reading(
        "link-open-end",
        "The link of an open range has both ends, so that it does not move with the clock.",
        "assumed",
        {"from": TEN, "limit": "1"},
        at(ONE_PAST_TEN),
        link(f"from={ONE_PAST_TEN}&limit=1&to=2026-11-20T12:00:30Z"),
    ),
    reading(
        "page",
        "Without `limit` a page has 2000 records.",
        "official",
        {"from": "2026-11-18T00:00:00Z", "to": TEN},
        HasLen(2000),
        link("from=2026-11-19T09:20:00Z&to=2026-11-20T10:00:00Z"),
    ),
    reading(
        "ninety-days",
        "A range of exactly 90 days can be read.",
        "official",
        {"from": "2026-08-22T12:00:00Z", "to": "2026-11-20T12:00:00Z", "limit": "1"},
        at("2026-08-22T12:01:00Z"),
    ),
    reading(
        "latest-value",
        "`latestValue=true` gives the newest value of each variable that is at least two hours old; those of one time "
        "are one record.",
        "official",
        {"latestValue": "true"},
        [
            IsDict(
                _time="2026-11-20T10:00:00Z",
                velocity=IsFloat,
                velocity_qc=IsInt,
                acceleration=IsFloat,
                bearingTemperature=IsFloat,
            )
        ],
    ),
    reading(
        "latest-value-select",
        "`latestValue` looks for the selected variables only.",
        "assumed",
        {"latestValue": "true", "select": "acceleration"},
        [IsDict(_time=TEN, acceleration=IsFloat)],
    ),
    reading(
        "latest-value-oldest",
        "`latestValue` finds values of at most 30 days.",
        "official",
        {"latestValue": "true"},
        [{"_time": "2026-10-21T12:00:30Z", "acceleration": 1.5}],
        None,
        *old_values("2026-10-21T12:00:30Z", {"acceleration": 1.5}),
    ),
    reading(
        "latest-value-too-old",
        "`latestValue` finds nothing that is older than 30 days.",
        "official",
        {"latestValue": "true"},
        [],
        None,
        *old_values("2026-10-21T12:00:29.999Z", {"acceleration": 1.5}),
    ),
)

WORLDS = (
    Row(
        "series-read-person",
        AREA,
        "A person with a core role of the tenant reads time series.",
        "official",
        Send("GET", VIBRATION, {"from": TEN, "to": ONE_PAST_TEN}, as_=ALICE),
        200,
        JSON,
        at(ONE_PAST_TEN),
    ),
    Row(
        "series-read-other-tenant",
        AREA,
        "Each tenant reads its own assets.",
        "official",
        Send("GET", f"{BASE}/{{foreign}}/Rotor", as_=FOREIGN),
        200,
        JSON,
        at("2026-11-20T12:00:00Z"),
    ),
    Row(
        "series-read-xcelerator-link",
        AREA,
        "At the Xcelerator gateway the link has the provider's id.",
        "official",
        Send("GET", f"{BASE}/{{drive}}/DriveTrain", {"from": TEN, "to": TWO_PAST_TEN, "limit": "1"}, as_=XCELERATOR),
        200,
        {
            "Link": "<{url}/api.app/api/iottimeseries-1000001700/v3/timeseries/{drive}/DriveTrain"
            f'?from={ONE_PAST_TEN}&to={TWO_PAST_TEN}&limit=1>; rel="next"'
        },
        at(ONE_PAST_TEN),
    ),
    Row(
        "series-read-xcelerator-error",
        AREA,
        "At the Xcelerator gateway the path of an error has the provider's id.",
        "assumed",
        Send("GET", f"{BASE}/{{drive}}/Colour", as_=XCELERATOR),
        404,
        JSON,
        spring(
            404,
            "Not Found",
            "[6410] Unable to find the property set - Colour",
            "/api/iottimeseries-1000001700/v3/timeseries/{drive}/Colour",
        ),
    ),
    Row(
        "series-read-wrong-world",
        AREA,
        "A token of the other world is no token here.",
        "official",
        Send("GET", f"/gateway{BASE}/{{drive}}/DriveTrain", as_=XCELERATOR),
        401,
        JSON,
        IsPartialDict(message="Not authorized to access this resource."),
    ),
)

ROWS = (*ANSWERED, *WORLDS)
