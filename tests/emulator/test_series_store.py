"""The store of time series against the simplest model of it: a dictionary of records, a set of minutes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.emulator.assets.acme import MOTOR
from portal.emulator.assets.seed import seed_inventory
from portal.emulator.control.clock import Clock
from portal.emulator.moments import time_text
from portal.emulator.timeseries import blocks, store
from portal.emulator.timeseries.date_times import FIRST, LAST, moment_of
from portal.emulator.timeseries.deletions import left_over, with_range
from portal.emulator.timeseries.records import MINUTE, TimedValues
from portal.emulator.timeseries.store import SeriesStore, StoreFull
from portal.emulator.timeseries.stored import BrokenSnapshot

INVENTORY = seed_inventory("bindery")
PUMP = next(asset for asset in INVENTORY.assets("acme") if asset.name == "Pump P-101")
NAMES = ("power", "speed", "running")
TIMES = st.integers(0, 60)
VALUES = st.dictionaries(st.sampled_from(NAMES), st.one_of(st.floats(0, 9), st.integers(0, 9), st.booleans()))
RANGES = st.tuples(TIMES, TIMES).map(sorted)
CHANGES = st.lists(st.one_of(st.lists(st.tuples(TIMES, VALUES), max_size=12), RANGES.map(tuple)), max_size=12)


@pytest.fixture(autouse=True, scope="module")
def short_blocks() -> Iterator[None]:
    """Four records in a block, so that few records fill many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK_LENGTH", 4)
        yield


def make_store() -> SeriesStore:
    clock = Clock()
    clock.freeze(40 * 60.0)
    return SeriesStore("bindery", clock, INVENTORY)


def all_of(series: SeriesStore, aspect: str = "Motor", descending: bool = False, **more: Any) -> list[TimedValues]:
    span = {"after": FIRST - 1, "until": LAST, **more}
    return list(series.read(PUMP, aspect, MOTOR, descending=descending, **span))


@settings(deadline=None)  # the machine may be busy
@given(CHANGES, RANGES)
def test_writes_and_deletes_leave_what_a_dictionary_would_hold(changes: list[Any], span: list[int]) -> None:
    """On an aspect without computed records (by its name) and on one with them; times are full minutes."""
    series = make_store()
    written: dict[int, Any] = {}
    combined = dict(all_of(series))
    for change in changes:
        if isinstance(change, list):
            records = [(minute * MINUTE, values) for minute, values in change]
            series.write(PUMP.asset_id, "Motor", records)
            series.write(PUMP.asset_id, "Other", records)
            written.update(records)
            combined.update(records)
        else:
            after, until = change[0] * MINUTE, change[1] * MINUTE
            series.delete(PUMP.asset_id, "Motor", after, until)
            series.delete(PUMP.asset_id, "Other", after, until)
            written = {time: values for time, values in written.items() if not after < time <= until}
            combined = {time: values for time, values in combined.items() if not after < time <= until}
    after, until = span[0] * MINUTE, span[1] * MINUTE
    for aspect, model in (("Motor", combined), ("Other", written)):
        expected = [(time, values) for time, values in sorted(model.items()) if values]
        assert all_of(series, aspect) == expected
        assert all_of(series, aspect, descending=True) == expected[::-1]
        inside = [record for record in expected if after < record[0] <= until]
        assert all_of(series, aspect, after=after, until=until) == inside
        assert all_of(series, aspect, descending=True, after=after, until=until) == inside[::-1]
    restored = make_store()
    restored.load(json.loads(json.dumps(series.dump())))
    assert all_of(restored) == all_of(series) and all_of(restored, "Other") == all_of(series, "Other")
    assert restored.dump() == series.dump()


