"""Bodies of writes: the JSON object that was sent, and merge patch."""

from __future__ import annotations

from typing import Any

from portal.emulator.gateway.errors import GatewayError
from portal.emulator.strict_json import NotStrictJson, read_json
from portal.emulator.web import EmulatorRequest

MERGE_PATCH = "application/merge-patch+json"
JSON_TYPES = ("application/json", "application/hal+json")

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
    """The JSON object in the body.

    :raises GatewayError: 415 for another content type, 400 for what is no strict JSON object.
    """
    allowed = content_types or JSON_TYPES
    if request.mimetype not in allowed:
        raise GatewayError(415, "unsupportedMediaType", f"Content-Type has to be {' or '.join(allowed)}.")
    try:
        value = read_json(request.get_data())
    except NotStrictJson as error:
        raise InvalidBody(str(error)) from error
    if not isinstance(value, dict):
        raise InvalidBody("The body has to be a JSON object.")
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
