"""Bodies of writes: the JSON object that was sent, and merge patch."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any

from portal.emulator.gateway.errors import GatewayError
from portal.emulator.web import EmulatorRequest

MERGE_PATCH = "application/merge-patch+json"
JSON_TYPES = ("application/json", "application/hal+json")
MAX_DEPTH = 32
"""Levels of nesting that a body may have; the deepest documented one has six."""

Json = dict[str, Any]


class InvalidBody(GatewayError):
    """400: a property of the body breaks a rule."""

    def __init__(self, message: str) -> None:
        super().__init__(400, "invalidRequestBodyProperty", message)


class MissingProperty(GatewayError):
    """400: the body lacks a property."""

    def __init__(self, name: str) -> None:
        super().__init__(400, "missingRequestBodyProperty", f"The property {name} is required.")


def json_object(request: EmulatorRequest, *content_types: str) -> Json:
    """The JSON object in the body (RFC 8259: no NaN, no infinity; no name twice; text that UTF-8 can carry).

    :raises GatewayError: 415 for another content type, 400 for what is no such JSON object.
    """
    allowed = content_types or JSON_TYPES
    if request.mimetype not in allowed:
        raise GatewayError(415, "unsupportedMediaType", f"Content-Type has to be {' or '.join(allowed)}.")
    try:
        value = json.loads(
            request.get_data(), object_pairs_hook=_members, parse_constant=_no_number, parse_float=_finite
        )
    except (ValueError, RecursionError) as error:
        raise InvalidBody("The body is not valid JSON.") from error
    if not isinstance(value, dict):
        raise InvalidBody("The body has to be a JSON object.")
    _require_decent(value)
    return value


def merged(target: Any, patch: Any) -> Any:
    """The target with a merge patch applied (RFC 7396, section 2): null removes, an array replaces."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def _members(pairs: list[tuple[str, Any]]) -> Json:
    members = dict(pairs)
    if len(members) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise InvalidBody(f"The property {twice!a} stands in the same object twice. Write it once.")
    return members


def _no_number(word: str) -> float:
    raise InvalidBody(f"{word} is no JSON number.")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise InvalidBody("A number of the body is too large.")
    return number


def _require_decent(body: Json) -> None:
    """Refuse nesting that would exhaust the stack later, and lone surrogates, which no answer could repeat."""
    level: list[Any] = [body]
    for _ in range(MAX_DEPTH):
        inner: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                inner += [*value.keys(), *value.values()]
            elif isinstance(value, list):
                inner += value
            elif isinstance(value, str) and not _is_unicode(value):
                raise InvalidBody("The body has text that is not valid Unicode.")
        if not inner:
            return
        level = inner
    raise InvalidBody(f"The body is nested more than {MAX_DEPTH} levels deep.")


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
