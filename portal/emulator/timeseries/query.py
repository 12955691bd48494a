"""The query parameters of a time series read or delete.

``from`` is exclusive, ``to`` inclusive; ``limit`` at most 2000 (also the default); a range to read at most 90 days;
``sort`` asc or desc by time; ``select`` a comma list of variables; ``latestValue`` the newest value of each.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from portal.emulator.moments import DAY
from portal.emulator.timeseries.date_times import moment_of
from portal.emulator.timeseries.errors import (
    invalid_date,
    invalid_range,
    invalid_value,
    latest_value_with_range,
    limit_exceeded,
    missing_parameter,
)

MAX_LIMIT = 2000
MAX_RANGE = 90 * DAY
LIMIT = re.compile(r"[0-9]{1,9}")

Parameters = MultiDict[str, str]


@dataclass(frozen=True)
class TimeRange:
    """The moments in ``(after, until]``, in microseconds since the epoch."""

    after: int
    until: int

    def __post_init__(self) -> None:
        if self.after > self.until:
            raise invalid_range("The start of the range is after its end.")


@dataclass(frozen=True)
class SeriesQuery:
    """A checked query of a read; without a range the answer is the latest record alone."""

    span: TimeRange | None
    limit: int
    descending: bool
    select: frozenset[str]
    latest_value: bool

    @classmethod
    def read(cls, parameters: Parameters, now: int, latest_values: bool) -> SeriesQuery:
        """Read and check the parameters; an open end is now, an open start 90 days before the end.

        ``latest_values`` says whether ``latestValue`` has an effect at all.

        :raises TimeSeriesError: 400 with the API's message.
        """
        span = _range(_moment(parameters, "from"), _moment(parameters, "to"), now)
        sort = _choice(parameters, "sort", ("asc", "desc"))
        limit = _limit(parameters)
        latest_value = latest_values and _choice(parameters, "latestValue", ("false", "true")) == "true"
        if latest_value and not parameters.keys().isdisjoint(("from", "to", "limit")):
            raise latest_value_with_range()
        select = frozenset(name for name in parameters.get("select", "").split(",") if name)
        return cls(span, limit, sort == "desc", select, latest_value)


def range_to_delete(parameters: Parameters) -> TimeRange:
    """The range of a delete, which needs both ends and may have any length.

    :raises TimeSeriesError: 400 with the API's message.
    """
    after, until = _moment(parameters, "from"), _moment(parameters, "to")
    if after is None or until is None:
        raise missing_parameter("from" if after is None else "to")
    return TimeRange(after, until)


def _range(after: int | None, until: int | None, now: int) -> TimeRange | None:
    if after is None and until is None:
        return None
    until = now if until is None else until
    span = TimeRange(until - MAX_RANGE if after is None else after, until)
    if span.until - span.after > MAX_RANGE:
        raise invalid_range("The range can't be longer than 90 days.", "90 days")
    return span


def _moment(parameters: Parameters, name: str) -> int | None:
    text = parameters.get(name)
    if text is None:
        return None
    try:
        return moment_of(text)
    except ValueError as error:
        raise invalid_date(name, text) from error


def _choice(parameters: Parameters, name: str, choices: tuple[str, ...]) -> str:
    """One of the words in any letter case; the first is the default."""
    text = parameters.get(name, choices[0])
    if text.lower() not in choices:
        raise invalid_value(name, text)
    return text.lower()


def _limit(parameters: Parameters) -> int:
    text = parameters.get("limit")
    if text is None:
        return MAX_LIMIT
    if LIMIT.fullmatch(text) is None or int(text) == 0:
        raise invalid_value("limit", text)
    if int(text) > MAX_LIMIT:
        raise limit_exceeded(int(text), MAX_LIMIT)
    return int(text)
