"""The request as the emulator's handlers see it, and the two kinds of bodies they answer with."""

from __future__ import annotations

import json
from typing import Any

from werkzeug import Request, Response

MAX_BODY = 1024 * 1024


class EmulatorRequest(Request):
    """A request with what the journal wants to know: the recognised client and the reason of a refusal."""

    max_content_length = MAX_BODY
    max_form_memory_size = MAX_BODY
    client: str = ""
    reason: str = ""


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
