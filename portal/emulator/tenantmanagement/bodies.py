"""The bodies of writes: all that is wrong with one is told at once, field by field."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from portal.emulator.gateway.bodies import MERGE_PATCH, InvalidBody, json_object
from portal.emulator.tenantmanagement.errors import BodyRefused, ErrorType, FieldError, FieldErrorType
from portal.emulator.web import EmulatorRequest

MAX_TEXT = 255
MAX_DESCRIPTION = 1000
IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")

Json = dict[str, Any]


def read_object(request: EmulatorRequest, *content_types: str) -> Json:
    """The JSON object in the body; ``application/json`` unless other types are given.

    :raises GatewayError: 415 for another content type.
    :raises BodyRefused: it is no JSON object.
    """
    try:
        return json_object(request, *(content_types or ("application/json",)))
    except InvalidBody as error:
        raise BodyRefused(ErrorType.PARSING_ERROR, error.message) from error


def read_patch(request: EmulatorRequest) -> Json:
    """The changes in the body, as merge patch or plain JSON."""
    return read_object(request, "application/json", MERGE_PATCH)


class Fields:
    """Reads one JSON object and collects what is wrong with it; ``path`` stands before the names in messages."""

    def __init__(self, body: Any, known: Iterable[str], path: str = "") -> None:
        self.errors: list[FieldError] = []
        self._path = path
        self._body: Json = body if isinstance(body, dict) else {}
        if not isinstance(body, dict):
            self.errors.append(FieldError(path.rstrip("."), FieldErrorType.INVALID_INPUT, "This has to be an object."))
        names = list(known)
        for name in self._body:
            if name not in names:
                written = name if name.isprintable() else ascii(name)
                message = f"This cannot be written here. Possible are {', '.join(names)}."
                self.errors.append(FieldError(path + written, FieldErrorType.NOT_ALLOWED, message))

    def __contains__(self, name: str) -> bool:
        return name in self._body

    def value(self, name: str) -> Any:
        """What stands there, unchecked."""
        return self._body.get(name)

    def wrong(self, name: str, message: str, kind: FieldErrorType = FieldErrorType.INVALID_INPUT) -> None:
        """Note an error of one field."""
        self.errors.append(FieldError(self._path + name, kind, message))

    def text(self, name: str, most: int = MAX_TEXT, least: int = 1, default: str | None = None) -> str:
        """A text of ``least`` to ``most`` printable characters; required if there is no default."""
        if name not in self._body and default is not None:
            return default
        value = self._body.get(name)
        if value is None:
            self.wrong(name, "This is required.", FieldErrorType.VALIDATION_ERROR)
            return ""
        # Not printable are control characters, and surrogates that no encoding can write.
        if not isinstance(value, str) or not value.isprintable():
            self.wrong(name, "This has to be text of printable characters.")
            return ""
        value = value.strip()
        if not least <= len(value) <= most:
            self.wrong(name, f"This has to have {least} to {most} characters.", FieldErrorType.VALIDATION_ERROR)
        return value

    def identifier(self, name: str, default: str | None = None) -> str:
        """A text that can stand in an address: letters, digits, ``-`` and ``_``."""
        value = self.text(name, default=default)
        if value and IDENTIFIER.fullmatch(value) is None:
            message = "This has to be 1 to 64 letters, digits, - and _, with a letter or digit at the start."
            self.wrong(name, message, FieldErrorType.VALIDATION_ERROR)
        return value

    def entries(self, name: str) -> list[Any]:
        """A list; empty if it was left out."""
        value = self._body.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self.wrong(name, "This has to be a list.")
            return []
        return value

    def include(self, inner: Fields) -> None:
        """Take over the errors of an inner object."""
        self.errors.extend(inner.errors)

    def check(self) -> None:
        """Refuse the body if anything was wrong.

        :raises BodyRefused: with all errors.
        """
        if self.errors:
            raise BodyRefused(ErrorType.FIELD_ERROR, "Some fields of the body are not valid.", self.errors)