@settings(deadline=None)
@given(st.lists(RANGES), RANGES)
def test_deleted_minutes_leave_the_others(ranges: list[list[int]], span: list[int]) -> None:
    deleted: Any = ()
    for first, last in ranges:
        deleted = with_range(deleted, first, last)
    gone = {minute for first, last in ranges for minute in range(first, last + 1)}
    assert all(one[1] + 1 < other[0] for one, other in pairwise(deleted))
    left = [minute for minute in range(span[0], span[1] + 1) if minute not in gone]
    pieces = list(left_over(deleted, *span, descending=False))
    assert [minute for first, last in pieces for minute in range(first, last + 1)] == left
    assert list(left_over(deleted, *span, descending=True)) == pieces[::-1]


@settings(deadline=None)
@given(st.integers(FIRST, LAST))
def test_a_time_is_read_as_it_is_written(time: int) -> None:
    assert moment_of(time_text(time)) == time


def test_times_have_the_digits_they_need() -> None:
    assert [time_text(time) for time in (0, 1_000, 1, 61_500_000)] == [
        "1970-01-01T00:00:00Z",
        "1970-01-01T00:00:00.001Z",
        "1970-01-01T00:00:00.000001Z",
        "1970-01-01T00:01:01.500Z",
    ]


def test_the_version_grows_with_each_write_and_delete_of_the_series() -> None:
    series = make_store()
    versions = [series.version(PUMP.asset_id, "Motor")]
    for change in (series.write, series.write):
        change(PUMP.asset_id, "Motor", [(0, {"speed": 1})])
        versions.append(series.version(PUMP.asset_id, "Motor"))
    series.delete(PUMP.asset_id, "Motor", 0, 1)
    versions.append(series.version(PUMP.asset_id, "Motor"))
    series.load(series.dump())
    versions.append(series.version(PUMP.asset_id, "Motor"))
    assert sorted(set(versions)) == versions
    assert series.version(PUMP.asset_id, "Vibration") == 0


def test_a_read_goes_on_with_the_series_as_it_was() -> None:
    series = make_store()
    series.write(PUMP.asset_id, "Other", [(time, {"speed": time}) for time in range(100)])
    reading = series.read(PUMP, "Other", MOTOR, FIRST - 1, LAST)
    start = [next(reading) for _ in range(10)]
    series.write(PUMP.asset_id, "Other", [(time, {"speed": 0}) for time in range(200)])
    series.delete(PUMP.asset_id, "Other", 20, 90)
    assert [*start, *reading] == [(time, {"speed": time}) for time in range(100)]


SERIES = {"asset": "a", "aspect": "b", "deleted": [], "times": [1], "columns": {"c": [1]}}


@pytest.mark.parametrize(
    "snapshot",
    [
        [],
        {},
        {"series": 1},
        {"series": [1]},
        {"series": [{**SERIES, "times": [1, 2]}]},
        {"series": [{**SERIES, "times": ["x"]}]},
        {"series": [{**SERIES, "times": [-1]}]},
        {"series": [{**SERIES, "times": [10**18]}]},
        {"series": [{**SERIES, "times": None}]},
        {"series": [{**SERIES, "columns": [1]}]},
        {"series": [{**SERIES, "columns": {"c": [[1]]}}]},
        {"series": [{**SERIES, "columns": {"c": [10**30]}}]},
        {"series": [{**SERIES, "columns": {"c": [10**400]}}]},
        {"series": [{**SERIES, "columns": {"c": [float("nan")]}}]},
        {"series": [{**SERIES, "columns": {"c": ["\ud800"]}}]},
        {"series": [{**SERIES, "deleted": [1]}]},
        {"series": [{**SERIES, "deleted": [["a", "b"]]}]},
    ],
)
def test_what_is_no_snapshot_is_refused_and_changes_nothing(snapshot: Any) -> None:
    series = make_store()
    series.write(PUMP.asset_id, "Other", [(0, {"speed": 1})])
    with pytest.raises(BrokenSnapshot):
        series.load(snapshot)
    assert all_of(series, "Other") == [(0, {"speed": 1})]


def test_a_snapshot_that_does_not_fit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MAX_CELLS", 1)
    with pytest.raises(StoreFull):
        make_store().load({"series": [SERIES]})
