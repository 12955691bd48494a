"""The functions of a filter: what one value of a record is asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from portal.emulator.gateway.errors import InvalidParameter

FieldValue = str | datetime | None
Test = Callable[[FieldValue], bool]

MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z")
INTERVAL = re.compile(r"\s*(?P<open>[\[(])\s*(?P<start>[^\s,]+)\s*,\s*(?P<end>[^\s,]+)\s*(?P<close>[\])])\s*")
TEXT_FUNCTIONS: dict[str, Callable[[str, str], bool]] = {
    "startsWith": str.startswith,
    "endsWith": str.endswith,
    "contains": str.__contains__,
}
NAMES = ("eq", "in", *TEXT_FUNCTIONS, "before", "after", "between")


def test_of(name: str, operand: Any) -> Test:
    """The test of a function with its operand.

    :raises InvalidParameter: no such function, or not the operand that it needs.
    """
    if name == "eq":
        return _equals(_scalar(operand))
    if name == "in":
        return _one_of(operand)
    if name in TEXT_FUNCTIONS:
        return _text_test(name, operand)
    if name in ("before", "after"):
        return _time_test(name, moment(operand))
    if name == "between":
        return _within(operand)
    raise InvalidParameter(f"There is no filter function {name!r}. Write one of {', '.join(NAMES)}.")


def moment(operand: Any) -> datetime:
    """A time written like ``2018-01-01T00:00:00.00Z``.

    :raises InvalidParameter: written otherwise.
    """
    at = _moment_or_none(operand)
    if at is None:
        raise InvalidParameter(f"A time in a filter is written like 2018-01-01T00:00:00.00Z, not {operand!r:.80}.")
    return at


def _moment_or_none(operand: Any) -> datetime | None:
    if not isinstance(operand, str) or MOMENT.fullmatch(operand) is None:
        return None
    try:
        return datetime.fromisoformat(operand)
    except ValueError:  # 30 February, hour 25
        return None


def _equals(expected: str | None) -> Test:
    return _any_of([expected])


def _one_of(operand: Any) -> Test:
    choices = operand.get("value") if isinstance(operand, dict) else None
    if not isinstance(choices, list):
        raise InvalidParameter('in needs {"value": [...]}.')
    return _any_of([_scalar(choice) for choice in choices])


def _any_of(choices: list[str | None]) -> Test:
    """Whether the value is one of these; a time is the same however its fraction of a second is written."""
    wanted: set[FieldValue] = {*choices, *(at for choice in choices if (at := _moment_or_none(choice)))}
    return lambda value: value in wanted


def _text_test(name: str, operand: Any) -> Test:
    wanted = _scalar(operand)
    if wanted is None:
        raise InvalidParameter(f"{name} needs a text.")
    function = TEXT_FUNCTIONS[name]
    return lambda value: isinstance(value, str) and function(value, wanted)


def _time_test(name: str, limit: datetime) -> Test:
    if name == "before":
        return lambda value: isinstance(value, datetime) and value < limit
    return lambda value: isinstance(value, datetime) and value > limit


def _within(operand: Any) -> Test:
    found = INTERVAL.fullmatch(operand) if isinstance(operand, str) else None
    if found is None:
        raise InvalidParameter('between needs an interval: "[from, to]", with ( or ) where an end is not included.')
    start, end = moment(found["start"]), moment(found["end"])
    with_start, with_end = found["open"] == "[", found["close"] == "]"

    def test(value: FieldValue) -> bool:
        if not isinstance(value, datetime):
            return False
        return start < value < end or (with_start and value == start) or (with_end and value == end)

    return test


def _scalar(value: Any) -> str | None:
    """A scalar as text, the form in which the Hub keeps all values."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    raise InvalidParameter("A filter value has to be text, a number or a boolean.")
