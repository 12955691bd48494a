"""The Spring-style errors of IoT Time Series v3, which are not the platform's common error body.

``{"timestamp","status","error","exception","message","path"}``. The message codes 6007, 6008, 6009 and 6410
are recorded, and so is the sentence about 100 kb; 6010 to 6015 are ours.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from http import HTTPStatus
from typing import Any

from werkzeug import Response

from portal.emulator.gateway.headers import with_gateway_headers
from portal.emulator.web import json_response

EXCEPTION = "com.siemens.mindsphere.iot.exception.IotException"
JSON = "application/json;charset=UTF-8"
_SHOWN = 100
"""Characters of a caller's text that a message repeats."""


class TimeSeriesError(Exception):
    """A refusal with its HTTP status, the message that the API words, and the limit that applied, if one did."""

    def __init__(self, status: int, message: str, limit: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.limit = limit


def shown(text: str) -> str:
    """A caller's text as a message repeats it: its beginning, with what UTF-8 cannot say written as an escape."""
    start = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return start.encode("utf-8", "backslashreplace").decode()


def missing_parameter(parameter: str) -> TimeSeriesError:
    """A query parameter that this request needs is not there."""
    return TimeSeriesError(400, f"[6007] The request param {parameter} is required.")


def invalid_value(parameter: str, value: str) -> TimeSeriesError:
    """A query parameter with a value that the API does not know."""
    return TimeSeriesError(400, f"[6007] Invalid value '{shown(value)}' for request param - {parameter}")


def invalid_date(parameter: str, value: str) -> TimeSeriesError:
    """A moment that is not an ISO date-time; often a ``+`` that was not percent-encoded."""
    return TimeSeriesError(400, f"[6008] Invalid date format '{shown(value)}' for request param - {parameter}")


def limit_exceeded(limit: int, maximum: int) -> TimeSeriesError:
    """More records asked for than one answer may have."""
    message = f"[6009] Input limit[{limit}] can't exceed max configured limit of - {maximum}"
    return TimeSeriesError(400, message, f"{maximum} records")


def invalid_range(message: str, limit: str = "") -> TimeSeriesError:
    """A range that is too long or ends before it starts."""
    return TimeSeriesError(400, f"[6010] {message}", limit)


def latest_value_with_range() -> TimeSeriesError:
    """The newest values are looked for in a time of their own."""
    return TimeSeriesError(400, "[6011] latestValue can't be combined with from, to or limit.")


def invalid_body(message: str, status: int = 400) -> TimeSeriesError:
    """The body of a write is not of the form that the API reads."""
    return TimeSeriesError(status, f"[6012] {message}")


def body_too_large(message: str, limit: str) -> TimeSeriesError:
    """The body of a write has more than the API takes at once."""
    return TimeSeriesError(400, f"[6012] {message}", limit)


def wrong_value(status: int, message: str) -> TimeSeriesError:
    """A record with an unknown variable or with a value that its variable can't have."""
    return TimeSeriesError(status, f"[6013] {message}")


def store_full(message: str, limit: str) -> TimeSeriesError:
    """The emulator, other than the Hub, keeps everything in memory."""
    return TimeSeriesError(507, f"[6014] {message}", limit)


def unknown_aspect(aspect: str) -> TimeSeriesError:
    """No such asset for this tenant, or no such dynamic aspect in it."""
    return TimeSeriesError(404, f"[6410] Unable to find the property set - {shown(aspect)}")


def not_owner() -> TimeSeriesError:
    """The time series of a shared asset can be read where it was shared to, and written at home only."""
    return TimeSeriesError(403, "[6015] Only the tenant that shares an asset can write or delete its time series.")


def spring_entry(error: TimeSeriesError, path: str, now: datetime, **place: str) -> dict[str, Any]:
    """The error as the service writes it; ``path`` is the API path without the gateway's, ``place`` says more."""
    return {
        "timestamp": now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03}+0000",
        "status": error.status,
        "error": _phrase(error.status),
        "exception": EXCEPTION,
        "message": error.message,
        **place,
        "path": path,
    }


def spring_error(error: TimeSeriesError, path: str, now: datetime) -> Response:
    """The answer that refuses a whole request."""
    return with_gateway_headers(json_response(spring_entry(error, path, now), error.status, JSON))


def not_authorized() -> Response:
    """The service's 401, in a third form of its own."""
    body = {
        "id": str(uuid.uuid4()),
        "message": "Not authorized to access this resource.",
    }
    return with_gateway_headers(json_response(body, 401, JSON))


def _phrase(status: int) -> str:
    """The standard phrase; a switch may name a status that has none."""
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Error"
