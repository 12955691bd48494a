"""What a fault does to an answer."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from werkzeug import Response
from werkzeug.http import HTTP_STATUS_CODES

from portal.emulator.control.faults import Fault
from portal.emulator.gateway.errors import RATE_LIMIT_MESSAGE, GatewayError, refusal
from portal.emulator.timeseries.errors import TimeSeriesError, not_authorized, spring_error
from portal.emulator.web import EmulatorRequest, json_response

if TYPE_CHECKING:
    from portal.emulator.hub import Hub


def replacement(hub: Hub, request: EmulatorRequest, fault: Fault) -> Response | None:
    """The answer that the fault puts in place of the real one, if it does."""
    if fault.status is None and fault.body is None:
        return None
    status = fault.status or 200
    if fault.body is None and status >= 400:
        return _refusal_of_the_service(hub, request, status)
    return Response(fault.body or "", status, content_type="application/json")


def altered(response: Response, fault: Fault) -> Response:
    """The answer with the header and the broken syntax that the fault asks for."""
    if fault.retry_after is not None:
        response.headers["Retry-After"] = str(fault.retry_after)
    if fault.broken_json:
        response.direct_passthrough = False
        body = response.get_data()
        # No beginning of a JSON text can be followed by this, neither inside a string nor outside of one.
        response.set_data(body[: len(body) // 2] + b"\x00,,")
    return response


def _refusal_of_the_service(hub: Hub, request: EmulatorRequest, status: int) -> Response:
    """A refusal with the error body of the part that the request was sent to."""
    phrase = HTTP_STATUS_CODES.get(status, f"Status {status}")
    message = RATE_LIMIT_MESSAGE if status == HTTPStatus.TOO_MANY_REQUESTS else phrase
    gateway, _, service = request.path.partition("/api/")
    if gateway not in ("/gateway", "/api.app"):
        error = "unauthorized" if status == HTTPStatus.UNAUTHORIZED else phrase.lower().replace(" ", "_")
        return json_response({"error": error, "error_description": message}, status)
    # 429 is the gateway's own answer, whatever the service behind it.
    if service.startswith("iottimeseries") and status != HTTPStatus.TOO_MANY_REQUESTS:
        if status == HTTPStatus.UNAUTHORIZED:
            return not_authorized()
        return spring_error(TimeSeriesError(status, message), f"/api/{service}", hub.clock.now_datetime())
    return refusal(GatewayError.of_status(status, message))
