"""Bars as whole numbers of a drawing, for an SVG that a template writes: a locale would spoil fractions there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

# The axis ends at one of these times a power of ten.
STEPS = (1, 2, 3, 4, 5, 6, 8, 10)
# Room for the numbers, and for half of the last label.
LEFT, RIGHT, TOP, BOTTOM = 56, 24, 10, 24


@dataclass(frozen=True)
class Bar:
    """One day: its number and its rectangle; `middle` is where its label stands."""

    day: date
    value: int
    x: int
    y: int
    width: int
    height: int

    @property
    def middle(self) -> int:
        return self.x + self.width // 2


@dataclass(frozen=True)
class BarChart:
    """Size, bars, marks of the value axis as (y, value), and the bars that have a label below."""

    width: int
    height: int
    bars: list[Bar]
    marks: list[tuple[int, int]]
    labelled: list[Bar]

    @property
    def left(self) -> int:
        """Where the axis begins."""
        return LEFT

    @property
    def right(self) -> int:
        """Where the axis ends."""
        return self.width - RIGHT


def bar_charts(days: Sequence[tuple[date, int]]) -> dict[str, BarChart]:
    """The same numbers for wide and for narrow pages: one drawing made smaller has labels that nobody can read."""
    return {
        "wide": bar_chart(days, slot=24, height=200, labels=7),
        "narrow": bar_chart(days, slot=9, height=180, labels=14),
    }


def bar_chart(days: Sequence[tuple[date, int]], *, slot: int, height: int, labels: int) -> BarChart:
    """The chart with `slot` units for each day and a label under every `labels`-th day, counted from the last."""
    top = axis_end(max((value for _day, value in days), default=0))
    room = height - TOP - BOTTOM
    bars = []
    for number, (day, value) in enumerate(days):
        # What is not nothing can be seen.
        tall = max(round(room * value / top), 2 if value else 0)
        bars.append(Bar(day, value, LEFT + number * slot + slot // 8, TOP + room - tall, slot - slot // 4, tall))
    marks = [(TOP + room - round(room * part / top), part) for part in (0, top // 2, top)]
    return BarChart(LEFT + slot * len(days) + RIGHT, height, bars, marks, bars[::-1][::labels])


def axis_end(most: int) -> int:
    """The end of an axis that holds the number, even and round: 137 → 200."""
    power = 1
    while most > STEPS[-1] * power:
        power *= 10
    end = next(step * power for step in STEPS if step * power >= most)
    return end + end % 2
