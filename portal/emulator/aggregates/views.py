"""Reading aggregates: v3 with its own errors, v4 with the platform's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from werkzeug import Response

from portal.emulator.aggregates.computation import Column
from portal.emulator.aggregates.errors import JSON, LimitExceeded, quoted, v3_refusal
from portal.emulator.aggregates.query_v3 import QueryV3
from portal.emulator.aggregates.query_v4 import QueryV4
from portal.emulator.aggregates.reading import Source, interval_summaries
from portal.emulator.aggregates.selection import Selection
from portal.emulator.aggregates.wire import aggregate_objects
from portal.emulator.assets.model import AspectType, DataType
from portal.emulator.gateway.authentication import Unauthenticated
from portal.emulator.gateway.calls import Call, admit, platform_endpoint
from portal.emulator.gateway.errors import GatewayError, NoMatch, refusal
from portal.emulator.gateway.headers import with_gateway_headers
from portal.emulator.hub import Hub
from portal.emulator.moments import SECOND
from portal.emulator.tenants import TENANTS
from portal.emulator.web import EmulatorRequest, json_response

READ_ROLES = frozenset({"iot.tsa.r", "mdsp:core:iot.tsaUser", "mdsp:core:StandardUser", "mdsp:core:TenantAdmin"})
NUMERIC = {DataType.INT: True, DataType.LONG: True, DataType.DOUBLE: False}
"""The data types that have aggregates, and whether their values are whole numbers."""


@platform_endpoint(READ_ROLES)
def aggregates_v4(call: Call) -> Response:
    """``{"aggregates":[…]}`` of the completed and widened range."""
    try:
        query = QueryV4.read(call.request.args, _now(call.hub), TENANTS[call.tenant].timezone)
        found = _aggregates(call, query.asset_id, query.aspect, query.boundaries, query.selection)
        return json_response({"aggregates": list(found)}, content_type=JSON)
    except LimitExceeded as error:
        call.request.limit = error.limit
        raise


def aggregates_v3(hub: Hub, request: EmulatorRequest, asset_id: str, aspect: str) -> Response:
    """A bare array of the aggregates of exactly the asked range."""
    try:
        call = admit(hub, request, READ_ROLES)
    except Unauthenticated:
        return v3_refusal(401, "Not authorized to access this resource.")
    except GatewayError as error:
        # It is the gateway that refuses here, before the service has seen the call.
        request.reason = error.message
        return refusal(error)
    try:
        query = QueryV3.read(request.args, hub.switches.misaligned_aggregates_status)
        found = _aggregates(call, asset_id, aspect, query.boundaries, query.selection)
        return with_gateway_headers(json_response(list(found), content_type=JSON))
    except GatewayError as error:
        request.reason = error.message
        request.limit = error.limit if isinstance(error, LimitExceeded) else ""
        return v3_refusal(error.status, error.message)


def _aggregates(
    call: Call, asset_id: str, aspect: str, boundaries: tuple[int, ...], selection: Selection
) -> Iterator[dict[str, Any]]:
    return aggregate_objects(interval_summaries(_source(call, asset_id, aspect), boundaries), selection)


def _source(call: Call, asset_id: str, aspect: str) -> Source:
    """The series of the tenant's asset, or of one that is shared with the tenant.

    :raises NoMatch: no such asset for this tenant, or no such dynamic aspect in it.
    """
    hub = call.hub
    asset = hub.inventory.origin(call.tenant, asset_id)
    kind = hub.inventory.dynamic_aspect(asset, aspect) if asset is not None else None
    if asset is None or kind is None:
        raise NoMatch(f"There is no asset {quoted(asset_id)} with a dynamic aspect {quoted(aspect)}.")
    columns = _columns(kind)
    # Under the lock, else this could be the version of a write whose records are not there yet, or the partials
    # could be those of a store that a reset has replaced.
    with hub.lock:
        series, partials = hub.series, hub.partials
        version = series.version(asset.asset_id, aspect)
    names = frozenset(column.name for column in columns)
    return Source(
        read=lambda after, until: series.read(asset, aspect, kind, after, until, names),
        columns=columns,
        version=(asset.asset_id, aspect, version, columns),
        partials=partials,
        now=_now(hub),
    )


def _columns(kind: AspectType) -> tuple[Column, ...]:
    return tuple(
        Column(
            variable.name,
            f"{variable.name}_qc" if variable.quality_code else None,
            NUMERIC[variable.data_type],
        )
        for variable in kind.variables
        if variable.data_type in NUMERIC
    )


def _now(hub: Hub) -> int:
    return int(hub.clock.now() * SECOND)
