"""Frozen records to JSON values and back, by their type hints and without any lenience."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from cattrs import Converter, transform_error
from cattrs.errors import BaseValidationError, StructureHandlerNotFoundError

T = TypeVar("T")


class WrongRecord(ValueError):
    """A JSON value is not such a record; the message says where and why."""


def to_json(record: Any) -> Any:
    """A record as JSON values: bytes in base64, times in ISO form, enumerations by value."""
    return _CONVERTER.unstructure(record)


def from_json(value: Any, kind: type[T]) -> T:
    """The record that :func:`to_json` wrote.

    :raises WrongRecord: a field is missing, unknown, of another type, or refused by the record itself.
    """
    try:
        return _CONVERTER.structure(value, kind)
    except BaseValidationError as error:
        raise WrongRecord("; ".join(transform_error(error)[:3])) from error
    except (ValueError, TypeError, KeyError, AttributeError, StructureHandlerNotFoundError) as error:
        raise WrongRecord(str(error)) from error


def list_from_json(value: Any, kind: type[T]) -> list[T]:
    """A list of records.

    :raises WrongRecord: it is no list, or one of them is no such record.
    """
    if not isinstance(value, list):
        raise WrongRecord("a list is expected")
    return [from_json(each, kind) for each in value]


def list_to_json(records: Iterable[Any]) -> list[Any]:
    """Records as a JSON list."""
    return [to_json(record) for record in records]


def _text(value: Any, _: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("text is expected")
    value.encode()  # what UTF-8 cannot say could not be answered later
    return value


def _member(value: Any, kind: type[StrEnum]) -> StrEnum:
    return kind(_text(value, str))


def _truth(value: Any, _: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false is expected")
    return value


def _whole(value: Any, _: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 1 << 63:
        raise ValueError("a whole number of 64 bits is expected")
    return value


def _number(value: Any, _: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise ValueError("a finite number is expected")
    return float(value)


def _moment(value: Any, _: Any) -> datetime:
    moment = datetime.fromisoformat(_text(value, str))
    if moment.tzinfo is None:
        raise ValueError("a time with a time zone is expected")
    return moment


def _octets(value: Any, _: Any) -> bytes:
    return base64.b64decode(_text(value, str), validate=True)


def _converter() -> Converter:
    converter = Converter(forbid_extra_keys=True)
    for kind, hook in (
        (str, _text),
        (StrEnum, _member),  # or it would be taken for any text
        (bool, _truth),
        (int, _whole),
        (float, _number),
        (datetime, _moment),
        (bytes, _octets),
    ):
        converter.register_structure_hook(kind, hook)
    converter.register_unstructure_hook(bytes, lambda octets: base64.b64encode(octets).decode())
    converter.register_unstructure_hook(datetime, datetime.isoformat)
    return converter


_CONVERTER = _converter()
