"""Aggregates v4: alignment, dates, and how far a range may reach."""

from __future__ import annotations

from dirty_equals import IsPartialDict

from .aggregates import ENDS, FROM_8_TO_12, PRESSURES, between, count, refused, tiles, v4
from .rows import XCELERATOR, Row

ALIGNMENT = "Aggregates v4: alignment"
RANGES = "Aggregates v4: ranges and intervals"
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
    refused(
        "date-wrong", RANGES, "A `from` or `to` that is no date is refused.",
        {"from": "yesterday"}, "from: 'yesterday' is not .*",
    ),
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
        "unit-second", RANGES, "v4 has no intervals of seconds.",
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

ROWS = (*ALIGNED, *RANGED)
