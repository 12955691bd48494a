"""Moments in the parameters of IoT TS Aggregates."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from portal.emulator.aggregates.errors import quoted
from portal.emulator.moments import microseconds

_FORM = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:T([0-9]{2})(?::([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?)?)?"
    r"(Z|[+-][0-9]{2}:[0-5][0-9])?"
)


class WrongMoment(ValueError):
    """The text is no moment, or one that the service does not reach; the message says what to write."""


def moment_of(text: str) -> int:
    """Read a moment: a date, with hours, minutes, seconds or a fraction as wanted, and a zone or none for UTC.

    ``2020-02-20``, ``2020-02-20Z``, ``2020-02-20T10Z``, ``2020-02-20T10:30-05:00``, ``2020-02-20T10:30:00.000Z``.
    Digits after the sixth of a fraction are cut off.

    :raises WrongMoment: any other text, or a year before 1900 or after 2199.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise WrongMoment(f"{quoted(text)} is not a date. Write it as 2020-02-20T10:30:00Z, with + sent as %2B.")
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        written = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0),
            int((fraction or "0")[:6].ljust(6, "0")), tzinfo=_zone(zone),
        )  # fmt: skip
        moment = microseconds(written)
    except (ValueError, OverflowError) as error:
        raise WrongMoment(f"{quoted(text)} is a moment that does not exist. Write one of the calendar.") from error
    if not EARLIEST <= moment < LATEST:
        raise WrongMoment(f"{quoted(text)} is out of reach. Write a year from 1900 to 2199.")
    return moment


def _zone(text: str | None) -> timezone:
    if text is None or text == "Z":
        return UTC
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[4:6]))
    return timezone(-offset if text[0] == "-" else offset)


EARLIEST = microseconds(datetime(1900, 1, 1, tzinfo=UTC))
LATEST = microseconds(datetime(2200, 1, 1, tzinfo=UTC))
"""So far from the ends of the calendar that no interval can reach over them."""
