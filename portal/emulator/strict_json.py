"""Reading JSON strictly (RFC 8259), the way that bodies of writes and of the emulator's own paths are read."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any, NoReturn

MAX_DEPTH = 32
"""Levels of nesting that a body may have; the deepest documented one has six."""


class NotStrictJson(ValueError):
    """The body is no such JSON; the message says why, and may be shown to the caller."""


def read_json(body: bytes) -> Any:
    """The value of a body: no NaN, no infinity, no name twice, text that UTF-8 can carry, at most 32 levels.

    :raises NotStrictJson: it is not such JSON.
    """
    try:
        value = json.loads(body, object_pairs_hook=_members, parse_constant=_no_number, parse_float=_finite)
    except NotStrictJson:
        raise
    except (ValueError, RecursionError) as error:
        raise NotStrictJson("The body is not valid JSON.") from error
    _require_decent(value)
    return value


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise NotStrictJson(f"The property {twice!a} stands in the same object twice. Write it once.")
    return members


def _no_number(word: str) -> NoReturn:
    raise NotStrictJson(f"{word} is no JSON number.")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise NotStrictJson("A number of the body is too large.")
    return number


def _require_decent(value: Any) -> None:
    """Refuse nesting that would exhaust the stack later, and lone surrogates, which no answer could repeat."""
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        inner: list[Any] = []
        for entry in level:
            if isinstance(entry, dict):
                inner += [*entry.keys(), *entry.values()]
            elif isinstance(entry, list):
                inner += entry
            elif isinstance(entry, str) and not is_unicode(entry):
                raise NotStrictJson("The body has text that is not valid Unicode.")
        if not inner:
            return
        level = inner
    raise NotStrictJson(f"The body is nested more than {MAX_DEPTH} levels deep.")


def is_unicode(text: str) -> bool:
    """Whether a text is free of lone surrogates, which no UTF-8 answer could carry."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
