"""Query parameters that are true or false."""

from __future__ import annotations

from portal.emulator.gateway.errors import InvalidParameter
from portal.emulator.web import EmulatorRequest


def flag(request: EmulatorRequest, name: str) -> bool:
    """Whether the parameter is true; false if it is missing.

    :raises InvalidParameter: it is neither true nor false.
    """
    text = request.args.get(name, "false")
    if text.lower() not in ("true", "false"):
        raise InvalidParameter(f"{name} has to be true or false, not {text!r}.")
    return text.lower() == "true"
