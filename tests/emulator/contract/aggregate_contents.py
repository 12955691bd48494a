"""Aggregates v4: what an aggregate holds, who may read it, and errors."""

from __future__ import annotations

from dirty_equals import IsPartialDict

from .aggregates import EMPTY, ENDS, FROM_8_TO_12, LEFT_OUT, PRESSURES, VELOCITY, between, put, refused, tiles, v4
from .rows import ALICE, NOBODY, READER, Row, errors

CONTENT = "Aggregates v4: content"
ACCESS = "Aggregates v4: access and errors"
NOTHING = {field: None for field in VELOCITY if not field.startswith("count")}


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

ROWS = (*CONTENTS, *ACCESSED)
