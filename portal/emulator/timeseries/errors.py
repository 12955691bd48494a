"""The Spring-style errors of IoT Time Series v3, which are not the platform's common error body.

``{"timestamp","status","error","exception","message","path"}``. The message codes 6007, 6008, 6009 and 6410
are recorded; 6010 (range too long or turned round) is ours.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from http import HTTPStatus

from werkzeug import Response

from portal.emulator.gateway.headers import with_gateway_headers
from portal.emulator.web import json_response

EXCEPTION = "com.siemens.mindsphere.iot.exception.IotException"
JSON = "application/json;charset=UTF-8"


class TimeSeriesError(Exception):
    """A refusal with its HTTP status and the message that the API words."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def invalid_value(parameter: str, value: str) -> TimeSeriesError:
    """A query parameter with a value that the API does not know."""
    return TimeSeriesError(400, f"[6007] Invalid value '{value}' for request param - {parameter}")


def invalid_date(parameter: str, value: str) -> TimeSeriesError:
    """A moment that is not an ISO date-time; often a ``+`` that was not percent-encoded."""
    return TimeSeriesError(400, f"[6008] Invalid date format '{value}' for request param - {parameter}")


def limit_exceeded(limit: int, maximum: int) -> TimeSeriesError:
    """More records asked for than one answer may have."""
    message = f"[6009] Input limit[{limit}] can't exceed max configured limit of - {maximum}"
    return TimeSeriesError(400, message)


def invalid_range(message: str) -> TimeSeriesError:
    """A range that is too long or ends before it starts."""
    return TimeSeriesError(400, f"[6010] {message}")


def unknown_aspect(aspect: str) -> TimeSeriesError:
    """No such asset for this tenant, or no such dynamic aspect in it."""
    return TimeSeriesError(404, f"[6410] Unable to find the property set - {aspect}")


def spring_error(error: TimeSeriesError, path: str, now: datetime) -> Response:
    """The error as the service writes it; ``path`` is the API path without the gateway's."""
    body = {
        "timestamp": now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03}+0000",
        "status": error.status,
        "error": HTTPStatus(error.status).phrase,
        "exception": EXCEPTION,
        "message": error.message,
        "path": path,
    }
    return with_gateway_headers(json_response(body, error.status, JSON))


def not_authorized() -> Response:
    """The service's 401, in a third form of its own."""
    body = {
        "id": str(uuid.uuid4()),
        "message": "Not authorized to access this resource.",
    }
    return with_gateway_headers(json_response(body, 401, JSON))
