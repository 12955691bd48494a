"""JSON bodies of requests about credentials, read strictly: what is ambiguous or not a number is refused."""

from __future__ import annotations

import re
from typing import Any

from portal.emulator.strict_json import NotStrictJson, read_json
from portal.emulator.web import EmulatorRequest

LONGEST_LIST = 500


class UnusableBody(ValueError):
    """The body is not what the path takes; the message says what to write instead."""


class Body:
    """A JSON object with checked access to its members; names that nobody asks for are ignored."""

    def __init__(self, request: EmulatorRequest) -> None:
        """Read the body of a request that says it is JSON.

        :raises UnusableBody: it is no strict JSON object.
        """
        try:
            value = read_json(request.get_data())
        except NotStrictJson as error:
            raise UnusableBody(str(error)) from error
        if not isinstance(value, dict):
            raise UnusableBody("The body has to be a JSON object.")
        self._members: dict[str, Any] = value

    def __contains__(self, name: str) -> bool:
        return self._members.get(name) is not None

    def text(self, name: str, pattern: str, example: str) -> str:
        """A required text of a form.

        :raises UnusableBody: it is missing or of another form.
        """
        value = self._members.get(name)
        if not isinstance(value, str) or re.fullmatch(pattern, value) is None:
            raise UnusableBody(f"{name} is missing or not usable. Write for example {example}.")
        return value

    def one_of(self, name: str, *allowed: str) -> str:
        """A required text out of a few.

        :raises UnusableBody: it is missing or another one.
        """
        value = self._members.get(name)
        if not isinstance(value, str) or value not in allowed:
            raise UnusableBody(f"{name} is missing or not usable. Write one of: {', '.join(allowed)}.")
        return value

    def texts(self, name: str, pattern: str, example: str) -> tuple[str, ...]:
        """A list of different texts of a form, in its order; empty when it is left out.

        :raises UnusableBody: it is no list, too long, repeats an entry, or holds an entry of another form.
        """
        values = self._members.get(name)
        if values is None:
            return ()
        if not isinstance(values, list) or len(values) > LONGEST_LIST:
            raise UnusableBody(f"{name} has to be a list of at most {LONGEST_LIST} entries.")
        if not all(isinstance(value, str) and re.fullmatch(pattern, value) for value in values):
            raise UnusableBody(f"{name} has an entry that is not usable. Write for example {example}.")
        if len(set(values)) < len(values):
            raise UnusableBody(f"{name} has an entry twice.")
        return tuple(values)
