"""IoT Time Series: who may read and write, and what `latestValue` makes of several times."""

from __future__ import annotations

from dirty_equals import IsPartialDict

from .reading_assets import ASSETS
from .rows import NOBODY, READER, Row, Send, errors
from .time_series import AREA, JSON, ONE_PAST_TEN, TEN, VIBRATION, at, spring
from .time_series_deletes import DELETE
from .time_series_writes import RECORD, WRITE, put

RANGE = {"from": TEN, "to": ONE_PAST_TEN}
EVERYTHING = {"from": "1970-01-01T00:00:00Z", "to": "2026-11-21T00:00:00Z"}


def technical_user(*scope: str) -> Send:
    """Creates `acme-narrow`, who has these scopes alone."""
    body = {"tenant": "acme", "name": "narrow", "scope": list(scope)}
    return Send("POST", "/_emulator/technical-users", json=body, as_=NOBODY)


def by_narrow(method: str, params: dict[str, str] | None = None, body: object = None) -> Send:
    return Send(method, VIBRATION, params or {}, json=body, as_="acme-narrow")


def forbidden(id_: str, area: str, rule: str, send: Send, scope: str) -> Row:
    return Row(
        f"series-{id_}",
        area,
        rule,
        "official",
        send,
        403,
        JSON,
        errors("forbidden", "Access Denied"),
        before=(technical_user(scope),),
    )


SCOPES = (
    Row(
        "series-read-scope",
        AREA,
        "The scope `iot.tim.r` is enough to read.",
        "official",
        by_narrow("GET", RANGE),
        200,
        JSON,
        at(ONE_PAST_TEN),
        before=(technical_user("iot.tim.r"),),
    ),
    Row(
        "series-write-scope",
        WRITE,
        "The scope `iot.tim.w` is enough to write.",
        "official",
        by_narrow("PUT", body=[RECORD]),
        204,
        {"Content-Type": None},
        text="",
        before=(technical_user("iot.tim.w"),),
    ),
    Row(
        "series-delete-scope",
        DELETE,
        "The scope `iot.tim.d` is enough to delete.",
        "official",
        by_narrow("DELETE", RANGE),
        204,
        {"Content-Type": None},
        text="",
        before=(technical_user("iot.tim.d"),),
    ),
    forbidden("read-other-scope", AREA, "Who may write may not read for that.", by_narrow("GET", RANGE), "iot.tim.w"),
    forbidden(
        "write-other-scope",
        WRITE,
        "Who may delete may not write for that.",
        by_narrow("PUT", body=[RECORD]),
        "iot.tim.d",
    ),
    forbidden(
        "delete-other-scope",
        DELETE,
        "Who may write may not delete for that.",
        by_narrow("DELETE", RANGE),
        "iot.tim.w",
    ),
    forbidden(
        "read-assets-role",
        AREA,
        "Roles of Asset Management do not open time series.",
        by_narrow("GET", RANGE),
        "mdsp:core:assetmanagement.admin",
    ),
    Row(
        "assets-series-role",
        "Asset Management: assets, read",
        "Roles of time series do not open Asset Management.",
        "official",
        Send("GET", ASSETS, as_="acme-narrow"),
        403,
        JSON,
        errors("forbidden", "Access Denied"),
        before=(technical_user("iot.tim.r"),),
    ),
)

LATEST_VALUES = (
    Row(
        "series-read-latest-value-spread",
        AREA,
        "`latestValue` may answer with several records; each variable is in one of them.",
        "official",
        Send("GET", VIBRATION, {"latestValue": "true"}, as_=READER),
        200,
        JSON,
        [{"_time": "2026-11-20T08:00:00Z", "velocity": 2.5}, {"_time": "2026-11-20T09:00:00Z", "acceleration": 1.5}],
        before=(
            Send("DELETE", VIBRATION, EVERYTHING),
            put(
                {"_time": "2026-11-20T07:00:00Z", "velocity": 0.5, "acceleration": 0.5},
                {"_time": "2026-11-20T08:00:00Z", "velocity": 2.5},
                {"_time": "2026-11-20T09:00:00Z", "acceleration": 1.5},
            ),
        ),
    ),
    Row(
        "series-read-latest-value-false",
        AREA,
        "`latestValue=false` is the default and goes with a range.",
        "official",
        Send("GET", VIBRATION, {"latestValue": "false", **RANGE}, as_=READER),
        200,
        JSON,
        at(ONE_PAST_TEN),
    ),
    *(
        Row(
            f"series-read-latest-value-with-{name}",
            AREA,
            f"`latestValue` does not go with `{name}`.",
            "official",
            Send("GET", VIBRATION, {"latestValue": "true", name: TEN}, as_=READER),
            400,
            JSON,
            spring(400, "Bad Request", "[6011] latestValue can't be combined with from, to or limit."),
        )
        for name in ("from", "to")
    ),
    Row(
        "series-read-limit-largest",
        AREA,
        "`limit=2000` is served.",
        "official",
        Send("GET", VIBRATION, {**RANGE, "limit": "2000"}, as_=READER),
        200,
        {**JSON, "Link": None},
        [IsPartialDict(_time=ONE_PAST_TEN)],
    ),
)

ROWS = (*SCOPES, *LATEST_VALUES)
