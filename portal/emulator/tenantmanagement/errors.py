"""The two forms of errors: the platform's common one, and the service's own for what is wrong in a body."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any

from werkzeug import Response

from portal.emulator.gateway.calls import Call, platform_endpoint
from portal.emulator.web import json_response


class ErrorType(StrEnum):
    """What kind of refusal it is as a whole."""

    FIELD_ERROR = "FIELD_ERROR"
    INVALID_STATE = "INVALID_STATE"
    PARSING_ERROR = "PARSING_ERROR"


class FieldErrorType(StrEnum):
    """What is wrong with one field."""

    INVALID_INPUT = "INVALID_INPUT"
    """A value of the wrong kind."""
    VALIDATION_ERROR = "VALIDATION_ERROR"
    """Missing, too long, or not of the required form."""
    NOT_ALLOWED = "NOT_ALLOWED"
    """A field that cannot be written here."""
    UNIQUE_CONSTRAINT_ERROR = "UNIQUE_CONSTRAINT_ERROR"
    """A value that somebody else has."""


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field of a body; the path of an inner one is written ``links[0].type``."""

    field: str
    kind: FieldErrorType
    message: str


class BodyRefused(Exception):
    """A body cannot be accepted: it is no JSON object, some fields are wrong, or it does not fit the state."""

    def __init__(self, kind: ErrorType, message: str, fields: Iterable[FieldError] = (), status: int = 400) -> None:
        super().__init__(message)
        self.kind = kind
        self.fields = tuple(fields)
        self.status = status

    def response(self) -> Response:
        """The answer; ``logref`` (32 hex digits) is the trace handle."""
        body: dict[str, Any] = {
            "errorMessage": str(self),
            "errorType": self.kind.value,
            "fieldErrors": [
                {"errorMessage": wrong.message, "errorType": wrong.kind.value, "field": wrong.field}
                for wrong in self.fields
            ],
            "logref": uuid.uuid4().hex,
        }
        return json_response(body, self.status)


def tenant_endpoint(roles: frozenset[str]) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Like :func:`platform_endpoint`, and answers refused bodies in the service's own form."""

    def decorate(answer: Callable[..., Response]) -> Callable[..., Response]:
        @platform_endpoint(roles)
        @wraps(answer)
        def guarded(call: Call, **arguments: str) -> Response:
            try:
                return answer(call, **arguments)
            except BodyRefused as error:
                call.request.reason = "; ".join(
                    [str(error), *(f"{wrong.field}: {wrong.message}" for wrong in error.fields)]
                )
                return error.response()

        return guarded

    return decorate
