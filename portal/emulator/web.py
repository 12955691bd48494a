"""The request as the emulator's handlers see it, and the two kinds of bodies they answer with."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from werkzeug import Request, Response
from werkzeug.routing import Rule

from portal.emulator.addresses import Addresses
from portal.emulator.tenants import World

Handler = Callable[..., Response]
"""Called with the hub, the request and the arguments of the path."""
MAX_BODY = 10 * 1024 * 1024
"""Bytes; what the gateway lets through (switch ``body_limit``) is checked there."""


class EmulatorRequest(Request):
    """A request with where it arrived, and with what the journal wants to know about it.

    ``addresses`` are those of the form in which the caller came, ``world`` is that of the gateway called. The
    handlers note the recognised ``client`` and ``tenant``, the ``reason`` why the call was allowed or refused, and
    the ``limit`` that applied.
    """

    max_content_length = MAX_BODY
    max_form_memory_size = MAX_BODY
    addresses: Addresses
    world: World = World.CLASSIC
    client: str = ""
    tenant: str = ""
    reason: str = ""
    limit: str = ""


def json_text(value: Any) -> str:
    """Compact JSON with characters written as they are, the way the Hub writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def json_response(value: Any, status: int = 200, content_type: str = "application/json") -> Response:
    """A JSON answer."""
    return Response(json_text(value), status, content_type=content_type)


def never_stored(response: Response) -> Response:
    """Mark an answer that carries credentials (RFC 6749, section 5.1)."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Pragma"] = "no-cache"
    return response


def get(path: str, handler: Handler) -> Rule:
    """A route that is read only."""
    return Rule(path, endpoint=handler, methods=["GET"])
