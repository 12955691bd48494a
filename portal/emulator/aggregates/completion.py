"""How v4 completes its parameters: which intervals are meant when only some of them were sent.

The service says the rules in prose; where two of them meet, what follows from the caller's own words comes first.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from portal.emulator.aggregates.errors import LimitExceeded
from portal.emulator.aggregates.intervals import Grid, Interval, Unit
from portal.emulator.gateway.errors import InvalidParameter
from portal.emulator.moments import DAY, HOUR

VALUES = {
    Unit.MINUTE: range(2, 61, 2),
    Unit.HOUR: range(1, 25),
    Unit.DAY: range(1, 91),
    Unit.WEEK: range(1, 13),
    Unit.MONTH: range(1, 4),
}
"""The interval values of each unit."""
LONGEST = 90
"""Days."""
LIMITS = {
    Unit.MINUTE: (24 * HOUR, "24 hours"),
    Unit.HOUR: (7 * DAY, "7 days"),
    Unit.DAY: (LONGEST * DAY, "90 days"),
    Unit.WEEK: (LONGEST * DAY, "90 days"),
    Unit.MONTH: (LONGEST * DAY, "90 days"),
}
"""The longest range of each unit."""
DEFAULT_DAYS = 7
MAX_COUNT = 10_000
PRECOMPUTED = (Interval(Unit.DAY), Interval(Unit.HOUR), Interval(Unit.MINUTE, 2))
BY_LENGTH = sorted(
    (Interval(unit, value) for unit in (Unit.DAY, Unit.HOUR, Unit.MINUTE) for value in VALUES[unit]),
    key=lambda interval: interval.length,
)
"""What a count may be made of. The sort is stable: one day comes before 24 hours, one hour before 60 minutes."""


@dataclass(frozen=True)
class Asked:
    """What the caller sent: moments in microseconds since the epoch, an interval, a number of intervals."""

    start: int | None = None
    end: int | None = None
    interval: Interval | None = None
    count: int | None = None


def complete(asked: Asked, now: int, grid: Grid) -> tuple[int, ...]:
    """The boundaries of the intervals to answer with, at least two.

    :raises InvalidParameter: the range is empty, or longer than the unit's limit.
    """
    if asked.interval is not None and asked.count is not None and (asked.start is None or asked.end is None):
        return _counted(asked, asked.interval, asked.count, now, grid)
    start, end = _range(asked, now, grid)
    if start >= end:
        raise InvalidParameter("from is not before to. Write an earlier from or a later to.")
    interval = asked.interval or _fitting(start, end, asked.count, grid)
    _require_within_limit(grid.span(start, end, interval.unit), interval.unit)
    boundaries = grid.boundaries(start, end, interval)
    if asked.interval is not None and asked.count is not None:
        return tuple(islice(boundaries, asked.count + 1))
    return tuple(boundaries)


def _counted(asked: Asked, interval: Interval, count: int, now: int, grid: Grid) -> tuple[int, ...]:
    """So many intervals from the start on, or up to the end, or up to now."""
    _require_within_limit(interval.length * count, interval.unit)
    if asked.start is not None:
        first = grid.floor(asked.start, interval.unit)
    else:
        last = grid.ceil(now if asked.end is None else asked.end, interval.unit)
        first = grid.step(last, interval, -count)
    return tuple(grid.step(first, interval, times) for times in range(count + 1))


def _range(asked: Asked, now: int, grid: Grid) -> tuple[int, int]:
    if asked.start is not None:
        return asked.start, asked.end if asked.end is not None else _end_after(asked.start, asked, now, grid)
    if asked.end is not None:
        return _before(asked.end, LONGEST, asked, grid), asked.end
    return _before(now, DEFAULT_DAYS, asked, grid), now


def _end_after(start: int, asked: Asked, now: int, grid: Grid) -> int:
    """90 days after the start's date or the present, whichever is earlier; a start in the future has the 90 days."""
    limit = _elapsed_limit(asked)
    if limit is None:
        end = grid.days_later(grid.floor(start, Unit.DAY), LONGEST)
    else:
        end = start + limit
    return min(end, now) if start < now else end


def _before(end: int, days: int, asked: Asked, grid: Grid) -> int:
    """So many days before the end, or as many as the unit's limit allows."""
    limit = _elapsed_limit(asked)
    if limit is None:
        return grid.days_later(end, -days)
    return end - min(limit, days * DAY)


def _elapsed_limit(asked: Asked) -> int | None:
    """The limit of a unit whose limit is shorter than 90 days."""
    if asked.interval is None or asked.interval.unit.is_calendar:
        return None
    return LIMITS[asked.interval.unit][0]


def _fitting(start: int, end: int, count: int | None, grid: Grid) -> Interval:
    """The longest pre-computed interval that fits into the range; with a count, the shortest interval of which no more
    than so many cover the range. Of those of the same length the one with the larger unit is taken."""
    if count is None:
        fitting = (interval for interval in PRECOMPUTED if interval.length <= grid.span(start, end, interval.unit))
        return next(fitting, PRECOMPUTED[-1])
    for interval in BY_LENGTH:
        length = grid.span(start, end, interval.unit)
        if length > LIMITS[interval.unit][0] or interval.length * count < length:
            continue
        if sum(1 for _ in grid.boundaries(start, end, interval)) <= count + 1:
            return interval
    return BY_LENGTH[-1]


def _require_within_limit(length: int, unit: Unit) -> None:
    limit, words = LIMITS[unit]
    if length > limit:
        raise LimitExceeded(
            f"The range of {unit} aggregates can't be longer than {words}. Ask for a shorter one.",
            f"{words} of {unit} aggregates",
        )


def checked_interval(unit: Unit | None, value: int | None) -> Interval | None:
    """The interval of the two parameters, nothing if neither was sent; a unit alone has its smallest value.

    :raises InvalidParameter: the unit does not have this value, or there is a value without a unit.
    """
    if unit is None:
        if value is not None:
            raise InvalidParameter("intervalValue was sent without intervalUnit. Send both or neither.")
        return None
    known = VALUES[unit]
    value = known[0] if value is None else value
    if value not in known:
        numbers = "an even number" if known.step == 2 else "a whole number"
        raise LimitExceeded(
            f"intervalValue of {unit} is {value}. Write {numbers} from {known[0]} to {known[-1]}.",
            f"{known[-1]} as intervalValue of {unit}",
        )
    return Interval(unit, value)
