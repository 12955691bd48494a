"""Moments as the API writes them, and as the store counts them: microseconds since the epoch, UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from time import gmtime, strftime

SECOND = 1_000_000
DAY = 86_400 * SECOND
FIRST = 0
"""1970-01-01T00:00:00Z; there is nothing before it."""
LAST = 253_402_300_800 * SECOND - 1
"""9999-12-31T23:59:59.999999Z."""

DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MINUTES = tuple(f"T{m // 60:02}:{m % 60:02}:" for m in range(1440))


def microseconds(text: str) -> int:
    """The moment of an ISO date-time with offset or ``Z``, with at most six digits of a second.

    :raises ValueError: it is none, or not of the years 1 to 9999 in UTC.
    """
    if DATE_TIME.fullmatch(text) is None:
        raise ValueError(f"{text!r} is not an ISO date-time.")
    try:
        return (datetime.fromisoformat(text).astimezone(UTC) - _EPOCH) // _MICROSECOND
    except OverflowError as error:
        raise ValueError(f"{text!r} is out of range.") from error


def time_text(time: int) -> str:
    """A moment in the API's form: ``2019-02-10T23:00:00Z``, with three or six digits of a second if they matter."""
    seconds, fraction = divmod(time, SECOND)
    day, second = divmod(seconds, 86_400)
    start = f"{_date(day)}{_MINUTES[second // 60]}{second % 60:02}"
    if not fraction:
        return f"{start}Z"
    return f"{start}.{fraction:06}Z" if fraction % 1000 else f"{start}.{fraction // 1000:03}Z"


@lru_cache(maxsize=256)
def _date(day: int) -> str:
    return strftime("%Y-%m-%d", gmtime(day * 86_400))
