"""Intervals on the time line: their units, where they begin, and how they tile a range.

An interval holds what is after its start and not after its end. Seconds, minutes and hours are elapsed time; days,
weeks (from Monday) and months follow the calendar of a time zone, so that a day may have 23 or 25 hours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from portal.emulator.moments import DAY, EPOCH, HOUR, MICROSECOND, MINUTE, SECOND, microseconds


class Unit(StrEnum):
    """The units of intervals, in lower case as the API wants them."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    @property
    def is_calendar(self) -> bool:
        """Whether the length depends on the calendar."""
        return self in (Unit.DAY, Unit.WEEK, Unit.MONTH)


LENGTHS = {
    Unit.SECOND: SECOND,
    Unit.MINUTE: MINUTE,
    Unit.HOUR: HOUR,
    Unit.DAY: DAY,
    Unit.WEEK: 7 * DAY,
    Unit.MONTH: 30 * DAY,
}
"""Microseconds, those of the calendar's units as if every day had 24 hours and every month 30 days."""


@dataclass(frozen=True)
class Interval:
    """So many units, for example 2 hours."""

    unit: Unit
    value: int = 1

    @property
    def length(self) -> int:
        """Microseconds, nominal for the calendar's units."""
        return self.value * LENGTHS[self.unit]

    def __str__(self) -> str:
        return f"{self.value} {self.unit}"


@dataclass(frozen=True)
class Grid:
    """Where intervals may begin: on full seconds, minutes (or every ``minutes``), and on the full hours, days,
    Mondays and first days of months of a time zone."""

    zone: tzinfo = UTC
    minutes: int = 1

    def floor(self, moment: int, unit: Unit) -> int:
        """The last boundary of the unit that is not after the moment."""
        if unit is Unit.SECOND:
            return moment - moment % SECOND
        if unit is Unit.MINUTE:
            return moment - moment % (self.minutes * MINUTE)
        local = self._local(moment)
        if unit is Unit.HOUR:
            offset = (local.utcoffset() or timedelta()) // MICROSECOND
            return moment - (moment + offset) % HOUR
        day = local.date()
        if unit is Unit.WEEK:
            day -= timedelta(days=day.weekday())
        if unit is Unit.MONTH:
            day = day.replace(day=1)
        return self._midnight(day)

    def ceil(self, moment: int, unit: Unit) -> int:
        """The first boundary of the unit that is not before the moment."""
        below = self.floor(moment, unit)
        if below == moment:
            return moment
        return self.step(below, Interval(unit, self.minutes if unit is Unit.MINUTE else 1))

    def step(self, boundary: int, interval: Interval, times: int = 1) -> int:
        """The boundary so many intervals later, or earlier if negative."""
        count = interval.value * times
        if not interval.unit.is_calendar:
            return boundary + count * LENGTHS[interval.unit]
        day = self._local(boundary).date()
        if interval.unit is Unit.MONTH:
            months = day.year * 12 + day.month - 1 + count
            return self._midnight(date(months // 12, months % 12 + 1, 1))
        return self._midnight(day + timedelta(days=count * (7 if interval.unit is Unit.WEEK else 1)))

    def boundaries(self, start: int, end: int, interval: Interval) -> Iterator[int]:
        """The boundaries of the intervals that cover a range; the first is not after it, the last not before."""
        first = boundary = self.floor(start, interval.unit)
        yield first
        times = 0
        while boundary < end:
            times += 1
            boundary = self.step(first, interval, times)
            yield boundary

    def days_later(self, moment: int, days: int) -> int:
        """The same time of day so many days later, or earlier if negative."""
        local = self._local(moment).replace(tzinfo=None) + timedelta(days=days)
        return microseconds(local.replace(tzinfo=self.zone).astimezone(UTC))

    def span(self, start: int, end: int, unit: Unit) -> int:
        """How long a range is in microseconds: by the local clock for the calendar's units, else elapsed."""
        if not unit.is_calendar:
            return end - start
        return (self._local(end).replace(tzinfo=None) - self._local(start).replace(tzinfo=None)) // MICROSECOND

    def _local(self, moment: int) -> datetime:
        return (EPOCH + moment * MICROSECOND).astimezone(self.zone)

    def _midnight(self, day: date) -> int:
        # Where the clock skips midnight, the first moment of the day is that of the change.
        return microseconds(datetime.combine(day, time(), self.zone).astimezone(UTC))
