"""Refusals of the aggregates service: v4 has the platform's error body, v3 its own ``{"id","message"}``."""

from __future__ import annotations

import uuid

from werkzeug import Response

from portal.emulator.gateway.errors import GatewayError, InvalidParameter
from portal.emulator.gateway.headers import with_gateway_headers
from portal.emulator.web import json_response

JSON = "application/json;charset=UTF-8"
LONGEST_QUOTE = 60


class LimitExceeded(InvalidParameter):
    """400: more than the service gives at once; ``limit`` is what the journal notes."""

    def __init__(self, message: str, limit: str) -> None:
        super().__init__(message)
        self.limit = limit


class MissingParameter(GatewayError):
    """400: a parameter without which there is nothing to answer."""

    def __init__(self, name: str) -> None:
        super().__init__(400, "missingParameter", f"{name} is missing. It is required.")


def v3_refusal(status: int, message: str) -> Response:
    """An error as v3 writes it."""
    return with_gateway_headers(json_response({"id": str(uuid.uuid4()), "message": message}, status, JSON))


def quoted(text: str) -> str:
    """What a caller sent, as a message may repeat it: in quotes and not too long."""
    return repr(text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…")
