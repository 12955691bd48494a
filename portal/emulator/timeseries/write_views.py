"""Writing and deleting time series; a request, and in a multi-write a pair, is written as a whole or not at all."""

from __future__ import annotations

from typing import Any

from werkzeug import Response

from portal.emulator.gateway.calls import Call
from portal.emulator.timeseries.bodies import MAX_RECORD, RecordReader, check_size, json_body
from portal.emulator.timeseries.endpoint import (
    DELETE_ROLES,
    WRITE_ROLES,
    Place,
    api_path,
    own_place_of,
    series_endpoint,
)
from portal.emulator.timeseries.errors import (
    JSON,
    TimeSeriesError,
    body_too_large,
    invalid_body,
    shown,
    spring_entry,
    store_full,
)
from portal.emulator.timeseries.query import range_to_delete
from portal.emulator.timeseries.store import MAX_CELLS, StoreFull
from portal.emulator.web import json_response

MAX_PAIRS = 5
MAX_RECORDS = 100
MAX_BYTES = 100 * 1024
"""Of one multi-write, over all its pairs."""


@series_endpoint(WRITE_ROLES)
def write(call: Call, asset_id: str, aspect: str) -> Response:
    """Records of one aspect, each in place of the entire one at its time."""
    place = own_place_of(call, asset_id, aspect)
    records = json_body(call.request)
    if not isinstance(records, list):
        raise invalid_body("The body has to be an array of records.")
    if len(call.request.get_data()) > MAX_RECORD:
        check_size(records)
    _write(call, place, records)
    return _no_content(204)


@series_endpoint(WRITE_ROLES)
def write_several(call: Call) -> Response:
    """Records of up to five aspects; what is wrong with one of them is said in the answer."""
    errors = []
    pairs = _pairs(call)
    for asset_id, aspect, records in pairs:
        try:
            _write(call, own_place_of(call, asset_id, aspect), records)
        except TimeSeriesError as error:
            now, place = call.hub.clock.now_datetime(), {"entityId": shown(asset_id), "propertySetName": shown(aspect)}
            errors.append(spring_entry(error, api_path(call.request), now, **place))
    if errors:
        call.request.reason = f"{len(errors)} of {len(pairs)} refused: {errors[0]['message']}"
    return json_response({"errors": errors}, 202, JSON)


@series_endpoint(DELETE_ROLES)
def delete(call: Call, asset_id: str, aspect: str) -> Response:
    """Everything in a range, whether it was written or is computed; what is written later is there again."""
    place = own_place_of(call, asset_id, aspect)
    span = range_to_delete(call.request.args)
    try:
        with call.hub.lock:
            call.hub.series.delete(place.asset.asset_id, aspect, span.after, span.until)
    except StoreFull as error:
        raise store_full(str(error), f"{MAX_CELLS} written times and values") from error
    return _no_content(call.hub.switches.delete_series_status or 204)


def _write(call: Call, place: Place, records: list[Any]) -> None:
    checked = RecordReader(place, call.hub.switches.unknown_variable_status).read(records)
    try:
        with call.hub.lock:
            call.hub.series.write(place.asset.asset_id, place.aspect, checked)
    except StoreFull as error:
        raise store_full(str(error), f"{MAX_CELLS} written times and values") from error


def _pairs(call: Call) -> list[tuple[str, str, list[Any]]]:
    """Asset id, aspect name and records of each entry of a multi-write."""
    body = json_body(call.request)
    if len(call.request.get_data()) > MAX_BYTES:
        raise body_too_large("Size of payload should not be more than 100 kb", "100 kb")
    entries = body.get("timeseries") if isinstance(body, dict) else None
    if not isinstance(entries, list):
        raise invalid_body("The body has to be an object with an array timeseries.")
    if len(entries) > MAX_PAIRS:
        raise body_too_large(f"A request can't have more than {MAX_PAIRS} assets and aspects.", f"{MAX_PAIRS} pairs")
    pairs = [_pair(number, entry) for number, entry in enumerate(entries)]
    if sum(len(records) for _, _, records in pairs) > MAX_RECORDS:
        raise body_too_large(f"A request can't have more than {MAX_RECORDS} records.", f"{MAX_RECORDS} records")
    return pairs


def _pair(number: int, entry: Any) -> tuple[str, str, list[Any]]:
    match entry:
        case {"entityId": str(asset_id), "propertySetName": str(aspect), "data": list(records)}:
            return asset_id, aspect, records
    raise invalid_body(f"Entry {number} of timeseries needs the texts entityId, propertySetName and an array data.")


def _no_content(status: int) -> Response:
    response = Response("", status)
    del response.headers["Content-Type"]
    return response
