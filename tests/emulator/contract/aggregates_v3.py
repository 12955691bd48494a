"""Aggregates v3, which does not complete or widen anything."""

from __future__ import annotations

from typing import Any

from dirty_equals import IsPartialDict, IsStr

from .aggregates import ENDS, FROM_8_TO_12, JSON, LEFT_OUT, PRESSURES, VELOCITY, between, tiles
from .rows import NOBODY, READER, Row, Send, errors

V3 = "Aggregates v3"
V3_PATH = "/api/iottsaggregates/v3/aggregates/{pump}"
VELOCITY_V3 = {field: value for field, value in VELOCITY.items() if field != "sd"}


def v3(
    name: str, rule: str, params: dict[str, str], body: Any, status: int = 200, source: str = "sdk", **send: Any
) -> Row:
    before, path = send.pop("before", ()), send.pop("path", f"{V3_PATH}/Vibration")
    asked = {key: value for key, value in params.items() if value != LEFT_OUT}
    return Row(f"aggregates-v3-{name}", V3, rule, source, Send("GET", path, params=asked, **send), status,
               headers=JSON, body=body, before=before)  # fmt: skip


def error_v3(message: str) -> Any:
    return {"id": IsStr(regex="[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "message": IsStr(regex=message)}


def refused_v3(name: str, rule: str, params: dict[str, str], message: str, **more: Any) -> Row:
    return v3(name, rule, {"select": "acceleration.sum", **params}, error_v3(message), 400, **more)


def tiles_v3(number: int, start: str, end: str) -> Any:
    return tiles(number, start, end)["aggregates"]


HOURS = between("2026-11-10T10:00:00Z", "2026-11-10T12:00:00Z", intervalUnit="hour", intervalValue="1")


ROWS = (
    v3(
        "array", "The answer is a bare array; an aggregate has no `sd`.", FROM_8_TO_12 | {"select": "velocity"},
        [{"velocity": VELOCITY_V3, **ENDS}], before=(PRESSURES,),
    ),
    v3(
        "older-path", "The service is also found at its older path below `iottimeseries`.",
        FROM_8_TO_12 | {"select": "velocity"}, [{"velocity": VELOCITY_V3, **ENDS}], before=(PRESSURES,),
        path="/api/iottimeseries/v3/aggregates/{pump}/Vibration", source="reported",
    ),
    v3(
        "select", "`select` takes variables, or single fields as `variable.field`.",
        FROM_8_TO_12 | {"select": "velocity.sum,velocity.countbad"},
        [{"velocity": {"countbad": 1, "sum": 282}, **ENDS}], before=(PRESSURES,),
    ),
    v3(
        "gaps", "An interval without data is left out.", FROM_8_TO_12 | {"to": "2027-01-11T00:20:00Z"},
        [IsPartialDict(ENDS)], source="assumed", before=(PRESSURES,),
    ),
    *(
        refused_v3(f"missing-{name}", f"`{name}` is required.", HOURS | {name: LEFT_OUT}, f"{name} is missing.*")
        for name in HOURS
    ),
    refused_v3(
        "start", "A start that is not on a boundary of the unit is refused (switch `misaligned_aggregates_status`).",
        HOURS | between("2026-11-10T10:30:00Z", "2026-11-10T12:30:00Z"),
        r"from and to do not fit intervals of 1 hour\. Write .*", source="official",
    ),
    refused_v3(
        "length", "A range that is not a whole number of intervals is refused.", HOURS | {"intervalValue": "3"},
        "from and to do not fit intervals of 3 hour.*", source="official",
    ),
    v3(
        "60-minutes", "60 minutes may begin at any minute, an hour may not.",
        between("2026-11-10T10:30:00Z", "2026-11-10T12:30:00Z", intervalUnit="minute", intervalValue="60"),
        tiles_v3(2, "2026-11-10T10:30:00Z", "2026-11-10T12:30:00Z"), source="official",
    ),
    v3(
        "seconds", "v3 has intervals of seconds.",
        between("2026-11-10T10:00:30Z", "2026-11-10T10:02:00Z", intervalUnit="second", intervalValue="45"),
        [
            IsPartialDict(starttime="2026-11-10T10:00:30Z", endtime="2026-11-10T10:01:15Z"),
            IsPartialDict(starttime="2026-11-10T10:01:15Z", endtime="2026-11-10T10:02:00Z"),
        ],
    ),
    v3(
        "days", "A day of v3 is one of UTC.",
        between("2026-11-10T00:00:00Z", "2026-11-12T00:00:00Z", intervalUnit="day", intervalValue="1"),
        tiles_v3(2, "2026-11-10T00:00:00Z", "2026-11-12T00:00:00Z"), source="assumed",
    ),
    v3(
        "weeks", "A week begins on Monday.",
        between("2026-11-09T00:00:00Z", "2026-11-16T00:00:00Z", intervalUnit="week", intervalValue="1"),
        tiles_v3(1, "2026-11-09T00:00:00Z", "2026-11-16T00:00:00Z"), source="official",
    ),
    refused_v3(
        "7-days-are-no-week", "A week that begins on another day is refused.",
        between("2026-11-10T00:00:00Z", "2026-11-17T00:00:00Z", intervalUnit="week", intervalValue="1"),
        "from and to do not fit intervals of 1 week.*", source="official",
    ),
    v3(
        "months", "A month begins on its first day.",
        between("2026-09-01T00:00:00Z", "2026-11-01T00:00:00Z", intervalUnit="month", intervalValue="2"),
        tiles_v3(1, "2026-09-01T00:00:00Z", "2026-11-01T00:00:00Z"),
    ),
    refused_v3(
        "200-intervals", "An answer has at most 200 intervals.",
        between("2026-11-10T00:00:00Z", "2026-11-10T03:21:00Z", intervalUnit="minute", intervalValue="1"),
        "The range has more than 200 intervals.*", source="official",
    ),
    refused_v3(
        "unit", "An unknown unit is refused.", HOURS | {"intervalUnit": "year"},
        "intervalUnit is 'year'.*second, minute, hour, day, week, month.*",
    ),
    v3("unknown-asset", "An unknown asset is 404 in the service's own form.", HOURS,
       error_v3("There is no asset .*"), 404, path="/api/iottsaggregates/v3/aggregates/" + "0" * 32 + "/Vibration"),
    v3("no-token", "Without a token: the service's own 401.", HOURS,
       error_v3("Not authorized to access this resource."), 401, as_=NOBODY),
    v3("role", "Without a role of the service: 403 from the gateway.", HOURS, errors("forbidden"), 403,
       source="assumed", as_=READER),
)  # fmt: skip
