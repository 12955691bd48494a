"""Reading time series: ``GET /api/iottimeseries/v3/timeseries/{assetId}/{aspect}``."""

from __future__ import annotations

import math
from itertools import islice
from urllib.parse import quote

from werkzeug import Response

from portal.emulator.addresses import service_url
from portal.emulator.gateway.authentication import Caller, Unauthenticated
from portal.emulator.gateway.calls import admit
from portal.emulator.gateway.errors import GatewayError, refusal
from portal.emulator.gateway.headers import with_gateway_headers
from portal.emulator.hub import Hub
from portal.emulator.timeseries.errors import (
    JSON,
    TimeSeriesError,
    not_authorized,
    spring_error,
    unknown_aspect,
)
from portal.emulator.timeseries.query import SeriesQuery
from portal.emulator.timeseries.records import AspectSeries, time_text
from portal.emulator.web import EmulatorRequest, json_response

READ_ROLES = frozenset(
    {
        "iot.tim.r",
        "mdsp:core:iot.timUser",
        "mdsp:core:iot.timAdmin",
        "mdsp:core:StandardUser",
        "mdsp:core:TenantAdmin",
    }
)
LATEST_WINDOW = 60
"""Minutes in which every variable has had a value."""


def time_series(hub: Hub, request: EmulatorRequest, asset_id: str, aspect: str) -> Response:
    """Records of one aspect as a bare JSON array; a ``link`` header if there are more."""
    try:
        call = admit(hub, request, READ_ROLES)
        return with_gateway_headers(_read(hub, request, call.caller, asset_id, aspect))
    except Unauthenticated:
        return not_authorized()
    except GatewayError as error:
        request.reason = error.message
        return refusal(error)
    except TimeSeriesError as error:
        request.reason = error.message
        return spring_error(error, request.path.removeprefix("/gateway"), hub.clock.now_datetime())


def _read(hub: Hub, request: EmulatorRequest, caller: Caller, asset_id: str, aspect: str) -> Response:
    now = hub.clock.now()
    query = SeriesQuery.read(request.args, now)
    series = _series(hub, caller, asset_id, aspect, query)
    minutes = _minutes(series, query, now)
    page = list(series.records(islice(minutes, query.limit)))
    response = json_response(page, content_type=JSON)
    if len(minutes) > len(page) and not query.wants_latest:
        following = _next_page(hub, request, query, minutes[len(page) - 1])
        response.headers["Link"] = f'<{following}>; rel="next"'
    return response


def _series(hub: Hub, caller: Caller, asset_id: str, aspect: str, query: SeriesQuery) -> AspectSeries:
    asset = hub.inventory.asset(caller.tenant, asset_id)
    kind = hub.inventory.dynamic_aspect(asset, aspect) if asset is not None else None
    if asset is None or kind is None:
        raise unknown_aspect(aspect)
    return AspectSeries(hub.config.seed, asset, aspect, kind, query.select)


def _minutes(series: AspectSeries, query: SeriesQuery, now: float) -> range:
    """The minutes to read. A record lies on its full minute: ``from`` is exclusive, ``to`` inclusive."""
    present = math.floor(now / 60)
    if query.after is None or query.until is None:
        return series.minutes(present - LATEST_WINDOW, present, descending=True)[:1]
    until = min(math.floor(query.until / 60), present)
    return series.minutes(math.floor(query.after / 60), until, query.descending)


def _next_page(hub: Hub, request: EmulatorRequest, query: SeriesQuery, last_minute: int) -> str:
    """The same request for what follows: ``from`` moves up, or ``to`` moves down when descending.

    Both ends are written out: an open one would move with the other end or with the clock.
    """
    parameters = request.args.to_dict()
    parameters.setdefault("from", time_text(math.floor((query.after or 0) / 60)))
    parameters.setdefault("to", time_text(math.floor((query.until or 0) / 60)))
    if query.descending:
        # "to" is inclusive, so it has to stand before the last record; times have 1 ms.
        parameters["to"] = time_text(last_minute - 1).replace(":00Z", ":59.999Z")
    else:
        parameters["from"] = time_text(last_minute)
    text = "&".join(f"{name}={quote(value, safe=':,')}" for name, value in parameters.items())
    base = service_url(request.addresses, request.world, "iottimeseries")
    return f"{base}/v3/{request.path.partition('/v3/')[2]}?{text}"
