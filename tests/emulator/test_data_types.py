"""Which texts are values of which data type."""

from __future__ import annotations

import pytest

from portal.emulator.assets.data_types import is_value
from portal.emulator.assets.model import DataType


@pytest.mark.parametrize(
    ("data_type", "text"),
    [
        (DataType.BOOLEAN, "true"),
        (DataType.INT, "-2147483648"),
        (DataType.LONG, "9223372036854775807"),
        (DataType.DOUBLE, "-1.5e-3"),
        (DataType.DOUBLE, "20"),
        (DataType.TIMESTAMP, "1970-01-01T09:00:00+00:00"),
        (DataType.TIMESTAMP, "2026-11-20T12:00:00.123Z"),
        (DataType.STRING, "anything"),
    ],
)
def test_values(data_type: DataType, text: str) -> None:
    assert is_value(data_type, text)


@pytest.mark.parametrize(
    ("data_type", "text"),
    [
        (DataType.BOOLEAN, "TRUE"),
        (DataType.BOOLEAN, "1"),
        (DataType.INT, "2147483648"),
        (DataType.INT, "1.0"),
        (DataType.INT, "١"),
        (DataType.INT, " 1"),
        (DataType.LONG, "9223372036854775808"),
        (DataType.LONG, "9" * 5000),
        (DataType.DOUBLE, "NaN"),
        (DataType.DOUBLE, "Infinity"),
        (DataType.DOUBLE, "1e999"),
        (DataType.DOUBLE, "1_000"),
        (DataType.DOUBLE, "."),
        (DataType.TIMESTAMP, "2026-11-20"),
        (DataType.TIMESTAMP, "2026-11-20T12:00:00"),
        (DataType.TIMESTAMP, "2026-02-30T12:00:00Z"),
        (DataType.TIMESTAMP, "2026-11-20T25:00:00Z"),
    ],
)
def test_no_values(data_type: DataType, text: str) -> None:
    assert not is_value(data_type, text)
