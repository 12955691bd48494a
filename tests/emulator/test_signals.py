"""The values of the time series: plausible, stable, quick to compute."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from portal.emulator.assets.acme import MOTOR
from portal.emulator.testing import RunningEmulator, start_emulator
from portal.emulator.timeseries import records
from portal.emulator.timeseries.records import AspectSeries
from portal.emulator.timeseries.signals import NOISE_LENGTH, Sample, Value, quality_sampler, sampler

from .flows import Api, read, technical_token


def at(
    api: Api,
    variable: str,
    moment: str,
    asset: str = "Pump P-101",
    aspect: str = "Vibration",
) -> Any:
    """The value of a variable at a full minute."""
    before = datetime.fromisoformat(moment) - timedelta(minutes=1)
    (record,) = read(api, aspect, asset, **{"from": before.isoformat(), "to": moment})
    return record[variable]


def test_now_and_then_a_value_is_bad() -> None:
    quality = quality_sampler("bindery", "an asset", "Vibration.velocity")
    codes = [quality(minute) for minute in range(NOISE_LENGTH)]
    assert {code: codes.count(code) for code in set(codes)} == {
        0: NOISE_LENGTH - 8,
        -2144075776: 8,
    }


def test_the_same_seed_gives_the_same_values_after_a_restart(pump: Api) -> None:
    hour = {"from": "2026-11-20T10:00:00Z", "to": "2026-11-20T11:00:00Z"}
    with (
        start_emulator(seed="bindery") as twin,
        start_emulator(seed="other") as stranger,
    ):
        same = Api(twin, technical_token(twin, "acme"))
        other = Api(stranger, technical_token(stranger, "acme"))
        assert read(same, **hour) == read(pump, **hour)
        assert read(other, **hour) != read(pump, **hour)


def test_vibration_is_plausible_and_stronger_at_noon_than_at_night(pump: Api) -> None:
    def mean(start: str, end: str) -> float:
        records = read(pump, **{"from": start, "to": end})
        return float(sum(record["velocity"] for record in records) / len(records))

    night = mean("2026-11-19T00:00:00Z", "2026-11-19T02:00:00Z")
    noon = mean("2026-11-19T11:00:00Z", "2026-11-19T13:00:00Z")
    assert 1.0 < night < noon - 0.5 < 6.0


def test_one_pump_is_off_at_night(pump: Api) -> None:
    def running(moment: str) -> bool:
        return bool(at(pump, "running", moment, "Pump P-203", "Motor"))

    assert not running("2026-11-19T02:00:00Z") and running("2026-11-19T12:00:00Z")
    assert at(pump, "flow", "2026-11-19T02:00:00Z", "Pump P-203", "Hydraulics") == 0
    assert at(pump, "power", "2026-11-19T02:00:00Z", "Pump P-203", "Motor") == 0


def test_one_pump_has_a_fault_that_develops(pump: Api) -> None:
    def rise(asset: str) -> float:
        later = at(pump, "bearingTemperature", "2026-11-19T12:00:00Z", asset)
        earlier = at(pump, "bearingTemperature", "2026-10-10T12:00:00Z", asset)
        return float(later - earlier)

    assert rise("Pump P-103") > 3
    assert abs(rise("Pump P-101")) < 3


def test_data_types_are_kept(pump: Api) -> None:
    (record,) = read(pump, "Motor")
    assert record["running"] is True
    assert isinstance(record["speed"], int) and isinstance(record["power"], float)


def test_values_are_computed_for_the_wanted_minutes_and_variables_only(
    emulator: RunningEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed = 0

    def counting(*arguments: Any) -> Sample:
        sample = sampler(*arguments)

        def count(minute: int) -> Value:
            nonlocal computed
            computed += 1
            return sample(minute)

        return count

    monkeypatch.setattr(records, "sampler", counting)
    asset = next(a for a in emulator.hub.inventory.assets("acme") if a.name == "Pump P-101")
    series = AspectSeries("bindery", asset, "Motor", MOTOR, frozenset({"power", "running"}))
    page = islice(series.records(series.minutes(29_000_001, 29_900_000, descending=True)), 2000)
    assert len(list(page)) == 2000
    assert computed == 2 * 2000
