"""The minutes whose computed records a client deleted: disjoint ranges, sorted, both ends inclusive."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

Minutes = tuple[tuple[int, int], ...]
"""First and last minute (since the epoch) of each range."""


def with_range(ranges: Minutes, first: int, last: int) -> Minutes:
    """The ranges and one more, joined where they touch; a range that ends before it starts adds nothing."""
    if first > last:
        return ranges
    # The ranges from "start" on end at or behind the minute before; those from "stop" on begin too late to touch.
    start = bisect_left(ranges, first - 1, key=_last)
    stop = bisect_right(ranges, last + 1, key=_first)
    touched = ranges[start:stop]
    if touched:
        first, last = min(first, touched[0][0]), max(last, touched[-1][1])
    return (*ranges[:start], (first, last), *ranges[stop:])


def left_over(ranges: Minutes, first: int, last: int, descending: bool) -> Iterator[tuple[int, int]]:
    """What the ranges leave of the minutes from ``first`` to ``last``, in the order asked for."""
    start, stop = bisect_left(ranges, first, key=_last), bisect_right(ranges, last, key=_first)
    borders = [first, *(border for gap in ranges[start:stop] for border in (gap[0] - 1, gap[1] + 1)), last]
    pieces = range(0, len(borders), 2)
    for index in reversed(pieces) if descending else pieces:
        if borders[index] <= borders[index + 1]:
            yield borders[index], borders[index + 1]


def _first(minutes: tuple[int, int]) -> int:
    return minutes[0]


def _last(minutes: tuple[int, int]) -> int:
    return minutes[1]
