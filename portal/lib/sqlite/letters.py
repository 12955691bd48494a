"""LIKE and lower() for all letters: SQLite's own know those of ASCII only, so "übergabe" did not find "Übergabe"."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from functools import lru_cache

WILDCARDS = {"%": ".*", "_": "."}


def teach(connection: sqlite3.Connection) -> None:
    """Let this connection ignore the case of all letters."""
    # LIKE itself is replaced, so no search is forgotten. No index is lost: SQLite uses none for the LIKE of Django.
    for arguments in (2, 3):
        connection.create_function("like", arguments, _like, deterministic=True)
    connection.create_function("lower", 1, _lower, deterministic=True)


def _like(pattern: object, value: object, escape: str = "") -> bool | None:
    if pattern is None or value is None:
        return None
    return _match(str(pattern), escape)(str(value).casefold()) is not None


@lru_cache(256)
def _match(pattern: str, escape: str) -> Callable[[str], object]:
    signs = re.findall(f"{re.escape(escape)}.|." if escape else ".", pattern, re.DOTALL)
    text = "".join(WILDCARDS.get(sign) or re.escape(sign[-1].casefold()) for sign in signs)
    return re.compile(text, re.DOTALL).fullmatch


def _lower(value: object) -> str | None:
    return None if value is None else str(value).lower()
