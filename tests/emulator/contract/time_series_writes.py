"""What is read after writing one series. Pumps have computed records at full minutes, none in between."""

from __future__ import annotations

from typing import Any

from dirty_equals import HasLen

from .rows import XCELERATOR, Row, Send
from .time_series import BASE, JSON, VIBRATION

WRITE = "Time Series: write"
MOTOR = f"{BASE}/{{pump}}/Motor"
MINUTE = "2026-11-20T10:01:00Z"
SECOND = "2026-11-20T10:00:30Z"
AROUND = {"from": "2026-11-20T10:00:00Z", "to": MINUTE}
BEFORE = {"from": "2026-11-20T10:00:00Z", "to": "2026-11-20T10:00:59Z"}
"""Only what was written: the computed records stand at the full minutes."""
FUTURE = "2027-01-01T00:00:00.000Z"
RECORD = {"_time": SECOND, "velocity": 1.5}
SIMULATION = Send(
    "POST",
    "/api/assetmanagement/v3/assets",
    json={"name": "Twin", "typeId": "acme.CentrifugalPump", "parentId": "{root}", "twinType": "simulation"},
    keep={"twin": "assetId"},
)


def put(*records: Any, path: str = VIBRATION) -> Send:
    return Send("PUT", path, json=list(records))


def written(
    id: str, rule: str, source: str, records: list[Any], body: Any, path: str = VIBRATION, **params: str
) -> Row:
    """What is read between ten and a minute past ten after a write; without the computed record at its end."""
    send = Send("GET", path, {**BEFORE, **params})
    return Row(f"series-write-{id}", WRITE, rule, source, send, 200, JSON, body, before=(put(*records, path=path),))


