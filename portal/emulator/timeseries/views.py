"""Reading time series: ``GET /api/iottimeseries/v3/timeseries/{assetId}/{aspect}``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from urllib.parse import quote

from werkzeug import Response

from portal.emulator.gateway.calls import Call
from portal.emulator.moments import DAY, SECOND, time_text
from portal.emulator.timeseries.date_times import FIRST, LAST
from portal.emulator.timeseries.endpoint import READ_ROLES, Place, place_of, series_endpoint
from portal.emulator.timeseries.errors import JSON
from portal.emulator.timeseries.query import SeriesQuery, TimeRange
from portal.emulator.timeseries.records import TimedValues, Values
from portal.emulator.web import json_response

YOUNGEST, OLDEST = 2 * 3600 * SECOND, 30 * DAY
"""How old a value may be to count for ``latestValue``, both inclusive."""


@series_endpoint(READ_ROLES)
def time_series(call: Call, asset_id: str, aspect: str) -> Response:
    """Records of one aspect as a bare JSON array; a ``link`` header if there are more."""
    now = int(call.hub.clock.now() * SECOND)
    query = SeriesQuery.read(call.request.args, now, call.hub.switches.latest_value)
    place = place_of(call, asset_id, aspect)
    if query.latest_value:
        return _records(_latest_values(call, place, query, now))
    if query.span is None:
        return _records(islice(_read(call, place, TimeRange(FIRST - 1, LAST), query.select, descending=True), 1))
    records = _read(call, place, query.span, query.select, query.descending)
    if call.hub.series.has_texts(place.asset.asset_id, place.aspect):
        page = _page(records, query.limit, call.hub.switches.body_limit)
    else:
        # 2000 records of numbers are far below the limit of the gateway, and looking at each value takes a sixth of
        # the time of the answer.
        page = list(islice(records, query.limit))
    response = _records(page)
    if next(records, None) is not None:
        following = _next_page(call, place, query.span, page[-1][0], query.descending)
        response.headers["Link"] = f'<{following}>; rel="next"'
    return response


def _read(call: Call, place: Place, span: TimeRange, select: frozenset[str], descending: bool) -> Iterator[TimedValues]:
    return call.hub.series.read(
        place.asset, place.aspect, place.kind, span.after, span.until, select, descending=descending
    )


def _page(records: Iterator[TimedValues], limit: int, size: int) -> list[TimedValues]:
    """The first records: at most ``limit``, and no more after their texts have reached the size (bytes) that the
    gateway lets through. The rest stays in the iterator."""
    page = []
    for record in islice(records, limit):
        page.append(record)
        size -= sum(len(value.encode()) for value in record[1].values() if isinstance(value, str))
        if size <= 0:
            break
    return page


def _records(records: Iterable[TimedValues]) -> Response:
    entries: list[dict[str, Any]] = [{"_time": time_text(time), **values} for time, values in records]
    return json_response(entries, content_type=JSON)


def _latest_values(call: Call, place: Place, query: SeriesQuery, now: int) -> list[TimedValues]:
    """The newest value of each variable, with its quality code; values of one time are one record."""
    span = TimeRange(now - OLDEST - 1, now - YOUNGEST)
    found: dict[int, Values] = {}
    for variable in place.kind.variables:
        if query.select and variable.name not in query.select:
            continue
        for time, values in _read(call, place, span, frozenset({variable.name}), descending=True):
            if variable.name in values:
                found.setdefault(time, {}).update(values)
                break
    return sorted(found.items(), reverse=query.descending)


def _next_page(call: Call, place: Place, span: TimeRange, last: int, descending: bool) -> str:
    """The same request for what follows: ``from`` moves up, or ``to`` moves down when descending.

    Both ends are written out: an open one would move with the other end or with the clock.
    """
    parameters = call.request.args.to_dict()
    parameters.setdefault("from", time_text(span.after))
    parameters.setdefault("to", time_text(span.until))
    if descending:
        # "to" is inclusive, so it has to stand just before the last record.
        parameters["to"] = time_text(last - place.resolution)
    else:
        parameters["from"] = time_text(last)
    text = "&".join(f"{name}={quote(value, safe=':,')}" for name, value in parameters.items())
    return f"{call.service_url('iottimeseries')}/v3/{call.request.path.partition('/v3/')[2]}?{text}"
