"""The JSON filter of Asset Management v3 (filter reference of the developer documentation).

Served so far: implicit equality, ``eq``, ``in``, ``startsWith``, ``endsWith``, ``contains``, and ``and``,
``or``, ``not``. Unknown fields are ignored, as documented. ``before``, ``after`` and ``between`` compare
the time of deletion, which no asset has yet: they match nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from portal.emulator.gateway.errors import InvalidParameter

FieldValues = Mapping[str, tuple[str | None, ...]]
"""The values of one record by lower-case field name; a field may have several (``hasType``)."""
Predicate = Callable[[FieldValues], bool]

_TIME_FUNCTIONS = ("before", "after", "between")


def parse_filter(text: str | None) -> Predicate:
    """The filter as a predicate; no filter accepts everything.

    :raises InvalidParameter: not JSON, not an object, or a function that does not exist.
    """
    if not text:
        return _everything
    try:
        return _object(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise InvalidParameter("The filter is not valid JSON.") from error


def _everything(record: FieldValues) -> bool:
    return True


def _object(condition: Any) -> Predicate:
    """An object: all its members have to hold."""
    if not isinstance(condition, dict):
        raise InvalidParameter("A filter has to be a JSON object.")
    parts = [_member(name, value) for name, value in condition.items()]
    return lambda record: all(part(record) for part in parts)


def _member(name: str, value: Any) -> Predicate:
    if name == "not":
        inner = _object(value)
        return lambda record: not inner(record)
    if name in ("and", "or"):
        return _combined(name, _alternatives(value))
    return _field(name.lower(), value)


def _alternatives(value: Any) -> list[Predicate]:
    """What stands under a logical word: an object of members or an array of objects."""
    if isinstance(value, list):
        return [_object(item) for item in value]
    if isinstance(value, dict):
        return [_member(name, inner) for name, inner in value.items()]
    raise InvalidParameter("and, or need an object or an array.")


def _combined(word: str, parts: list[Predicate]) -> Predicate:
    combine = all if word == "and" else any
    return lambda record: combine(part(record) for part in parts)


def _field(field: str, condition: Any) -> Predicate:
    if not isinstance(condition, dict):
        return _comparison(field, "eq", condition)
    parts = [_function(field, name, value) for name, value in condition.items()]
    return lambda record: all(part(record) for part in parts)


def _function(field: str, name: str, value: Any) -> Predicate:
    if name in ("and", "or"):
        if not isinstance(value, list):
            raise InvalidParameter(f"{name} under a field needs an array.")
        return _combined(name, [_field(field, item) for item in value])
    if name == "not":
        inner = _field(field, value)
        return lambda record: field not in record or not inner(record)
    return _comparison(field, name, value)


def _comparison(field: str, name: str, operand: Any) -> Predicate:
    test = _test(name, operand)
    # A field that the resource does not have is ignored: it restricts nothing.
    return lambda record: field not in record or any(test(value) for value in record[field])


def _test(name: str, operand: Any) -> Callable[[str | None], bool]:
    if name == "in":
        choices = operand.get("value") if isinstance(operand, dict) else operand
        if not isinstance(choices, list):
            raise InvalidParameter('in needs {"value": [...]}.')
        wanted = [_text(choice) for choice in choices]
        return lambda value: value in wanted
    expected = _text(operand)
    if name == "eq":
        return lambda value: value == expected
    if name in _TIME_FUNCTIONS:
        return lambda value: False
    tests: dict[str, Callable[[str, str], bool]] = {
        "startsWith": str.startswith,
        "endsWith": str.endswith,
        "contains": str.__contains__,
    }
    if name not in tests or expected is None:
        raise InvalidParameter(f"The filter function {name} is not supported with this value.")
    test = tests[name]
    return lambda value: value is not None and test(value, expected)


def _text(value: Any) -> str | None:
    """A scalar as text, the form in which the Hub keeps all values."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    raise InvalidParameter("A filter value has to be text, a number or a boolean.")
