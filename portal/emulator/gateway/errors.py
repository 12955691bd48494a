"""The common error body of the platform: ``{"errors":[{"code","logref","message"}]}``.

Codes are the generic ones of the developer documentation (prefix ``mdsp.core.generic.``).
"""

from __future__ import annotations

import uuid

from werkzeug import Response

from portal.emulator.gateway.headers import with_gateway_headers
from portal.emulator.web import json_response

RATE_LIMIT_MESSAGE = "API rate limit exceeded"
CODES = {
    400: "invalidParameter",
    401: "unauthorized",
    403: "forbidden",
    404: "noMatch",
    409: "conflict",
    413: "payloadTooLarge",
    415: "unsupportedMediaType",
    429: "tooManyRequests",
    500: "internalServerError",
}


class GatewayError(Exception):
    """A refusal with its HTTP status, generic code and message, and the headers that belong to it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.headers: dict[str, str] = {}
        self.code = f"mdsp.core.generic.{code}"
        self.message = message

    @classmethod
    def of_status(cls, status: int, message: str) -> GatewayError:
        """The refusal with the generic code of this status."""
        return cls(status, CODES.get(status, "exception"), message)


class InvalidParameter(GatewayError):
    """400: a query parameter has a value that the API does not accept."""

    def __init__(self, message: str) -> None:
        super().__init__(400, "invalidParameter", message)


class NoMatch(GatewayError):
    """404: the resource does not exist for this tenant."""

    def __init__(self, message: str) -> None:
        super().__init__(404, "noMatch", message)


class RateExceeded(GatewayError):
    """429: too many calls; there is room again after ``retry_after`` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(429, "tooManyRequests", RATE_LIMIT_MESSAGE)
        self.headers["Retry-After"] = str(retry_after)


def refusal(error: GatewayError) -> Response:
    """The error as the platform writes it; ``logref`` (32 hex digits) is the trace handle."""
    entry = {"code": error.code, "logref": uuid.uuid4().hex, "message": error.message}
    response = json_response({"errors": [entry]}, error.status, "application/json;charset=UTF-8")
    response.headers.update(error.headers)
    return with_gateway_headers(response)
