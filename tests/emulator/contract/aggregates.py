"""Aggregates v4: auto-completion. The clock stands at 2026-11-20T12:00:30Z, a Friday; acme's time zone is Berlin's."""

from __future__ import annotations

from typing import Any

from dirty_equals import IsApprox, IsList, IsPartialDict, IsStr

from .rows import Row, Send, errors

COMPLETION = "Aggregates v4: auto-completion"

V4_PATH = "/api/iottsaggregates/v4/aggregates"
JSON = {"Content-Type": "application/json;charset=UTF-8"}
UNCERTAIN, BAD = 0x40000000, -2144075776
EMPTY: dict[str, Any] = {"aggregates": []}


def put(aspect: str, *records: dict[str, Any]) -> Send:
    """Writes records; in 2027, where nothing is computed yet."""
    return Send("PUT", f"/api/iottimeseries/v3/timeseries/{{pump}}/{aspect}", json=list(records))


PRESSURES = put(
    "Vibration",
    {"_time": "2027-01-11T00:08:00Z", "velocity": 1, "acceleration": 1},
    {"_time": "2027-01-11T00:09:00Z", "velocity": 94, "velocity_qc": 0},
    {"_time": "2027-01-11T00:10:00Z", "velocity": 95, "velocity_qc": UNCERTAIN},
    {"_time": "2027-01-11T00:11:00Z", "velocity": 500, "velocity_qc": BAD},
    {"_time": "2027-01-11T00:12:00Z", "velocity": 93, "acceleration": 43.5},
    {"_time": "2027-01-11T00:20:00.250Z", "velocity": 7, "velocity_qc": BAD},
)
FOUR_MINUTES = {"intervalUnit": "minute", "intervalValue": "4"}
FROM_8_TO_12 = {"from": "2027-01-11T00:08:00Z", "to": "2027-01-11T00:12:00Z", **FOUR_MINUTES}
VELOCITY = {
    "countgood": 2,
    "countuncertain": 1,
    "countbad": 1,
    "sum": 282.0,
    "average": 94.0,
    "mintime": "2027-01-11T00:12:00Z",
    "minvalue": 93,
    "maxtime": "2027-01-11T00:10:00Z",
    "maxvalue": 95,
    "firsttime": "2027-01-11T00:09:00Z",
    "firstvalue": 94,
    "lasttime": "2027-01-11T00:12:00Z",
    "lastvalue": 93,
    "sd": IsApprox(0.81649658, delta=1e-8),
}
ENDS = {"starttime": "2027-01-11T00:08:00Z", "endtime": "2027-01-11T00:12:00Z"}


def between(start: str, end: str, **more: str) -> dict[str, str]:
    return {"from": start, "to": end, **more}


def v4(
    name: str,
    area: str,
    rule: str,
    params: dict[str, str],
    body: Any,
    status: int = 200,
    source: str = "sdk",
    **send: Any,
) -> Row:
    """A row about the bearing vibrations of pump P-101; by default of one field of one variable."""
    before = send.pop("before", ())
    asked = {"assetId": "{pump}", "aspectName": "Vibration", "select": "acceleration.countgood", **params}
    asked = {key: value for key, value in asked.items() if value != LEFT_OUT}
    headers = JSON if status == 200 else {}
    return Row(f"aggregates-v4-{name}", area, rule, source, Send("GET", V4_PATH, params=asked, **send), status,
               headers=headers, body=body, before=before)  # fmt: skip


LEFT_OUT = "(left out)"


def tiles(number: int, start: str, end: str, **first: Any) -> Any:
    """So many intervals without a gap in the data, the first from the start, the last up to the end."""
    if number == 1:
        return {"aggregates": [IsPartialDict({"starttime": start, "endtime": end, **first})]}
    one, other = IsPartialDict({"starttime": start, **first}), IsPartialDict({"endtime": end})
    return {"aggregates": IsList(positions={0: one, number - 1: other}, length=number)}


def refused(name: str, area: str, rule: str, params: dict[str, str], message: str, **more: Any) -> Row:
    return v4(name, area, rule, params, errors("invalidParameter", IsStr(regex=message)), 400, **more)


def count(value: int) -> dict[str, Any]:
    return {"acceleration": {"countgood": value}}


