"""Which JSON values a variable of each data type takes, and what is kept of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from portal.emulator.assets.model import DataType, Variable
from portal.emulator.strict_json import is_unicode
from portal.emulator.timeseries.date_times import moment_of
from portal.emulator.timeseries.records import Value

STRING_LENGTH = 255
BIG_STRING_LENGTH = 100_000
"""Characters, where the variable has no length of its own."""

Check = Callable[[Any], Value]
"""Gives the value to keep.

:raises WrongValue: the variable can't have it.
"""


class WrongValue(ValueError):
    """The message says what the value has to be."""


def value_check(variable: Variable) -> Check:
    """The check for the values of a variable."""
    match variable.data_type:
        case DataType.STRING:
            return _text(variable.length or STRING_LENGTH)
        case DataType.BIG_STRING:
            return _text(variable.length or BIG_STRING_LENGTH)
        case other:
            return _CHECKS[other]


def _whole_number(bits: int) -> Check:
    end = 1 << (bits - 1)

    def check(value: Any) -> Value:
        # JSON knows one kind of number, so 3.0 is as whole as 3.
        if type(value) is float and value.is_integer():
            value = int(value)
        if type(value) is int and -end <= value < end:
            return value
        raise WrongValue(f"a whole number of {bits} bits")

    return check


def _double(value: Any) -> Value:
    if type(value) is float and math.isfinite(value):
        return value
    if type(value) is int:
        try:
            return float(value)
        except OverflowError:
            pass
    raise WrongValue("a finite number")


def _boolean(value: Any) -> Value:
    if isinstance(value, bool):
        return value
    raise WrongValue("true or false")


def _timestamp(value: Any) -> Value:
    try:
        moment_of(value)
    except (TypeError, ValueError) as error:
        raise WrongValue("an ISO date-time with its offset, for example 2019-02-10T23:00:00Z") from error
    return str(value)


def _text(length: int) -> Check:
    def check(value: Any) -> Value:
        if isinstance(value, str) and len(value) <= length and is_unicode(value):
            return value
        raise WrongValue(f"a text of at most {length} characters")

    return check


quality_code: Check = _whole_number(32)
"""0 is good; bad ones are large negative numbers."""

_CHECKS: dict[DataType, Check] = {
    DataType.INT: _whole_number(32),
    DataType.LONG: _whole_number(64),
    DataType.DOUBLE: _double,
    DataType.BOOLEAN: _boolean,
    DataType.TIMESTAMP: _timestamp,
}
