"""The other values of the switches: what nobody knows of the Hub, or what differs between its years."""

from __future__ import annotations

from typing import Any

from dirty_equals import Contains, IsPartialDict

from .application_gateway import SIGNED_IN, at_app
from .core_types import core_type
from .reading_assets import ASSETS, BASE, PUMP, names
from .rows import NOBODY, Row, Send, errors
from .time_series import VIBRATION
from .time_series_writes import BEFORE, SECOND, put

AREA = "Emulator: switches"
NARROW = Send(
    "POST",
    "/_emulator/technical-users",
    json={"tenant": "acme", "name": "narrow", "scope": ["mdsp:core:TenantAdmin"]},
    as_=NOBODY,
)
"""A technical user who may use Asset Management, but has no role of its own there."""
RENAMED = {"name": "Pump P-101 B"}


def switched(**values: Any) -> Send:
    return Send("POST", "/_emulator/switches", json=values, as_=NOBODY)


def other(
    id_: str,
    rule: str,
    values: dict[str, Any],
    send: Send,
    status: int,
    *before: Send,
    source: str = "assumed",
    **more: Any,
) -> Row:
    """What the emulator answers after some switches were set."""
    return Row(f"switch-{id_}", AREA, rule, source, send, status, before=(switched(**values), *before), **more)


ROWS = (
    other(
        "page-size",
        "`max_page_size=2000`: pages of the years before 2024.",
        {"max_page_size": 2000},
        Send("GET", ASSETS, params={"size": "2000"}),
        200,
        body=IsPartialDict({"page": {"size": 2000, "totalElements": 12, "totalPages": 1, "number": 0}}),
        source="official",
    ),
    other(
        "page-size-refused",
        "`max_page_size=2000`: a larger page is refused.",
        {"max_page_size": 2000},
        Send("GET", ASSETS, params={"size": "2001"}),
        400,
        body=errors("invalidParameter", "size has to be 1 to 2000, not 2001."),
        source="official",
    ),
    other(
        "plain-json",
        "`plain_json_accepted=true`: `Accept: application/json` is served.",
        {"plain_json_accepted": True},
        Send("GET", ASSETS, params={"filter": '{"name":"Pump P-101"}'}, headers={"Accept": "application/json"}),
        200,
        body=names("Pump P-101"),
    ),
    other(
        "if-match-not-required",
        "`missing_if_match_status=0`: a write without `If-Match` is taken.",
        {"missing_if_match_status": 0},
        Send("PUT", PUMP, json=RENAMED),
        200,
        body=IsPartialDict({"name": "Pump P-101 B", "etag": 2}),
    ),
    other(
        "if-match-missing",
        "`missing_if_match_status=400`: the answer to a write without `If-Match`.",
        {"missing_if_match_status": 400},
        Send("PUT", PUMP, json=RENAMED),
        400,
        body=errors("invalidParameter"),
    ),
    other(
        "if-match-wrong",
        "`wrong_if_match_status=409`: the answer to a write with another etag.",
        {"wrong_if_match_status": 409},
        Send("PUT", PUMP, json=RENAMED, headers={"If-Match": "7"}),
        409,
        body=errors("conflict", "If-Match is 7, but the etag of the resource is 1."),
    ),
    other(
        "types-need-role",
        "`technical_users_read_types=false`: a technical user needs a role of Asset Management of its own for types.",
        {"technical_users_read_types": False},
        Send("GET", f"{BASE}/assettypes/core.basicarea", as_="acme-narrow"),
        403,
        NARROW,
        body=errors("forbidden", "Access Denied"),
        source="reported",
    ),
    other(
        "types-need-no-role",
        "`technical_users_read_types=true`: it needs none.",
        {"technical_users_read_types": True},
        Send("GET", f"{BASE}/assettypes/core.basicarea", as_="acme-narrow"),
        200,
        NARROW,
        body=core_type("basicarea", "core.basichierarchy", True, []),
    ),
    other(
        "assets-need-no-role",
        "`technical_users_read_types=false`: assets are read all the same.",
        {"technical_users_read_types": False},
        Send("GET", ASSETS, params={"filter": '{"name":"Pump P-101"}'}, as_="acme-narrow"),
        200,
        NARROW,
        body=names("Pump P-101"),
        source="reported",
    ),
    other(
        "unknown-variable-dropped",
        "`unknown_variable_status=0`: the value of an unknown variable is dropped, the rest is written.",
        {"unknown_variable_status": 0},
        Send("GET", VIBRATION, BEFORE),
        200,
        put({"_time": SECOND, "velocity": 1.5, "colour": "blue"}),
        body=[{"_time": SECOND, "velocity": 1.5}],
    ),
    other(
        "wrong-value-dropped",
        "`unknown_variable_status=0`: a value of the wrong type is dropped, the rest is written.",
        {"unknown_variable_status": 0},
        Send("GET", VIBRATION, BEFORE),
        200,
        put({"_time": SECOND, "velocity": "fast", "acceleration": 1.5}),
        body=[{"_time": SECOND, "acceleration": 1.5}],
    ),
    other(
        "delete-series",
        "`delete_series_status=200`: the answer to a deletion.",
        {"delete_series_status": 200},
        Send("DELETE", VIBRATION, BEFORE),
        200,
        text="",
        source="reported",
    ),
    other(
        "latest-value",
        "`latest_value=false`: `latestValue` has no effect.",
        {"latest_value": False},
        Send("GET", VIBRATION, {"latestValue": "true"}),
        200,
        body=[IsPartialDict({"_time": "2026-11-20T12:00:00Z"})],
        source="reported",
    ),
    other(
        "misaligned-aggregates",
        "`misaligned_aggregates_status=422`: the answer of aggregates v3 to a range that does not fit.",
        {"misaligned_aggregates_status": 422},
        Send(
            "GET",
            "/api/iottsaggregates/v3/aggregates/{pump}/Vibration",
            {
                "from": "2026-11-10T10:00:01Z",
                "to": "2026-11-10T11:00:01Z",
                "intervalUnit": "hour",
                "intervalValue": "1",
            },
        ),
        422,
        body=IsPartialDict({"message": Contains("do not fit intervals of 1 hour")}),
    ),
    other(
        "xsrf",
        "`xsrf_required=false`: the application gateway lets writes through without `x-xsrf-token`.",
        {"xsrf_required": False},
        at_app("PUT", "/api/assetmanagement/v3/model/lock?enabled=true"),
        200,
        *SIGNED_IN,
        body=IsPartialDict({"enabled": True}),
    ),
    other(
        "header-limit",
        "`header_limit` in bytes: the largest sum of headers.",
        {"header_limit": 4096},
        Send("GET", ASSETS, headers={"X-Long": "x" * 4096}),
        431,
        body=errors("exception", "The headers are larger than 4096 bytes."),
    ),
    Row(
        "switch-unknown",
        AREA,
        "A switch that does not exist is refused, and nothing is changed.",
        "assumed",
        switched(colour="blue"),
        400,
        body=IsPartialDict({"error": "bad_request"}),
    ),
)
