"""Bars of a drawing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from portal.lib.bar_chart import BOTTOM, TOP, axis_end, bar_chart, bar_charts, sparkline


@pytest.mark.parametrize(
    ("most", "end"),
    [
        (0, 2),
        (1, 2),
        (2, 2),
        (3, 4),
        (5, 6),
        (7, 8),
        (9, 10),
        (10, 10),
        (11, 20),
        (137, 200),
        (601, 800),
        (9999, 10**4),
    ],
)
def test_axis_ends_at_a_round_even_number(most: int, end: int) -> None:
    assert axis_end(most) == end


def test_bars_stand_on_the_axis_and_stay_inside() -> None:
    values = [0, 1, 50, 100_000, 99_999]
    chart = bar_chart(
        [(date(2026, 1, 1) + timedelta(days=n), v) for n, v in enumerate(values)], slot=9, height=180, labels=2
    )
    floor = 180 - BOTTOM
    assert [bar.y + bar.height for bar in chart.bars] == [floor] * 5
    assert [bar.height for bar in chart.bars][:2] == [0, 2]
    assert chart.bars[3].y == TOP
    assert all(bar.x + bar.width <= chart.right for bar in chart.bars)
    assert all(left.x + left.width <= right.x for left, right in zip(chart.bars, chart.bars[1:], strict=False))
    assert [bar.value for bar in chart.labelled] == [99_999, 50, 0]
    assert chart.marks == [(floor, 0), (TOP + (floor - TOP) // 2, 50_000), (TOP, 100_000)]


def test_failed_part_stands_on_the_axis_in_its_bar() -> None:
    chart = bar_chart([(date(2026, 1, 1), 100), (date(2026, 1, 2), 100)], [25, 0], slot=9, height=180, labels=2)
    bar, whole = chart.bars
    assert (bar.failed_y + bar.failed_height, bar.failed_height) == (180 - BOTTOM, round(bar.height / 4))
    assert (whole.failed, whole.failed_height) == (0, 0)


@pytest.mark.parametrize("days", [0, 1, 7, 24, 30, 90])
def test_any_number_of_bars_has_room(days: int) -> None:
    for chart in bar_charts([(date(2026, 1, 1) + timedelta(days=n), n) for n in range(days)]).values():
        assert all(bar.width > 0 for bar in chart.bars)
        assert all(bar.x + bar.width <= chart.right for bar in chart.bars)


def test_sparkline_fills_its_box() -> None:
    assert sparkline([0, 5, 10], width=104, height=20) == "0,20 52,10 104,0"
    assert sparkline([0, 0], width=104, height=20) == "0,20 104,20"
