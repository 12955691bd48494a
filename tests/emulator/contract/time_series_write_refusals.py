"""What IoT Time Series v3 refuses to write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dirty_equals import IsPartialDict

from .rows import NOBODY, READER, Row, Send, errors
from .time_series import BASE, JSON, VIBRATION, spring
from .time_series_writes import MOTOR, SECOND, WRITE, put


def refused(id: str, rule: str, source: str, record: Any, message: str, path: str = VIBRATION) -> Row:
    """A write whose second record is refused."""
    send = put({"_time": SECOND}, record, path=path)
    body = spring(400, "Bad Request", message, path)
    return Row(f"series-write-{id}", WRITE, rule, source, send, 400, JSON, body)


def wrong(id: str, rule: str, value: Mapping[str, Any], message: str, path: str = VIBRATION) -> Row:
    """A write with a value that its variable can't have."""
    return refused(id, rule, "assumed", {"_time": SECOND, **value}, f"[6013] Record 1: {message}", path)


ROWS = (
    wrong(
        "unknown-variable",
        "An unknown variable refuses the request (switch `unknown_variable_status`).",
        {"colour": 1},
        "the aspect has no variable colour, or no quality code for it.",
    ),
    wrong(
        "no-quality-code",
        "A quality code needs a variable that has one.",
        {"acceleration_qc": 0},
        "the aspect has no variable acceleration_qc, or no quality code for it.",
    ),
    wrong("double", "DOUBLE is a finite number.", {"velocity": "1.5"}, "velocity has to be a finite number."),
    wrong(
        "double-boolean",
        "A DOUBLE is not written as true or false.",
        {"velocity": True},
        "velocity has to be a finite number.",
    ),
    wrong(
        "int",
        "INT is a whole number of 32 bits.",
        {"speed": 2**31},
        "speed has to be a whole number of 32 bits.",
        MOTOR,
    ),
    wrong(
        "int-fraction",
        "A fraction is refused for an INT.",
        {"speed": 1.5},
        "speed has to be a whole number of 32 bits.",
        MOTOR,
    ),
    wrong("boolean", "BOOLEAN is true or false.", {"running": 1}, "running has to be true or false.", MOTOR),
    wrong(
        "quality-code",
        "A quality code is a whole number of 32 bits.",
        {"velocity_qc": "good"},
        "velocity_qc has to be a whole number of 32 bits.",
    ),
    refused(
        "no-time",
        "A record needs its `_time`.",
        "official",
        {"velocity": 1.5},
        "[6012] Record 1 needs a _time, for example 2019-02-10T23:00:00Z.",
    ),
    refused(
        "time-number",
        "`_time` is a text.",
        "assumed",
        {"_time": 1700000000000},
        "[6012] Record 1 needs a _time, for example 2019-02-10T23:00:00Z.",
    ),
    refused(
        "time-no-date",
        "`_time` is an ISO date-time.",
        "official",
        {"_time": "2026-11-20"},
        "[6008] Invalid date format '2026-11-20' for request param - _time",
    ),
    refused(
        "time-nanoseconds",
        "`_time` has at most six digits of a second.",
        "assumed",
        {"_time": "2026-11-20T10:00:00.1234567Z"},
        "[6008] Invalid date format '2026-11-20T10:00:00.1234567Z' for request param - _time",
    ),
    refused(
        "time-1969",
        "There are no times before 1970.",
        "assumed",
        {"_time": "1969-12-31T23:59:59Z"},
        "[6012] Record 1 is older than 1970-01-01T00:00:00Z.",
    ),
    refused("no-object", "A record is an object.", "official", [], "[6012] Record 1 is not a JSON object."),
    refused(
        "record-size",
        "A record has at most 200,000 bytes.",
        "official",
        {"_time": SECOND, "colour": "x" * 200_000},
        "[6012] Record 1 has more than 200000 bytes.",
    ),
    Row(
        "series-write-no-array",
        WRITE,
        "The body is an array.",
        "official",
        Send("PUT", VIBRATION, json={"_time": SECOND}),
        400,
        JSON,
        spring(400, "Bad Request", "[6012] The body has to be an array of records."),
    ),
    Row(
        "series-write-nan",
        WRITE,
        "A body with NaN is refused: it is not JSON.",
        "assumed",
        Send(
            "PUT",
            VIBRATION,
            headers={"Content-Type": "application/json"},
            data=f'[{{"_time":"{SECOND}","velocity":NaN}}]',
        ),
        400,
        JSON,
        spring(400, "Bad Request", "[6012] The body is not valid JSON in UTF-8."),
    ),
    Row(
        "series-write-content-type",
        WRITE,
        "The content type is `application/json`.",
        "assumed",
        Send("PUT", VIBRATION, headers={"Content-Type": "text/plain"}, data="[]"),
        415,
        JSON,
        spring(415, "Unsupported Media Type", "[6012] Content-Type has to be application/json."),
    ),
    Row(
        "series-write-static-aspect",
        WRITE,
        "A static aspect has no series to write.",
        "assumed",
        put(path=f"{BASE}/{{pump}}/NamePlate"),
        404,
        JSON,
        spring(404, "Not Found", "[6410] Unable to find the property set - NamePlate", f"{BASE}/{{pump}}/NamePlate"),
    ),
    Row(
        "series-write-foreign",
        WRITE,
        "Another tenant's asset cannot be written.",
        "assumed",
        put(path=f"{BASE}/{{foreign}}/Rotor"),
        404,
        JSON,
        spring(404, "Not Found", "[6410] Unable to find the property set - Rotor", f"{BASE}/{{foreign}}/Rotor"),
    ),
    Row(
        "series-write-role",
        WRITE,
        "To write takes `iot.tim.w`, `iot.timAdmin` or a tenant admin.",
        "official",
        Send("PUT", VIBRATION, json=[], as_=READER),
        403,
        JSON,
        errors("forbidden", "Access Denied"),
    ),
    Row(
        "series-write-no-token",
        WRITE,
        "Without a token nothing is written.",
        "recorded",
        Send("PUT", VIBRATION, json=[], as_=NOBODY),
        401,
        JSON,
        IsPartialDict(message="Not authorized to access this resource."),
    ),
)
