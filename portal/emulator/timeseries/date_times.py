"""Moments in queries and records of IoT Time Series."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from portal.emulator.moments import SECOND, microseconds

FIRST = 0
"""1970-01-01T00:00:00Z; there is nothing before it."""
LAST = 253_402_300_800 * SECOND - 1
"""9999-12-31T23:59:59.999999Z."""
EARLIEST = microseconds(datetime(1, 1, 1, tzinfo=UTC))
"""The first moment that may be written; it stands for all time in a range."""

DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
)


def moment_of(text: str) -> int:
    """The moment of an ISO date-time with offset or ``Z``, with at most six digits of a second.

    :raises ValueError: it is none, or not of the years 1 to 9999 in UTC.
    """
    if DATE_TIME.fullmatch(text) is None:
        raise ValueError(f"{text!r} is not an ISO date-time.")
    moment = microseconds(datetime.fromisoformat(text))
    if not EARLIEST <= moment <= LAST:
        raise ValueError(f"{text!r} is out of range.")
    return moment
