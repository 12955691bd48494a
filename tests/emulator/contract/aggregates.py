"""IoT TS Aggregates v3 and v4. The clock stands at 2026-11-20T12:00:30Z, a Friday; acme's time zone is Berlin's."""

from __future__ import annotations

from typing import Any

from dirty_equals import IsApprox, IsList, IsPartialDict, IsStr

from .rows import ALICE, NOBODY, READER, XCELERATOR, Row, Send, errors

COMPLETION = "IoT TS Aggregates v4: auto-completion"
ALIGNMENT = "IoT TS Aggregates v4: alignment"
RANGES = "IoT TS Aggregates v4: ranges and intervals"
CONTENT = "IoT TS Aggregates v4: content"
ACCESS = "IoT TS Aggregates v4: access and errors"
V3 = "IoT TS Aggregates v3"

V4_PATH = "/api/iottsaggregates/v4/aggregates"
V3_PATH = "/api/iottsaggregates/v3/aggregates/{pump}"
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
VELOCITY_V3 = {field: value for field, value in VELOCITY.items() if field != "sd"}
ENDS = {"starttime": "2027-01-11T00:08:00Z", "endtime": "2027-01-11T00:12:00Z"}
NOTHING = {field: None for field in VELOCITY if not field.startswith("count")}


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


