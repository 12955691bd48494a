"""What clients did to one series, and all of it as JSON and back.

As JSON a series has its times once, and a column per variable with null where it has no value.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from portal.emulator.timeseries.blocks import NOTHING_WRITTEN, WrittenSeries
from portal.emulator.timeseries.date_times import FIRST, LAST
from portal.emulator.timeseries.deletions import Minutes, with_range
from portal.emulator.timeseries.records import Value, Values

Json = dict[str, Any]
Key = tuple[str, str]
"""Asset id and aspect name. A shared asset has the same id in both tenants, and one series."""


@dataclass(frozen=True)
class StoredSeries:
    """What clients did to one series; ``version`` is another one after each write and delete."""

    written: WrittenSeries = NOTHING_WRITTEN
    deleted: Minutes = ()
    version: int = 0

    @property
    def size(self) -> int:
        """How many times, values and deleted ranges are kept."""
        return self.written.cells + len(self.deleted)


class BrokenSnapshot(ValueError):
    """What was loaded is no snapshot of time series."""


def series_to_json(key: Key, series: StoredSeries) -> Json:
    """The series with ``asset``, ``aspect``, ``deleted`` minutes, ``times`` (microseconds) and ``columns``."""
    asset_id, aspect = key
    written = _written_to_json(series.written)
    return {"asset": asset_id, "aspect": aspect, "deleted": [list(minutes) for minutes in series.deleted], **written}


def series_from_json(snapshot: Json, version: int) -> dict[Key, StoredSeries]:
    """The series of ``{"series": […]}``, all of this version.

    :raises BrokenSnapshot: :func:`series_to_json` did not write them.
    """
    try:
        return {
            (str(entry["asset"]), str(entry["aspect"])): StoredSeries(
                _written_from_json(entry), _minutes_from_json(entry["deleted"]), version
            )
            for entry in snapshot["series"]
        }
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise BrokenSnapshot(f"The snapshot of the time series cannot be read: {error}") from error


def _written_to_json(series: WrittenSeries) -> Json:
    names = dict.fromkeys(name for block in series.blocks for name in block.columns)
    columns: dict[str, list[Value | None]] = {name: [] for name in names}
    for block in series.blocks:
        nothing = [None] * len(block.times)
        for name, column in columns.items():
            column.extend(block.columns.get(name, nothing))
    return {"times": [time for block in series.blocks for time in block.times], "columns": columns}


def _written_from_json(entry: Json) -> WrittenSeries:
    records: dict[int, Values] = {int(time): {} for time in entry["times"]}
    if records and not FIRST <= min(records) <= max(records) <= LAST:
        raise BrokenSnapshot("a time is out of range")
    for name, column in entry["columns"].items():
        for values, cell in zip(records.values(), column, strict=True):
            if cell is not None:
                values[str(name)] = _cell(cell)
    return NOTHING_WRITTEN.with_records(sorted(records.items(), key=lambda record: record[0]))


def _minutes_from_json(pairs: Any) -> Minutes:
    ranges: Minutes = ()
    for first, last in pairs:
        ranges = with_range(ranges, int(first), int(last))
    return ranges


def _cell(value: Any) -> Value:
    if isinstance(value, str):
        value.encode()  # raises for what no answer could carry
        return value
    if isinstance(value, int | float) and math.isfinite(value):
        return value
    raise BrokenSnapshot(f"a value is neither text nor a finite number but {value!r:.50}")
