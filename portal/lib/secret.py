"""`Secret`: a string that does not show itself in a log, a traceback, a template or a pickle."""

from __future__ import annotations

from typing import NoReturn


class Secret:
    """Holds a secret; `reveal()` is the only way to read it, and easy to search for in the code."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        raise TypeError("Compare secrets with secrets.compare_digest on reveal().")

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> NoReturn:
        raise TypeError("A Secret is not written anywhere.")
