"""Moments as the services count them, whole microseconds since the epoch (UTC), and as they write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

_EPOCH_DAY = EPOCH.toordinal()
_MINUTES = tuple(f"T{minute // 60:02}:{minute % 60:02}:" for minute in range(1440))


def microseconds(moment: datetime) -> int:
    """The moment of an aware datetime."""
    return (moment - EPOCH) // MICROSECOND


def time_text(moment: int) -> str:
    """A moment in the services' form: ``2019-02-10T23:00:00Z``, with three or six digits of a second if they matter."""
    # A page has 2000 of them, mostly of one day or two; with datetime and strftime this takes four times as long.
    seconds, fraction = divmod(moment, SECOND)
    day, second = divmod(seconds, 86_400)
    start = f"{_date(day)}{_MINUTES[second // 60]}{second % 60:02}"
    if not fraction:
        return f"{start}Z"
    return f"{start}.{fraction:06}Z" if fraction % 1000 else f"{start}.{fraction // 1000:03}Z"


@lru_cache(maxsize=256)
def _date(day: int) -> str:
    return date.fromordinal(_EPOCH_DAY + day).isoformat()
