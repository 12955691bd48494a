"""Query parameters that are whole numbers, or true or false."""

from __future__ import annotations

import re

from portal.emulator.gateway.errors import InvalidParameter
from portal.emulator.web import EmulatorRequest

WHOLE_NUMBER = re.compile("[0-9]{1,9}")


def whole_number(request: EmulatorRequest, name: str, default: int) -> int:
    """The parameter as a number of at most nine digits.

    :raises InvalidParameter: it is something else.
    """
    text = request.args.get(name)
    if text is None:
        return default
    if WHOLE_NUMBER.fullmatch(text) is None:
        raise InvalidParameter(f"{name} has to be a whole number, not {text!a}.")
    return int(text)


def flag(request: EmulatorRequest, name: str) -> bool:
    """Whether the parameter is true; false if it is missing.

    :raises InvalidParameter: it is neither true nor false.
    """
    text = request.args.get(name, "false")
    if text.lower() not in ("true", "false"):
        raise InvalidParameter(f"{name} has to be true or false, not {text!r}.")
    return text.lower() == "true"
