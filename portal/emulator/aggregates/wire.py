"""Aggregates as JSON objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from portal.emulator.aggregates.computation import Point, Summary
from portal.emulator.aggregates.reading import IntervalSummary
from portal.emulator.aggregates.selection import Selection
from portal.emulator.moments import time_text


def aggregate_objects(intervals: Iterable[IntervalSummary], selection: Selection) -> Iterator[dict[str, Any]]:
    """One object for each interval in which a selected variable has data."""
    for interval in intervals:
        variables: dict[str, Any] = {}
        for name, summary in interval.variables.items():
            if wanted := selection.of(name):
                values = _values(summary)
                variables[name] = {field: values[field] for field in wanted}
        if variables:
            yield {**variables, "starttime": time_text(interval.start), "endtime": time_text(interval.end)}


def _values(summary: Summary) -> dict[str, Any]:
    """All fields of a variable; without a good or uncertain value all but the counts are null."""
    values = summary.values
    return {
        "countgood": summary.good,
        "countuncertain": summary.uncertain,
        "countbad": summary.bad,
        "sum": summary.sum,
        "average": summary.average,
        **_point("min", values.least if values else None),
        **_point("max", values.greatest if values else None),
        **_point("first", values.first if values else None),
        **_point("last", values.last if values else None),
        "sd": summary.deviation,
    }


def _point(name: str, point: Point | None) -> dict[str, Any]:
    return {
        f"{name}time": time_text(point.time) if point else None,
        f"{name}value": point.value if point else None,
    }
