"""Intervals of aggregates: where they begin, how they tile a range; summaries of parts are those of the whole."""

from __future__ import annotations

import math
import statistics
from datetime import datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.emulator.aggregates.completion import LIMITS, VALUES, Asked, complete
from portal.emulator.aggregates.computation import Column, Summary, merged, summarize
from portal.emulator.aggregates.date_times import EARLIEST, LATEST, WrongMoment, moment_of
from portal.emulator.aggregates.intervals import Grid, Interval, Unit
from portal.emulator.aggregates.partials import HourlyPartials
from portal.emulator.aggregates.reading import Source, interval_summaries
from portal.emulator.gateway.errors import InvalidParameter
from portal.emulator.moments import DAY, HOUR, microseconds, time_text

ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "America/Sao_Paulo",
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "Pacific/Apia",
]
moments = st.integers(moment_of("1990-01-01"), moment_of("2040-01-01"))
grids = st.builds(Grid, st.sampled_from(ZONES).map(ZoneInfo), st.sampled_from([1, 2]))
intervals = st.sampled_from([Interval(unit, value) for unit, values in VALUES.items() for value in values])
numbers = st.floats(-1e12, 1e12) | st.integers(-(10**9), 10**9).map(float)
qualities = st.sampled_from([None, 0, 0x40000000, 1 << 30 | 5, -2144075776, -1, 3])


@given(grids, intervals, moments, st.integers(1, 90 * DAY))
def test_intervals_tile_a_range_and_contain_it(grid: Grid, interval: Interval, start: int, length: int) -> None:
    length = min(length, LIMITS[interval.unit][0])
    boundaries = list(grid.boundaries(start, start + length, interval))
    assert boundaries[0] <= start < start + length <= boundaries[-1]
    # Nothing more than the range needs, and no boundary twice (except where a zone once left out an entire day).
    assert boundaries[-2] < start + length
    assert all(earlier <= later for earlier, later in pairwise(boundaries))
    assert [grid.floor(boundary, interval.unit) for boundary in boundaries[:1]] == boundaries[:1]


@given(grids, st.sampled_from([unit for unit in Unit if unit is not Unit.SECOND]), moments)
def test_a_boundary_is_its_own_floor_and_ceiling(grid: Grid, unit: Unit, moment: int) -> None:
    below, above = grid.floor(moment, unit), grid.ceil(moment, unit)
    assert below <= moment <= above
    assert grid.floor(below, unit) == grid.ceil(below, unit) == below
    assert above - below <= 32 * DAY


@given(st.sampled_from(ZONES), st.sampled_from([Unit.DAY, Unit.WEEK, Unit.MONTH]), moments)
def test_days_weeks_and_months_begin_at_the_first_moment_of_a_local_day(zone: str, unit: Unit, moment: int) -> None:
    boundary = Grid(ZoneInfo(zone)).floor(moment, unit)
    local = datetime.fromtimestamp(boundary / 1e6, ZoneInfo(zone))
    before = datetime.fromtimestamp((boundary - 1) / 1e6, ZoneInfo(zone))
    assert before.date() < local.date() or before.replace(tzinfo=None) > local.replace(tzinfo=None)
    assert unit is not Unit.WEEK or local.weekday() == 0
    assert unit is not Unit.MONTH or local.day == 1


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("Europe/Berlin", "2026-06-01", 24),
        ("America/New_York", "2026-03-08", 23),
        ("America/New_York", "2026-11-01", 25),
        ("America/Sao_Paulo", "2018-11-04", 23),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
    ],
)
def test_a_day_of_the_changed_clock_has_23_or_25_hours(zone: str, day: str, hours: float) -> None:
    grid = Grid(ZoneInfo(zone))
    noon = microseconds(datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=ZoneInfo(zone)))
    start, end = grid.boundaries(noon, noon + 1, Interval(Unit.DAY))
    assert (end - start) / HOUR == hours


def test_a_day_that_has_no_midnight_begins_when_the_clock_is_changed() -> None:
    grid = Grid(ZoneInfo("America/Sao_Paulo"))
    assert time_text(grid.floor(moment_of("2018-11-04T15Z"), Unit.DAY)) == "2018-11-04T03:00:00Z"


def test_hours_follow_a_zone_with_half_an_hour() -> None:
    grid = Grid(ZoneInfo("Asia/Kolkata"))
    assert time_text(grid.floor(moment_of("2026-11-20T10:15Z"), Unit.HOUR)) == "2026-11-20T09:30:00Z"


