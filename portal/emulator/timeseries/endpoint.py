"""What every endpoint of IoT Time Series does around its answer: token, role, the series, errors of its own kind."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from werkzeug import Response

from portal.emulator.addresses import GATEWAY_PATHS
from portal.emulator.assets.model import AspectType, Asset
from portal.emulator.gateway.authentication import Unauthenticated
from portal.emulator.gateway.calls import Call, admit
from portal.emulator.gateway.errors import GatewayError, refusal
from portal.emulator.gateway.headers import with_gateway_headers
from portal.emulator.hub import Hub
from portal.emulator.timeseries.errors import (
    TimeSeriesError,
    invalid_value,
    not_authorized,
    not_owner,
    spring_error,
    unknown_aspect,
)
from portal.emulator.web import EmulatorRequest

ASPECT_NAME = re.compile("[a-zA-Z0-9_]{1,64}")
READ_ROLES = frozenset(
    {
        "iot.tim.r",
        "mdsp:core:iot.timUser",
        "mdsp:core:iot.timAdmin",
        "mdsp:core:StandardUser",
        "mdsp:core:TenantAdmin",
    }
)
WRITE_ROLES = frozenset({"iot.tim.w", "mdsp:core:iot.timAdmin", "mdsp:core:TenantAdmin"})
DELETE_ROLES = frozenset({"iot.tim.d", "mdsp:core:iot.timAdmin", "mdsp:core:TenantAdmin"})


def series_endpoint(roles: frozenset[str]) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Turn a function ``(call, **path arguments) -> Response`` into a handler with the service's own errors."""

    def decorate(answer: Callable[..., Response]) -> Callable[..., Response]:
        @wraps(answer)
        def handler(hub: Hub, request: EmulatorRequest, **arguments: str) -> Response:
            try:
                return with_gateway_headers(answer(admit(hub, request, roles), **arguments))
            except Unauthenticated:
                return not_authorized()
            except GatewayError as error:
                request.reason = error.message
                return refusal(error)
            except TimeSeriesError as error:
                request.reason, request.limit = error.message, error.limit
                return spring_error(error, api_path(request), hub.clock.now_datetime())

        return handler

    return decorate


def api_path(request: EmulatorRequest) -> str:
    """The path of the request at the gateway that was called: ``/api/iottimeseries/v3/timeseries/…``."""
    return request.path.removeprefix(GATEWAY_PATHS[request.world])


@dataclass(frozen=True)
class Place:
    """A dynamic aspect of an asset: what a time series belongs to."""

    asset: Asset
    aspect: str
    kind: AspectType

    @property
    def resolution(self) -> int:
        """The step between two times, in microseconds: 1 for a simulation twin, else a millisecond."""
        return 1 if self.asset.twin_type == "simulation" else 1000


def place_of(call: Call, asset_id: str, aspect: str) -> Place:
    """The dynamic aspect with this name of the asset with this id, in any letter case; a shared asset's included.

    :raises TimeSeriesError: 400, no aspect can have this name; 404, the caller's tenant has none; static aspects have
        no time series.
    """
    if ASPECT_NAME.fullmatch(aspect) is None:
        raise invalid_value("propertysetname", aspect)
    asset = call.hub.inventory.origin(call.tenant, asset_id)
    kind = call.hub.inventory.dynamic_aspect(asset, aspect) if asset is not None else None
    if asset is None or kind is None:
        raise unknown_aspect(aspect)
    return Place(asset, aspect, kind)


def own_place_of(call: Call, asset_id: str, aspect: str) -> Place:
    """Like :func:`place_of` for what changes the series.

    :raises TimeSeriesError: 404 as there, 403 for an asset that another tenant shares.
    """
    place = place_of(call, asset_id, aspect)
    if place.asset.tenant_id != call.tenant:
        raise not_owner()
    return place
