"""Bars as whole numbers of a drawing, for an SVG that a template writes: a locale would spoil fractions there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

# The axis ends at one of these times a power of ten.
STEPS = (1, 2, 3, 4, 5, 6, 8, 10)
# Room for the numbers, and for half of the last label.
LEFT, RIGHT, TOP, BOTTOM = 56, 24, 10, 24
# Width of all bars together, and of a label with the room beside it: on wide pages, on narrow ones.
WIDE, WIDE_LABEL = 720, 168
NARROW, NARROW_LABEL = 270, 126


@dataclass(frozen=True)
class Bar:
    """One day (or hour, as a datetime): its number and its rectangle; `middle` is where its label stands.

    `failed` is the part of the number that is drawn in the colour of failures, `failed_height` high at the foot.
    """

    day: date
    value: int
    x: int
    y: int
    width: int
    height: int
    failed: int = 0
    failed_height: int = 0

    @property
    def failed_y(self) -> int:
        return self.y + self.height - self.failed_height

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
    def has_failed(self) -> bool:
        return any(bar.failed for bar in self.bars)

    @property
    def left(self) -> int:
        """Where the axis begins."""
        return LEFT

    @property
    def right(self) -> int:
        """Where the axis ends."""
        return self.width - RIGHT


def bar_charts(days: Sequence[tuple[date, int]], failed: Sequence[int] = ()) -> dict[str, BarChart]:
    """The same numbers for wide and for narrow pages: one drawing made smaller has labels that nobody can read.

    `failed` is the part of each number that failed, if there is such a part.
    """
    wide, narrow = WIDE // max(len(days), 1), NARROW // max(len(days), 1)
    return {
        "wide": bar_chart(days, failed, slot=wide, height=200, labels=max(WIDE_LABEL // wide, 1)),
        "narrow": bar_chart(days, failed, slot=narrow, height=180, labels=max(NARROW_LABEL // narrow, 1)),
    }


def bar_chart(
    days: Sequence[tuple[date, int]], failed: Sequence[int] = (), *, slot: int, height: int, labels: int
) -> BarChart:
    """The chart with `slot` units for each day and a label under every `labels`-th day, counted from the last."""
    top = axis_end(max((value for _day, value in days), default=0))
    room = height - TOP - BOTTOM

    def tall(number: int) -> int:
        # What is not nothing can be seen.
        return max(round(room * number / top), 2 if number else 0)

    bars = []
    for number, ((day, value), bad) in enumerate(zip(days, failed or [0] * len(days), strict=True)):
        x, width, high = LEFT + number * slot + slot // 8, slot - slot // 4, tall(value)
        bars.append(Bar(day, value, x, TOP + room - high, width, high, bad, tall(bad)))
    marks = [(TOP + room - round(room * part / top), part) for part in (0, top // 2, top)]
    return BarChart(LEFT + slot * len(days) + RIGHT, height, bars, marks, bars[::-1][::labels])


def sparkline(values: Sequence[int], *, width: int, height: int) -> str:
    """The points of a line through these numbers, for `<polyline points>`; nothing but zeros lies on the ground."""
    top, step = max(*values, 1), width // max(len(values) - 1, 1)
    return " ".join(f"{number * step},{height - round(height * value / top)}" for number, value in enumerate(values))


def axis_end(most: int) -> int:
    """The end of an axis that holds the number, even and round: 137 → 200."""
    power = 1
    while most > STEPS[-1] * power:
        power *= 10
    end = next(step * power for step in STEPS if step * power >= most)
    return end + end % 2