@given(grids, moments, moments, intervals, st.none() | st.integers(1, 10000))
def test_completed_ranges_contain_what_was_asked(
    grid: Grid, one: int, other: int, interval: Interval, count: int | None
) -> None:
    start, end = min(one, other), max(one, other)
    end = min(end, start + LIMITS[interval.unit][0] - HOUR)
    if start == end:
        return
    boundaries = complete(Asked(start, end, None, count), end, grid)
    assert boundaries[0] <= start < end <= boundaries[-1]
    assert count is None or len(boundaries) - 1 <= max(count, 2)
    alone = complete(Asked(start, end, interval), end, grid)
    assert alone[0] <= start < end <= alone[-1]
    assert complete(Asked(start, end, interval, 1), end, grid) == alone[:2]


@given(grids, moments, intervals, st.integers(1, 800))
def test_a_count_is_the_number_of_intervals_if_an_end_is_left_open(
    grid: Grid, moment: int, interval: Interval, count: int
) -> None:
    if interval.length * count > LIMITS[interval.unit][0]:
        with pytest.raises(InvalidParameter):
            complete(Asked(start=moment, interval=interval, count=count), moment, grid)
        return
    forwards = complete(Asked(start=moment, interval=interval, count=count), moment, grid)
    backwards = complete(Asked(end=moment, interval=interval, count=count), moment, grid)
    assert len(forwards) == len(backwards) == count + 1
    assert forwards[0] <= moment < forwards[1]
    assert backwards[-2] < moment <= backwards[-1]


@given(grids, moments, st.none() | moments, st.none() | moments, st.none() | intervals, st.none() | st.integers(1, 99))
def test_whatever_is_asked_the_number_of_intervals_is_bounded(
    grid: Grid, now: int, start: int | None, end: int | None, interval: Interval | None, count: int | None
) -> None:
    try:
        boundaries = complete(Asked(start, end, interval, count), now, grid)
    except InvalidParameter:
        return
    assert 2 <= len(boundaries) <= 725
    assert boundaries[-1] - boundaries[0] <= 185 * DAY


@given(st.lists(st.tuples(numbers, qualities), min_size=1, max_size=60), st.lists(st.integers(0, 60), max_size=8))
def test_a_summary_of_parts_is_that_of_the_whole(values: list[tuple[float, int | None]], cuts: list[int]) -> None:
    records = [(time, _record(value, code)) for time, (value, code) in enumerate(values)]
    column = Column("v", "v_qc", False)
    borders = [0, *sorted(min(cut, len(records)) for cut in cuts), len(records)]
    parts = [summarize(records[first:last], column) for first, last in pairwise(borders)]
    summary = merged([part for part in parts if part is not None])
    expected = naive(records)
    assert {name: getattr(summary, name) for name in ("good", "uncertain", "bad", "sum")} == {
        name: expected[name] for name in ("good", "uncertain", "bad", "sum")
    }
    if summary.values is None:
        assert summary.average is None
        assert summary.deviation is None
        return
    points = [tuple(point) for point in (summary.values.least, summary.values.greatest, summary.values.first)]
    assert points == [expected["min"], expected["max"], expected["first"]]
    assert tuple(summary.values.last) == expected["last"]
    assert summary.average == pytest.approx(expected["average"], rel=1e-12, abs=1e-300)
    largest = max(abs(value) for value, _ in values)
    # The square of a distance below 1e-154 is no double any more.
    assert summary.deviation == pytest.approx(expected["sd"], rel=1e-9, abs=max(largest * 1e-12, 1e-150))


def naive(records: list[tuple[int, dict[str, Any]]]) -> dict[str, Any]:
    """The same again, straight from the records and with the slow and exact functions of the standard library."""
    severities = [(record.get("v_qc", 0) & 0xFFFFFFFF) // 2**30 for _, record in records]
    counted = [
        (time, record["v"]) for (time, record), severity in zip(records, severities, strict=True) if severity < 2
    ]
    values = [value for _, value in counted]
    answer: dict[str, Any] = {
        "good": severities.count(0),
        "uncertain": severities.count(1),
        "bad": len(records) - len(counted),
        "sum": math.fsum(values) if values else None,
    }
    if values:
        answer |= {
            "average": statistics.fmean(values),
            "sd": statistics.pstdev(values),
            "min": min(counted, key=lambda point: (point[1], point[0])),
            "max": min(counted, key=lambda point: (-point[1], point[0])),
            "first": counted[0],
            "last": counted[-1],
        }
    return answer


@given(
    st.dictionaries(st.integers(0, 6 * HOUR), st.tuples(numbers, qualities), max_size=40),
    st.sets(st.integers(-HOUR, 7 * HOUR) | st.integers(-1, 7).map(lambda hour: hour * HOUR), min_size=2, max_size=9),
    st.sets(st.integers(-HOUR, 7 * HOUR), min_size=2, max_size=4),
    st.integers(0, 8 * HOUR),
)
def test_intervals_say_the_same_as_the_raw_records(
    values: dict[int, tuple[float, int | None]], borders: set[int], asked_before: set[int], now: int
) -> None:
    """Whatever was asked before, and wherever the present is."""
    records = [(time, _record(*values[time])) for time in sorted(values)]
    source = Source(
        read=lambda after, until: iter([record for record in records if after < record[0] <= until]),
        columns=(Column("v", "v_qc", False),),
        version=1,
        partials=HourlyPartials(capacity=5),
        now=now,
    )
    list(interval_summaries(source, sorted(asked_before)))
    found = {interval.start: interval for interval in interval_summaries(source, sorted(borders))}
    for start, end in pairwise(sorted(borders)):
        inside = [record for record in records if start < record[0] <= end]
        assert (start in found) == bool(inside)
        if inside:
            summary, expected = found[start].variables["v"], naive(inside)
            counts = summary.good, summary.uncertain, summary.bad
            assert counts == (expected["good"], expected["uncertain"], expected["bad"])
            assert summary.sum == expected["sum"]
            assert not summary.values or tuple(summary.values.least) == expected["min"]
            assert not summary.values or tuple(summary.values.last) == expected["last"]


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=20))
def test_whole_numbers_are_added_without_rounding(values: list[int]) -> None:
    column = Column("v", None, True)
    parts = [summarize([(time, {"v": value})], column) for time, value in enumerate(values)]
    summary = merged([part for part in parts if part is not None])
    assert summary.sum == sum(values)
    assert isinstance(summary.sum, int)


