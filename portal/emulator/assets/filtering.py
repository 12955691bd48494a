"""The JSON filter of Asset Management v3 (filter reference of the developer documentation).

* ``{"name": "a"}`` and ``{"name": {"eq": "a"}}``; members of an object are joined by *and*.
* Functions: ``eq``, ``in`` (``{"value": [...]}``), ``startsWith``, ``endsWith``, ``contains``; for times ``before``,
  ``after`` and ``between`` (``"[from, to)"``: a square bracket includes the end, a round one does not).
* ``and`` and ``or`` hold an object or an array of objects, below a field an array; ``not`` holds an object.

There are no wildcards. Fields that a resource does not have are ignored, as if they were not written.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.emulator.assets.filter_functions import FieldValue, test_of
from portal.emulator.gateway.errors import InvalidParameter

FieldValues = Mapping[str, tuple[FieldValue, ...]]
"""The values of one record by lower-case field name; a field may have several (``hasType``)."""
Condition = Callable[[FieldValues], bool | None]
"""Whether a record fulfils it; None if it is about fields that the record does not have."""

MAX_LENGTH = 16 * 1024
MAX_DEPTH = 32


@dataclass(frozen=True)
class Filter:
    """A filter that was understood; call it with the values of a record."""

    condition: Condition
    fields: frozenset[str]
    """The lower-case names of all fields in it."""

    def __call__(self, record: FieldValues) -> bool:
        """Whether the record passes."""
        return self.condition(record) is not False


def parse_filter(text: str | None) -> Filter:
    """Read a filter; no filter accepts everything.

    :raises InvalidParameter: not JSON, too long or too deep, of another form, or with a function that does not exist.
    """
    fields: set[str] = set()
    condition = _Reader(fields).object(_json(text), 0) if text else _ignored
    return Filter(condition, frozenset(fields))


def _ignored(record: FieldValues) -> None:
    """The condition that nothing is said about."""


def _json(text: str) -> Any:
    if len(text) > MAX_LENGTH:
        raise InvalidParameter(f"The filter is longer than {MAX_LENGTH} characters.")
    try:
        return json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidParameter("The filter is not valid JSON.") from error


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise InvalidParameter('The filter has a name twice in one object. Write {"and": [{...}, {...}]} instead.')
    return members


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


class _Reader:
    """Turns the parts of a filter into conditions and notes the fields it meets."""

    def __init__(self, fields: set[str]) -> None:
        self._fields = fields

    def object(self, value: Any, depth: int) -> Condition:
        """An object: all its members have to hold."""
        if not isinstance(value, dict):
            raise InvalidParameter("A filter has to be a JSON object.")
        return _all([self._member(name, inner, _deeper(depth)) for name, inner in value.items()])

    def _member(self, name: str, value: Any, depth: int) -> Condition:
        if name == "not":
            return _not(self.object(value, depth))
        if name in ("and", "or"):
            return _joined(name, self._alternatives(value, _deeper(depth)))
        self._fields.add(name.lower())
        return self._field(name.lower(), value, depth)

    def _alternatives(self, value: Any, depth: int) -> list[Condition]:
        """What stands under a logical word: the members of an object, or objects in an array."""
        if isinstance(value, list):
            return [self.object(item, depth) for item in value]
        if isinstance(value, dict):
            return [self._member(name, inner, depth) for name, inner in value.items()]
        raise InvalidParameter("and, or need an object or an array of objects.")

    def _field(self, field: str, value: Any, depth: int) -> Condition:
        if not isinstance(value, dict):
            return _comparison(field, "eq", value)
        return _all([self._function(field, name, inner, _deeper(depth)) for name, inner in value.items()])

    def _function(self, field: str, name: str, value: Any, depth: int) -> Condition:
        if name in ("and", "or"):
            if not isinstance(value, list):
                raise InvalidParameter(f"{name} below a field needs an array.")
            return _joined(name, [self._field(field, item, depth) for item in value])
        if name == "not":
            return _not(self._field(field, value, depth))
        return _comparison(field, name, value)


def _deeper(depth: int) -> int:
    if depth >= MAX_DEPTH:
        raise InvalidParameter(f"The filter is nested more than {MAX_DEPTH} levels deep.")
    return depth + 1


def _all(parts: list[Condition]) -> Condition:
    return parts[0] if len(parts) == 1 else _joined("and", parts)


def _joined(word: str, parts: list[Condition]) -> Condition:
    combine = all if word == "and" else any

    def holds(record: FieldValues) -> bool | None:
        answers = [answer for part in parts if (answer := part(record)) is not None]
        return combine(answers) if answers else None

    return holds


def _not(part: Condition) -> Condition:
    def holds(record: FieldValues) -> bool | None:
        answer = part(record)
        return None if answer is None else not answer

    return holds


def _comparison(field: str, name: str, operand: Any) -> Condition:
    test = test_of(name, operand)

    def holds(record: FieldValues) -> bool | None:
        return any(test(value) for value in record[field]) if field in record else None

    return holds
