"""Which texts are values of which data type: the Hub keeps every static value as text."""

from __future__ import annotations

import math
import re
from datetime import datetime

from portal.emulator.assets.model import DataType

_WHOLE = re.compile(r"[+-]?[0-9]{1,19}")
_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})")
_BITS = {DataType.INT: 32, DataType.LONG: 64}


def is_value(data_type: DataType, text: str) -> bool:
    """Whether the text is a value of the data type: ``true``, ``20``, ``1.5``, ``2026-11-20T12:00:00Z``."""
    if data_type is DataType.BOOLEAN:
        return text in ("true", "false")
    if data_type in _BITS:
        limit = 1 << (_BITS[data_type] - 1)
        return _WHOLE.fullmatch(text) is not None and -limit <= int(text) < limit
    if data_type is DataType.DOUBLE:
        return _DECIMAL.fullmatch(text) is not None and math.isfinite(float(text))
    if data_type is DataType.TIMESTAMP:
        return _TIME.fullmatch(text) is not None and _is_time(text)
    return True


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