def test_the_deviation_keeps_its_digits_far_away_from_zero() -> None:
    """The textbook's formula with the sum of squares would give 0 or nonsense here."""
    values = [1e9 + part for part in (4.0, 7.0, 13.0, 16.0)]
    assert _summary(values).deviation == pytest.approx(statistics.pstdev(values), rel=1e-12)
    apart = merged([_summary(values[:1]), _summary(values[1:3]), _summary(values[3:])])
    assert apart.deviation == pytest.approx(statistics.pstdev(values), rel=1e-12)


@pytest.mark.parametrize(
    ("values", "total"),
    [
        ([1.7e308, 1.7e308], None),
        ([-1.7e308, -1.7e308], None),
        ([1e200, -1e200], 0),
        ([1.7e308, 1.7e308, -1.7e308], 1.7e308),
        ([10**400, 1.0], None),
    ],
)
def test_beyond_the_range_of_doubles_there_is_no_deviation(values: list[float], total: float | None) -> None:
    """Wherever the values are cut, and even if only the way to their sum leads out of the range."""
    for cut in range(len(values)):
        summary = merged([_summary(part) for part in (values[:cut], values[cut:]) if part])
        assert summary.deviation is None
        assert summary.sum == total
        assert summary.average == (None if total is None else total / len(values))


def test_one_value_deviates_by_nothing() -> None:
    assert _summary([12.5]).deviation == 0


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2020-02-20", "2020-02-20T00:00:00Z"),
        ("2020-02-20Z", "2020-02-20T00:00:00Z"),
        ("2020-02-20-05:00", "2020-02-20T05:00:00Z"),
        ("2020-02-20T10", "2020-02-20T10:00:00Z"),
        ("2020-02-20T10Z", "2020-02-20T10:00:00Z"),
        ("2020-02-20T10:30-05:00", "2020-02-20T15:30:00Z"),
        ("2020-02-20T10:30:00+01:00", "2020-02-20T09:30:00Z"),
        ("2020-02-20T10:30:00.120", "2020-02-20T10:30:00.120Z"),
        ("2020-02-20T10:30:00.1234567Z", "2020-02-20T10:30:00.123456Z"),
    ],
)
def test_forms_of_a_moment(text: str, meant: str) -> None:
    assert time_text(moment_of(text)) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2020",
        "2020-02-30",
        "2020-02-20T24Z",
        "2020-02-20 10:30Z",
        "2020-02-20T10:30 01:00",
        "2020-02-20T10:30+24:00",
        "2020-02-20T10:30+01:60",
        "2020-02-20T10:30:00.Z",
        "2020-02-20T10:30z",
        "\u0662\u0660\u0662\u0660-02-20",
        "0001-01-01T00:00+23:59",
        "0001-01-01",
        "1899-12-31T23:59:59Z",
        "2200-01-01",
        "9999-12-31T23:59:59-23:59",
        "2020-02-20Z\n",
        "1582230600",
    ],
)
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(WrongMoment):
        moment_of(text)


@given(st.integers(EARLIEST, LATEST - 1))
def test_a_moment_is_read_as_it_was_written(moment: int) -> None:
    assert moment_of(time_text(moment)) == moment


def _record(value: float, code: int | None) -> dict[str, Any]:
    return {"v": value} if code is None else {"v": value, "v_qc": code}


def _summary(values: list[float]) -> Summary:
    summary = summarize([(time, {"v": value}) for time, value in enumerate(values)], Column("v", None, False))
    assert summary is not None
    return summary