COMPLETED = (
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
ALIGNED = (
    v4(
        "widened-hours",
        ALIGNMENT,
        "A range that does not fit is widened to the boundaries of its intervals.",
        between("2026-11-10T01:10:00Z", "2026-11-10T02:50:00Z", intervalUnit="hour", intervalValue="1"),
        tiles(2, "2026-11-10T01:00:00Z", "2026-11-10T03:00:00Z", **count(60)),
        source="official",
    ),
    v4(
        "widened-minutes",
        ALIGNMENT,
        "Minutes are widened to even ones, the pre-computed boundaries.",
        between("2026-11-10T10:01:00Z", "2026-11-10T10:04:30Z", intervalUnit="minute", intervalValue="2"),
        tiles(3, "2026-11-10T10:00:00Z", "2026-11-10T10:06:00Z", **count(2)),
    ),
    v4(
        "widened-multiples",
        ALIGNMENT,
        "Intervals of several units are counted from the unit's boundary at or before `from`.",
        between("2026-11-10T01:10:00Z", "2026-11-10T06:00:00Z", intervalUnit="hour", intervalValue="4"),
        tiles(2, "2026-11-10T01:00:00Z", "2026-11-10T09:00:00Z", **count(240)),
        source="assumed",
    ),
    v4(
        "day-of-the-tenant",
        ALIGNMENT,
        "A day is one of the tenant's time zone.",
        between("2026-07-01T12:00:00Z", "2026-07-01T13:00:00Z", intervalUnit="day", intervalValue="1"),
        tiles(1, "2026-06-30T22:00:00Z", "2026-07-01T22:00:00Z", **count(1440)),
    ),
    v4(
        "day-of-another-tenant",
        ALIGNMENT,
        "Another tenant has days of its own (initech: New York).",
        between("2026-11-10T12:00:00Z", "2026-11-10T13:00:00Z", intervalUnit="day", intervalValue="1")
        | {"assetId": "{drive}", "aspectName": "DriveTrain", "select": "torque.countgood"},
        tiles(1, "2026-11-10T05:00:00Z", "2026-11-11T05:00:00Z", torque={"countgood": 1440}),
        as_=XCELERATOR,
    ),
    v4(
        "day-of-25-hours",
        ALIGNMENT,
        "The day on which summer time ends has 25 hours.",
        between("2026-10-25T10:00:00Z", "2026-10-25T11:00:00Z", intervalUnit="day", intervalValue="1"),
        tiles(1, "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", **count(1500)),
    ),
    v4(
        "day-of-23-hours",
        ALIGNMENT,
        "The day on which summer time begins has 23 hours.",
        between("2026-03-29T10:00:00Z", "2026-03-29T11:00:00Z", intervalUnit="day", intervalValue="1"),
        tiles(1, "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", **count(1380)),
    ),
    v4(
        "week",
        ALIGNMENT,
        "A week begins on Monday.",
        between("2026-11-11T12:00:00Z", "2026-11-12T12:00:00Z", intervalUnit="week", intervalValue="1"),
        tiles(1, "2026-11-08T23:00:00Z", "2026-11-15T23:00:00Z", **count(10080)),
        source="assumed",
    ),
    v4(
        "month",
        ALIGNMENT,
        "A month begins on its first day.",
        between("2026-10-11T12:00:00Z", "2026-10-12T12:00:00Z", intervalUnit="month", intervalValue="1"),
        tiles(1, "2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z", **count(44700)),
    ),
    v4(
        "ends",
        ALIGNMENT,
        "An interval holds what is after its start and up to its end.",
        FROM_8_TO_12 | {"select": "acceleration"},
        {"aggregates": [{**ENDS, "acceleration": IsPartialDict(countgood=1, sum=43.5)}]},
        before=(PRESSURES,),
    ),
    v4(
        "present-interval",
        ALIGNMENT,
        "The present interval has the values that are there.",
        between("2026-11-20T12:00:00Z", "2026-11-20T12:00:30Z", intervalUnit="hour", intervalValue="1")
        | {"from": "2026-11-20T11:30:00Z", "intervalValue": "2"},
        tiles(1, "2026-11-20T11:00:00Z", "2026-11-20T13:00:00Z", **count(60)),
        source="assumed",
    ),
)


def date_row(name: str, rule: str, start: str, end: str, meant: str, number: int, end_meant: str) -> Row:
    params = between(start, end, intervalUnit="hour", intervalValue="1")
    return v4(f"date-{name}", RANGES, rule, params, tiles(number, meant, end_meant))


def limit_row(name: str, rule: str, params: dict[str, str], words: str) -> Row:
    message = rf"The range of {params['intervalUnit']} aggregates can't be longer than {words}\. .*"
    return refused(f"limit-{name}", RANGES, rule, params, message)


def value_row(unit: str, wrong: str, words: str) -> Row:
    return refused(
        f"value-{unit}-{wrong}",
        RANGES,
        f"`intervalValue` of `{unit}` is {words}; {wrong} is refused.",
        {"intervalUnit": unit, "intervalValue": wrong},
        rf"intervalValue of {unit} is {wrong}\. Write .*",
    )


RANGED = (
    date_row(
        "alone", "A date may stand alone, with a zone.", "2026-11-10Z", "2026-11-10T02:00Z",
        "2026-11-10T00:00:00Z", 2, "2026-11-10T02:00:00Z",
    ),
    date_row(
        "hours", "A date may end with its hours.", "2026-11-10T01Z", "2026-11-10T03Z",
        "2026-11-10T01:00:00Z", 2, "2026-11-10T03:00:00Z",
    ),
    date_row(
        "offset", "A date may have an offset from UTC.", "2026-11-10T01:00-05:00", "2026-11-10T03:00:00.000-05:00",
        "2026-11-10T06:00:00Z", 2, "2026-11-10T08:00:00Z",
    ),
    date_row(
        "without-zone", "A date without a zone is one of UTC.", "2026-11-10T01:00", "2026-11-10T03:00:00",
        "2026-11-10T01:00:00Z", 2, "2026-11-10T03:00:00Z",
    ),
    refused("date-wrong", RANGES, "What is no date is refused.", {"from": "yesterday"}, "from: 'yesterday' is not .*"),
    refused(
        "empty-range", RANGES, "A range that is empty or turned round is refused.",
        between("2026-11-10T00:00:00Z", "2026-11-10T00:00:00Z"), "from is not before to.*", source="assumed",
    ),
    limit_row(
        "minutes", "Minutes reach over 24 hours at most.",
        between("2026-11-10T00:00:00Z", "2026-11-11T00:00:01Z", intervalUnit="minute", intervalValue="2"), "24 hours",
    ),
    limit_row(
        "hours", "Hours reach over 7 days at most.",
        between("2026-11-10T00:00:00Z", "2026-11-17T00:00:01Z", intervalUnit="hour", intervalValue="1"), "7 days",
    ),
    limit_row(
        "days", "Days reach over 90 days at most.",
        between("2026-08-01T00:00:00Z", "2026-11-01T00:00:00Z", intervalUnit="day", intervalValue="1"), "90 days",
    ),
    limit_row(
        "weeks", "Weeks reach over 90 days at most.",
        between("2026-08-01T00:00:00Z", "2026-11-01T00:00:00Z", intervalUnit="week", intervalValue="1"), "90 days",
    ),
    limit_row(
        "months", "Months reach over 90 days at most.",
        between("2026-08-01T00:00:00Z", "2026-11-01T00:00:00Z", intervalUnit="month", intervalValue="1"), "90 days",
    ),
    limit_row(
        "count", "A range that follows from `count` has the same limits.",
        {"from": "2026-11-10T00:00:00Z", "intervalUnit": "hour", "intervalValue": "24", "count": "8"}, "7 days",
    ),
    v4(
        "exactly-90-days", RANGES, "90 days are 90 days of the calendar, also when the clock is changed in them.",
        between("2026-08-21T22:00:00Z", "2026-11-19T23:00:00Z", intervalUnit="day", intervalValue="1"),
        tiles(90, "2026-08-21T22:00:00Z", "2026-11-19T23:00:00Z", **count(1440)), source="assumed",
    ),
    value_row("minute", "3", "an even number from 2 to 60"),
    value_row("minute", "62", "an even number from 2 to 60"),
    value_row("hour", "25", "1 to 24"),
    value_row("day", "91", "1 to 90"),
    value_row("week", "13", "1 to 12"),
    value_row("month", "4", "1 to 3"),
    refused(
        "value-0", RANGES, "`intervalValue` is a whole number from 1.",
        {"intervalUnit": "day", "intervalValue": "0"}, "intervalValue is '0'.*",
    ),
    refused(
        "unit-second", RANGES, "There are no seconds in v4.",
        {"intervalUnit": "second", "intervalValue": "2"}, "intervalUnit is 'second'.*minute, hour, day, week, month.*",
    ),
    refused(
        "unit-case", RANGES, "Units are written in lower case and in the singular.",
        {"intervalUnit": "Days", "intervalValue": "1"}, "intervalUnit is 'Days'.*",
    ),
    refused(
        "count-0", RANGES, "`count` is a whole number from 1 to 10000.", {"count": "10001"}, "count is '10001'.*",
        source="assumed",
    ),
)  # fmt: skip
CONTENTS = (
    v4(
        "fields", CONTENT, "A variable has counts by quality, sum, average, extremes, first, last and deviation.",
        FROM_8_TO_12 | {"select": "velocity"}, {"aggregates": [{"velocity": VELOCITY, **ENDS}]}, before=(PRESSURES,),
    ),
    v4(
        "bad-values", CONTENT, "Bad values are counted by their quality code and enter nothing else.",
        FROM_8_TO_12 | {"select": "velocity.countbad,velocity.countuncertain,velocity.maxvalue,velocity.sum"},
        {"aggregates": [{"velocity": {"countuncertain": 1, "countbad": 1, "sum": 282, "maxvalue": 95}, **ENDS}]},
        source="assumed", before=(PRESSURES,),
    ),
    v4(
        "only-bad", CONTENT, "With bad values alone all but the counts are null.",
        FROM_8_TO_12 | {"from": "2027-01-11T00:20:00Z", "to": "2027-01-11T00:24:00Z", "select": "velocity"},
        {
            "aggregates": [
                {
                    "velocity": {"countgood": 0, "countuncertain": 0, "countbad": 1, **NOTHING},
                    "starttime": "2027-01-11T00:20:00Z",
                    "endtime": "2027-01-11T00:24:00Z",
                }
            ]
        },
        source="assumed", before=(PRESSURES,),
    ),
    v4(
        "gaps", CONTENT, "An interval without data is left out.",
        FROM_8_TO_12 | {"from": "2027-01-11T00:04:00Z", "to": "2027-01-11T00:24:00Z", "select": "acceleration.sum"},
        {
            "aggregates": [
                {"acceleration": {"sum": 1}, "starttime": "2027-01-11T00:04:00Z", "endtime": "2027-01-11T00:08:00Z"},
                {"acceleration": {"sum": 43.5}, **ENDS},
            ]
        },
        before=(PRESSURES,),
    ),
    v4(
        "no-data", CONTENT, "A range without data has an empty list.",
        between("2027-02-01T00:00:00Z", "2027-02-02T00:00:00Z"), EMPTY,
    ),
    v4(
        "all-variables", CONTENT, "Without `select` all variables are answered.",
        FROM_8_TO_12 | {"select": LEFT_OUT},
        {"aggregates": [{"velocity": VELOCITY, "acceleration": IsPartialDict(countgood=1), **ENDS}]},
        before=(PRESSURES,),
    ),
    v4(
        "select-variables", CONTENT, "`select` takes variables, with all their fields.",
        FROM_8_TO_12 | {"select": "acceleration,velocity"},
        {"aggregates": [{"velocity": VELOCITY, "acceleration": IsPartialDict(countgood=1), **ENDS}]},
        before=(PRESSURES,),
    ),
    v4(
        "select-fields", CONTENT, "`select` takes single fields as `variable.field`.",
        FROM_8_TO_12 | {"select": "acceleration.sum,velocity.average"},
        {"aggregates": [{"velocity": {"average": 94.0}, "acceleration": {"sum": 43.5}, **ENDS}]},
        before=(PRESSURES,),
    ),
    v4(
        "select-unknown", CONTENT, "A variable that the aspect does not have is passed over.",
        FROM_8_TO_12 | {"select": "colour"}, EMPTY, source="assumed", before=(PRESSURES,),
    ),
    refused(
        "select-unknown-field", CONTENT, "A field that no aggregate has is refused.",
        {"select": "velocity.median"}, "select asks for the field 'median'.*", source="assumed",
    ),
    v4(
        "not-numeric", CONTENT, "Only numbers are aggregated: a BOOLEAN, TIMESTAMP or text has no aggregates.",
        {"aspectName": "Motor", "select": "running", "count": "1"}, EMPTY, source="official",
    ),
    v4(
        "whole-numbers", CONTENT, "The sum of whole numbers is a whole number.",
        FROM_8_TO_12 | {"aspectName": "Motor", "select": "speed.sum,speed.average"},
        {"aggregates": [{"speed": {"sum": 2921, "average": 1460.5}, **ENDS}]},
        source="assumed",
        before=(
            put(
                "Motor",
                {"_time": "2027-01-11T00:09:00Z", "speed": 1460},
                {"_time": "2027-01-11T00:10:00Z", "speed": 1461},
            ),
        ),
    ),
    v4(
        "overflow", CONTENT, "`sd` is null where it would be beyond the range of doubles.",
        FROM_8_TO_12 | {"select": "acceleration.sum,acceleration.sd"},
        {"aggregates": [{"acceleration": {"sum": 0, "sd": None}, **ENDS}]},
        before=(
            put(
                "Vibration",
                {"_time": "2027-01-11T00:09:00Z", "acceleration": 1e200},
                {"_time": "2027-01-11T00:10:00Z", "acceleration": -1e200},
            ),
        ),
    ),
    v4(
        "milliseconds", CONTENT, "Times have milliseconds only where there are some.",
        FROM_8_TO_12
        | {"from": "2027-01-12T00:00Z", "to": "2027-01-12T00:04Z", "select": "acceleration.firsttime"},
        {
            "aggregates": [
                {
                    "acceleration": {"firsttime": "2027-01-12T00:00:00.250Z"},
                    "starttime": "2027-01-12T00:00:00Z",
                    "endtime": "2027-01-12T00:04:00Z",
                }
            ]
        },
        before=(put("Vibration", {"_time": "2027-01-12T00:00:00.250Z", "acceleration": 1}),),
    ),
)  # fmt: skip


def missing(name: str) -> Row:
    body = errors("missingParameter", f"{name} is missing. It is required.")
    return v4(f"missing-{name}", ACCESS, f"`{name}` is required.", {name: LEFT_OUT}, body, 400)


ACCESSED = (
    missing("assetId"),
    missing("aspectName"),
    v4(
        "unknown-asset", ACCESS, "An unknown asset is 404.", {"assetId": "0" * 32},
        errors("noMatch"), 404, source="official",
    ),
    v4(
        "foreign-asset", ACCESS, "Another tenant's asset is 404.", {"assetId": "{foreign}", "aspectName": "Rotor"},
        errors("noMatch"), 404, source="official",
    ),
    v4(
        "static-aspect", ACCESS, "A static aspect has no aggregates: 404.", {"aspectName": "NamePlate"},
        errors("noMatch"), 404, source="assumed",
    ),
    v4("no-token", ACCESS, "Without a token: 401.", {}, errors("unauthorized"), 401, source="official", as_=NOBODY),
    v4(
        "role", ACCESS, "Reading takes `iot.tsa.r` or `mdsp:core:iot.tsaUser`; roles of time series are not enough.",
        {}, errors("forbidden"), 403, source="official", as_=READER,
    ),
    v4(
        "tenant-admin", ACCESS, "A tenant admin or standard user may read aggregates.",
        {"count": "1"}, tiles(1, "2026-11-12T23:00:00Z", "2026-11-20T23:00:00Z"), source="assumed", as_=ALICE,
    ),
)  # fmt: skip


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
AGGREGATES_V3 = (
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
        "seconds", "There are seconds in v3.",
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

ROWS = COMPLETED + ALIGNED + RANGED + CONTENTS + ACCESSED + AGGREGATES_V3