ROWS = (
    Row(
        "series-write-status",
        WRITE,
        "A write is answered with 204 and no body.",
        "official",
        put({"_time": SECOND, "velocity": 1.5}),
        204,
        {"Content-Type": None},
        text="",
    ),
    written(
        "values",
        "Written records are read as they were written.",
        "official",
        [{"_time": SECOND, "velocity": 1.5, "velocity_qc": -2144075776, "acceleration": 2.25}],
        [{"_time": SECOND, "velocity": 1.5, "velocity_qc": -2144075776, "acceleration": 2.25}],
    ),
    written(
        "replaces-record",
        "A record replaces the entire one at its time, left-out variables have no value then.",
        "official",
        [{"_time": SECOND, "velocity": 1.5, "velocity_qc": 0}, {"_time": SECOND, "acceleration": 2.25}],
        [{"_time": SECOND, "acceleration": 2.25}],
    ),
    Row(
        "series-write-replaces-computed",
        WRITE,
        "A record replaces the machine's own one of its minute.",
        "assumed",
        Send("GET", VIBRATION, AROUND),
        200,
        JSON,
        [{"_time": MINUTE, "velocity": 1.5}],
        before=(put({"_time": MINUTE, "velocity": 1.5}),),
    ),
    written(
        "milliseconds",
        "Times have milliseconds; finer ones are cut off.",
        "official",
        [{"_time": "2026-11-20T10:00:30.123987Z", "velocity": 1.5}],
        [{"_time": "2026-11-20T10:00:30.123Z", "velocity": 1.5}],
    ),
    written(
        "offset",
        "A time may have an offset; it is read in UTC.",
        "assumed",
        [{"_time": "2026-11-20T11:00:30+01:00", "velocity": 1.5}],
        [{"_time": SECOND, "velocity": 1.5}],
    ),
    written(
        "order",
        "Records may come in any order; they are read by time.",
        "assumed",
        [{"_time": "2026-11-20T10:00:40Z", "velocity": 2.5}, {"_time": SECOND, "velocity": 1.5}],
        [{"_time": SECOND, "velocity": 1.5}, {"_time": "2026-11-20T10:00:40Z", "velocity": 2.5}],
    ),
    written(
        "null",
        "null is no value.",
        "assumed",
        [{"_time": SECOND, "velocity": None, "acceleration": 2.25}],
        [{"_time": SECOND, "acceleration": 2.25}],
    ),
    written("no-values", "A record without any value is not read.", "assumed", [{"_time": SECOND}], []),
    written("nothing", "An array without records changes nothing.", "assumed", [], []),
    written(
        "whole-numbers",
        "An INT may be written as 3.0.",
        "assumed",
        [{"_time": SECOND, "speed": 3.0, "running": False}],
        [{"_time": SECOND, "speed": 3, "running": False}],
        MOTOR,
    ),
    written(
        "select",
        "`select` reduces written records, too.",
        "official",
        [{"_time": SECOND, "speed": 3, "running": False}],
        [{"_time": SECOND, "running": False}],
        MOTOR,
        select="running",
    ),
    Row(
        "series-write-future",
        WRITE,
        "Times after now may be written; the latest record may be one of them.",
        "assumed",
        Send("GET", VIBRATION),
        200,
        JSON,
        [{"_time": "2027-01-01T00:00:00Z", "velocity": 1.5}],
        before=(put({"_time": FUTURE, "velocity": 1.5}),),
    ),
    Row(
        "series-write-link",
        WRITE,
        "The link keeps the milliseconds of the last record.",
        "assumed",
        Send("GET", VIBRATION, {**AROUND, "limit": "1"}),
        200,
        {
            "Link": "<{base}/iottimeseries/v3/timeseries/{pump}/Vibration"
            f'?from=2026-11-20T10:00:30.500Z&to={MINUTE}&limit=1>; rel="next"'
        },
        HasLen(1),
        before=(put({"_time": "2026-11-20T10:00:30.500Z", "velocity": 1.5}),),
    ),
    Row(
        "series-write-simulation",
        WRITE,
        "A simulation twin has microseconds.",
        "official",
        Send("GET", f"{BASE}/{{twin}}/Vibration", BEFORE),
        200,
        JSON,
        [{"_time": "2026-11-20T10:00:30.123987Z", "velocity": 1.5}],
        before=(
            SIMULATION,
            put({"_time": "2026-11-20T10:00:30.123987Z", "velocity": 1.5}, path=f"{BASE}/{{twin}}/Vibration"),
        ),
    ),
    Row(
        "series-write-simulation-link",
        WRITE,
        "The links of a simulation twin have microseconds, too.",
        "assumed",
        Send("GET", f"{BASE}/{{twin}}/Vibration", {**AROUND, "sort": "desc", "limit": "1"}),
        200,
        {
            "Link": "<{base}/iottimeseries/v3/timeseries/{twin}/Vibration?from=2026-11-20T10:00:00Z"
            '&to=2026-11-20T10:00:30.000001Z&sort=desc&limit=1>; rel="next"'
        },
        [{"_time": "2026-11-20T10:00:30.000002Z", "velocity": 1.5}],
        before=(
            SIMULATION,
            put(
                {"_time": "2026-11-20T10:00:30.000001Z", "velocity": 2.5},
                {"_time": "2026-11-20T10:00:30.000002Z", "velocity": 1.5},
                path=f"{BASE}/{{twin}}/Vibration",
            ),
        ),
    ),
    Row(
        "series-write-own-asset",
        WRITE,
        "An asset that a client created has no records but the written ones.",
        "assumed",
        Send("GET", f"{BASE}/{{twin}}/Vibration"),
        200,
        JSON,
        [],
        before=(SIMULATION,),
    ),
    Row(
        "series-write-xcelerator",
        WRITE,
        "Writes work at the Xcelerator gateway.",
        "official",
        Send("GET", f"{BASE}/{{drive}}/DriveTrain", BEFORE, as_=XCELERATOR),
        200,
        JSON,
        [{"_time": SECOND, "torque": 1.5}],
        before=(Send("PUT", f"{BASE}/{{drive}}/DriveTrain", json=[{"_time": SECOND, "torque": 1.5}], as_=XCELERATOR),),
    ),
)
