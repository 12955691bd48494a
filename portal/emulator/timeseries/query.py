"""The query parameters of a time series read.

``from`` is exclusive, ``to`` inclusive; ``limit`` at most 2000 (also the default); a range at most 90 days;
``sort`` asc or desc by time; ``select`` a comma list of variables.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from werkzeug.datastructures import MultiDict

from portal.emulator.timeseries.errors import (
    invalid_date,
    invalid_range,
    invalid_value,
    limit_exceeded,
)

MAX_LIMIT = 2000
MAX_RANGE = 90 * 86400
"""Seconds."""
DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
)
LIMIT = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True)
class SeriesQuery:
    """A checked query; ``after`` and ``until`` in epoch seconds, both missing for the latest record."""

    after: float | None
    until: float | None
    limit: int
    descending: bool
    select: frozenset[str]

    @property
    def wants_latest(self) -> bool:
        """Without a range the answer is the latest record alone."""
        return self.after is None or self.until is None

    @classmethod
    def read(cls, parameters: MultiDict[str, str], now: float) -> SeriesQuery:
        """Read and check the parameters; an open end is now, an open start 90 days before the end.

        :raises TimeSeriesError: 400 with the API's message.
        """
        after, until = _range(_moment(parameters, "from"), _moment(parameters, "to"), now)
        sort = parameters.get("sort", "asc")
        if sort.lower() not in ("asc", "desc"):
            raise invalid_value("sort", sort)
        return cls(
            after=after,
            until=until,
            limit=_limit(parameters),
            descending=sort.lower() == "desc",
            select=frozenset(name for name in parameters.get("select", "").split(",") if name),
        )


def _range(after: float | None, until: float | None, now: float) -> tuple[float | None, float | None]:
    if after is None and until is None:
        return None, None
    if until is None:
        until = now
    if after is None:
        after = until - MAX_RANGE
    if after > until:
        raise invalid_range("The start of the range is after its end.")
    if until - after > MAX_RANGE:
        raise invalid_range("The range can't be longer than 90 days.")
    return after, until


def _moment(parameters: MultiDict[str, str], name: str) -> float | None:
    text = parameters.get(name)
    if text is None:
        return None
    if DATE_TIME.fullmatch(text) is None:
        raise invalid_date(name, text)
    try:
        return datetime.fromisoformat(text).astimezone(UTC).timestamp()
    except (ValueError, OverflowError) as error:
        raise invalid_date(name, text) from error


def _limit(parameters: MultiDict[str, str]) -> int:
    text = parameters.get("limit")
    if text is None:
        return MAX_LIMIT
    if LIMIT.fullmatch(text) is None or int(text) == 0:
        raise invalid_value("limit", text)
    if int(text) > MAX_LIMIT:
        raise limit_exceeded(int(text), MAX_LIMIT)
    return int(text)
