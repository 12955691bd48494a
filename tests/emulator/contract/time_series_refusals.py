"""What IoT Time Series v3 refuses to read. The clock stands at 2026-11-20T12:00:30Z."""

from __future__ import annotations

from collections.abc import Mapping

from dirty_equals import IsDict, IsUUID

from .rows import NOBODY, READER, Row, Send
from .time_series import AREA, BASE, JSON, ONE_PAST_TEN, TEN, VIBRATION, spring


def refused(id: str, rule: str, source: str, params: Mapping[str, str], message: str) -> Row:
    """A read of the pump's vibration that is answered with 400."""
    send = Send("GET", VIBRATION, params, as_=READER)
    return Row(f"series-read-{id}", AREA, rule, source, send, 400, JSON, spring(400, "Bad Request", message))


ROWS = (
    Row(
        "series-read-aspect-name",
        AREA,
        "What cannot be the name of an aspect is refused.",
        "recorded",
        Send("GET", f"{BASE}/{{pump}}/Bad-Name", as_=READER),
        400,
        JSON,
        spring(
            400,
            "Bad Request",
            "[6007] Invalid value 'Bad-Name' for request param - propertysetname",
            "/api/iottimeseries/v3/timeseries/{pump}/Bad-Name",
        ),
    ),
    refused(
        "limit-maximum",
        "More than 2000 records cannot be asked for.",
        "recorded",
        {"limit": "2001"},
        "[6009] Input limit[2001] can't exceed max configured limit of - 2000",
    ),
    refused(
        "limit-zero",
        "`limit` is at least 1.",
        "assumed",
        {"limit": "0"},
        "[6007] Invalid value '0' for request param - limit",
    ),
    refused(
        "limit-negative",
        "A negative `limit` is refused.",
        "assumed",
        {"limit": "-1"},
        "[6007] Invalid value '-1' for request param - limit",
    ),
    refused(
        "limit-exponent",
        "`limit` is written in digits; `1e3` is refused.",
        "assumed",
        {"limit": "1e3"},
        "[6007] Invalid value '1e3' for request param - limit",
    ),
    refused(
        "sort-unknown",
        "`sort` is `asc` or `desc`.",
        "official",
        {"sort": "up"},
        "[6007] Invalid value 'up' for request param - sort",
    ),
    refused(
        "from-no-date",
        "`from` is an ISO date-time.",
        "recorded",
        {"from": "yesterday"},
        "[6008] Invalid date format 'yesterday' for request param - from",
    ),
    refused(
        "to-blank",
        "A `+` that was not percent-encoded is a blank, and no date-time.",
        "assumed",
        {"to": "2026-11-20T10:00:00 01:00"},
        "[6008] Invalid date format '2026-11-20T10:00:00 01:00' for request param - to",
    ),
    refused(
        "to-nanoseconds",
        "A moment has at most six digits of a second.",
        "assumed",
        {"to": "2026-11-20T10:00:00.1234567Z"},
        "[6008] Invalid date format '2026-11-20T10:00:00.1234567Z' for request param - to",
    ),
    refused(
        "range-too-long",
        "A range has at most 90 days.",
        "reported",
        {"from": "2026-08-22T11:59:59.999Z", "to": "2026-11-20T12:00:00Z"},
        "[6010] The range can't be longer than 90 days.",
    ),
    refused(
        "range-turned-round",
        "A range that ends before it starts is refused.",
        "assumed",
        {"from": ONE_PAST_TEN, "to": TEN},
        "[6010] The start of the range is after its end.",
    ),
    refused(
        "latest-value-with-range",
        "`latestValue` does not go with `from`, `to` or `limit`.",
        "official",
        {"latestValue": "true", "limit": "5"},
        "[6011] latestValue can't be combined with from, to or limit.",
    ),
    refused(
        "latest-value-unknown",
        "`latestValue` is `true` or `false`.",
        "assumed",
        {"latestValue": "yes"},
        "[6007] Invalid value 'yes' for request param - latestValue",
    ),
    *(
        Row(
            f"series-read-{id}",
            AREA,
            rule,
            source,
            Send("GET", path),
            404,
            JSON,
            spring(404, "Not Found", f"[6410] Unable to find the property set - {aspect}", path),
        )
        for id, rule, source, path, aspect in (
            ("unknown-aspect", "An unknown aspect is 404.", "recorded", f"{BASE}/{{pump}}/Colour", "Colour"),
            ("static-aspect", "A static aspect has no series.", "assumed", f"{BASE}/{{pump}}/NamePlate", "NamePlate"),
            (
                "letter-case",
                "Names of aspects are case-sensitive.",
                "assumed",
                f"{BASE}/{{pump}}/vibration",
                "vibration",
            ),
            ("unknown-asset", "An unknown asset is 404.", "assumed", f"{BASE}/{'0' * 32}/Vibration", "Vibration"),
            ("foreign", "Another tenant's asset does not exist.", "assumed", f"{BASE}/{{foreign}}/Rotor", "Rotor"),
        )
    ),
    Row(
        "series-read-no-token",
        AREA,
        "Without a token the service answers 401 in a form of its own.",
        "recorded",
        Send("GET", VIBRATION, as_=NOBODY),
        401,
        JSON,
        IsDict(id=IsUUID(4), message="Not authorized to access this resource.").settings(strict=True),
    ),
)
