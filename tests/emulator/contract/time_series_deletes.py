"""Deleting ranges of time series."""

from __future__ import annotations

from typing import Any

from dirty_equals import IsPartialDict

from .rows import READER, Row, Send, errors
from .time_series import BASE, JSON, VIBRATION, spring
from .time_series_writes import AROUND, MINUTE, RECORD, SECOND, put

DELETE = "Time Series: delete"


def remove(**params: str) -> Send:
    return Send("DELETE", VIBRATION, params)


def after_delete(id: str, rule: str, source: str, body: Any, *before: Send) -> Row:
    """What is read between ten and two minutes past ten after a delete."""
    send = Send("GET", VIBRATION, {"from": "2026-11-20T10:00:00Z", "to": "2026-11-20T10:02:00Z"})
    return Row(f"series-delete-{id}", DELETE, rule, source, send, 200, JSON, body, before=before)


FIRST_MINUTE = remove(**AROUND)
ROWS = (
    Row(
        "series-delete-status",
        DELETE,
        "A deleted range is answered with 204 (switch `delete_series_status`).",
        "official",
        FIRST_MINUTE,
        204,
        {"Content-Type": None},
        text="",
    ),
    after_delete(
        "range",
        "`from` is exclusive and `to` is inclusive; a machine's own records can be deleted.",
        "assumed",
        [IsPartialDict(_time="2026-11-20T10:02:00Z")],
        FIRST_MINUTE,
    ),
    after_delete(
        "written",
        "Written records are deleted.",
        "official",
        [IsPartialDict(_time="2026-11-20T10:02:00Z")],
        put(RECORD),
        FIRST_MINUTE,
    ),
    after_delete(
        "write-again",
        "What is written later into a deleted range is there.",
        "assumed",
        [RECORD, IsPartialDict(_time="2026-11-20T10:02:00Z")],
        FIRST_MINUTE,
        put(RECORD),
    ),
    Row(
        "series-delete-latest",
        DELETE,
        "The latest record is the newest one that is left.",
        "assumed",
        Send("GET", VIBRATION),
        200,
        JSON,
        [IsPartialDict(_time="2026-11-20T10:00:00Z")],
        before=(remove(**{"from": "2026-11-20T10:00:00Z", "to": "2026-11-21T00:00:00Z"}),),
    ),
    *(
        Row(
            f"series-delete-{id}",
            DELETE,
            rule,
            "assumed",
            remove(**params),
            400,
            JSON,
            spring(400, "Bad Request", message),
        )
        for id, rule, params, message in (
            ("no-from", "A delete needs `from`.", {"to": MINUTE}, "[6007] The request param from is required."),
            ("no-to", "A delete needs `to`.", {"from": MINUTE}, "[6007] The request param to is required."),
            (
                "turned-round",
                "A delete whose range ends before it starts is refused.",
                {"from": MINUTE, "to": SECOND},
                "[6010] The start of the range is after its end.",
            ),
            (
                "no-date",
                "`from` and `to` of a delete are ISO date-times.",
                {"from": "now", "to": SECOND},
                "[6008] Invalid date format 'now' for request param - from",
            ),
        )
    ),
    Row(
        "series-delete-unknown-aspect",
        DELETE,
        "An unknown aspect is 404.",
        "assumed",
        Send("DELETE", f"{BASE}/{{pump}}/Colour", AROUND),
        404,
        JSON,
        spring(404, "Not Found", "[6410] Unable to find the property set - Colour", f"{BASE}/{{pump}}/Colour"),
    ),
    Row(
        "series-delete-role",
        DELETE,
        "To delete takes `iot.tim.d`, `iot.timAdmin` or a tenant admin.",
        "official",
        Send("DELETE", VIBRATION, AROUND, as_=READER),
        403,
        JSON,
        errors("forbidden", "Access Denied"),
    ),
)