ROWS = (
    v4(
        "nothing",
        COMPLETION,
        "Without any of the five parameters: days, the last 7 up to now.",
        {},
        tiles(8, "2026-11-12T23:00:00Z", "2026-11-20T23:00:00Z", **count(1440)),
    ),
    v4(
        "only-from",
        COMPLETION,
        "With `from` alone the range ends 90 days after its date.",
        {"from": "2026-03-01T15:00:00Z"},
        tiles(90, "2026-02-28T23:00:00Z", "2026-05-29T22:00:00Z"),
    ),
    v4(
        "only-from-recent",
        COMPLETION,
        "With `from` alone the range ends now if that is earlier.",
        {"from": "2026-11-01T10:00:00Z"},
        tiles(20, "2026-10-31T23:00:00Z", "2026-11-20T23:00:00Z"),
    ),
    v4(
        "only-from-today",
        COMPLETION,
        "The interval follows from the range that ends now: hours for a `from` of this morning.",
        {"from": "2026-11-20T10:00:00Z"},
        tiles(2, "2026-11-20T10:00:00Z", "2026-11-20T12:00:00Z", **count(60)),
    ),
    v4(
        "only-to",
        COMPLETION,
        "With `to` alone the range begins 90 days before.",
        {"to": "2026-11-20T00:00:00+01:00"},
        tiles(90, "2026-08-21T22:00:00Z", "2026-11-19T23:00:00Z"),
    ),
    v4(
        "from-and-count",
        COMPLETION,
        "With an interval, `count` and `from`, `to` follows.",
        {"from": "2026-11-10T01:00:00Z", "intervalUnit": "hour", "intervalValue": "1", "count": "4"},
        tiles(4, "2026-11-10T01:00:00Z", "2026-11-10T05:00:00Z", **count(60)),
        source="official",
    ),
    v4(
        "to-and-count",
        COMPLETION,
        "With an interval, `count` and `to`, `from` follows.",
        {"to": "2026-11-10T05:00:00Z", "intervalUnit": "hour", "intervalValue": "2", "count": "2"},
        tiles(2, "2026-11-10T01:00:00Z", "2026-11-10T05:00:00Z", **count(120)),
    ),
    v4(
        "interval-and-count",
        COMPLETION,
        "With an interval and `count` alone the range ends now.",
        {"intervalUnit": "hour", "intervalValue": "3", "count": "2"},
        tiles(2, "2026-11-20T07:00:00Z", "2026-11-20T13:00:00Z", **count(180)),
        source="assumed",
    ),
    v4(
        "fitting-minutes",
        COMPLETION,
        "Without an interval the longest pre-computed one is taken that fits: 2 minutes into less than an hour.",
        between("2026-11-10T01:10:00Z", "2026-11-10T01:20:00Z"),
        tiles(5, "2026-11-10T01:10:00Z", "2026-11-10T01:20:00Z", **count(2)),
        source="official",
    ),
    v4(
        "fitting-hour",
        COMPLETION,
        "Without an interval an hour is taken for less than a day.",
        between("2026-11-10T01:00:00Z", "2026-11-10T03:00:00Z"),
        tiles(2, "2026-11-10T01:00:00Z", "2026-11-10T03:00:00Z", **count(60)),
    ),
    v4(
        "fitting-day",
        COMPLETION,
        "Without an interval a day is taken for a day or more.",
        between("2026-11-09T23:00:00Z", "2026-11-11T23:00:00Z"),
        tiles(2, "2026-11-09T23:00:00Z", "2026-11-11T23:00:00Z", **count(1440)),
    ),
    v4(
        "derived-count",
        COMPLETION,
        "Without `count` there are as many intervals as the range has.",
        between("2026-11-10T00:00:00Z", "2026-11-10T06:00:00Z", intervalUnit="hour", intervalValue="2"),
        tiles(3, "2026-11-10T00:00:00Z", "2026-11-10T06:00:00Z", **count(120)),
    ),
    v4(
        "derived-interval",
        COMPLETION,
        "With `from`, `to` and `count` the interval is the range divided by the count.",
        between("2026-11-10T00:00:00Z", "2026-11-11T00:00:00Z", count="12"),
        tiles(12, "2026-11-10T00:00:00Z", "2026-11-11T00:00:00Z", **count(120)),
    ),
    v4(
        "derived-interval-unaligned",
        COMPLETION,
        "An interval that follows from `count` is such that no more than so many cover the range.",
        between("2026-11-10T10:30:00Z", "2026-11-11T11:30:00Z", count="2"),
        tiles(2, "2026-11-10T10:00:00Z", "2026-11-11T12:00:00Z", **count(780)),
        source="assumed",
    ),
    v4(
        "derived-interval-rounded",
        COMPLETION,
        "An interval that follows from `count` and does not exist is rounded up to one that does.",
        between("2026-11-10T00:00:00Z", "2026-11-10T00:30:00Z", count="10"),
        tiles(8, "2026-11-10T00:00:00Z", "2026-11-10T00:32:00Z", **count(4)),
        source="assumed",
    ),
    v4(
        "unit-alone",
        COMPLETION,
        "`intervalUnit` without `intervalValue` means the smallest value of the unit.",
        between("2026-11-10T00:00:00Z", "2026-11-10T00:04:00Z", intervalUnit="minute"),
        tiles(2, "2026-11-10T00:00:00Z", "2026-11-10T00:04:00Z", **count(2)),
        source="assumed",
    ),
    v4(
        "everything",
        COMPLETION,
        "With all five parameters at most `count` intervals are answered, from the start on.",
        between("2026-11-10T00:00:00Z", "2026-11-10T06:00:00Z", intervalUnit="hour", intervalValue="1", count="2"),
        tiles(2, "2026-11-10T00:00:00Z", "2026-11-10T02:00:00Z"),
        source="assumed",
    ),
    refused(
        "value-alone",
        COMPLETION,
        "`intervalValue` without `intervalUnit` is refused.",
        {"intervalValue": "2"},
        "intervalValue was sent without intervalUnit.*",
        source="assumed",
    ),
)
