"""IoT TS Aggregates v3: a range has to fit its intervals, errors have a form of their own."""

from __future__ import annotations

import re

import pytest
import requests

from portal.emulator.testing import RunningEmulator

from .conftest import NOON
from .test_aggregates_v4 import HOURS, Aggregates


class AggregatesV3(Aggregates):
    """The same pump at the older version."""

    def ask(self, query: list[tuple[str, str]] | None = None, **params: str) -> requests.Response:
        url = f"{self.api.base}/iottsaggregates/v3/aggregates/{self.pump}/Vibration"
        return self.api.session.get(url, params=[*params.items(), *(query or [])], timeout=30)


@pytest.fixture
def pump(emulator: RunningEmulator) -> AggregatesV3:
    emulator.hub.reset()
    emulator.clock.freeze(NOON)
    return AggregatesV3(emulator)


def assert_refused(answer: requests.Response, status: int) -> None:
    assert answer.status_code == status
    body = answer.json()
    assert list(body) == ["id", "message"]
    assert re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", body["id"])
    assert 0 < len(body["message"]) < 400


def test_both_versions_say_the_same(pump: AggregatesV3, emulator: RunningEmulator) -> None:
    newer = Aggregates(emulator).read(**HOURS)
    for aggregate in newer:
        for variable in ("velocity", "acceleration", "bearingTemperature"):
            del aggregate[variable]["sd"]
    answer = pump.ask(**HOURS)
    assert answer.json() == newer
    assert len(newer) == 3


@pytest.mark.parametrize(
    "params",
    [
        {"from": "2026-11-10T00:00:01Z"},
        {"to": "2026-11-10T02:30:00Z"},
        {"from": "2026-11-10T00:00:00.001Z", "to": "2026-11-10T03:00:00.001Z"},
        {"intervalValue": "2"},
        {"intervalUnit": "day"},
        {"intervalUnit": "day", "from": "2026-11-09T23:00:00Z", "to": "2026-11-10T23:00:00Z"},
        {"intervalUnit": "month", "from": "2026-11-02T00:00:00Z", "to": "2026-12-02T00:00:00Z"},
        {"intervalUnit": "month", "intervalValue": "12"},
    ],
)
def test_a_range_that_does_not_fit_is_refused_with_the_rule(pump: AggregatesV3, params: dict[str, str]) -> None:
    answer = pump.ask(**(HOURS | params))
    assert_refused(answer, 400)
    assert "do not fit" in answer.json()["message"]


def test_the_status_of_a_misfit_is_a_switch(pump: AggregatesV3, emulator: RunningEmulator) -> None:
    misfit = HOURS | {"from": "2026-11-10T00:30:00Z"}
    hub = emulator.hub
    hub.switches = hub.switches.changed({"misaligned_aggregates_status": 422})
    assert_refused(pump.ask(**misfit), 422)
    hub.switches = hub.switches.changed({"misaligned_aggregates_status": 0})
    assert pump.ask(**misfit).json() == pump.ask(**HOURS).json()


@pytest.mark.parametrize(
    "params",
    [
        {"from": ""},
        {"from": "yesterday"},
        {"from": "0001-01-01", "to": "9999-12-31"},
        {"from": "1900-01-01", "to": "2199-12-31", "intervalUnit": "month", "intervalValue": "12"},
        {"from": "2026-11-10T03:00:00Z"},
        {"from": "2026-11-10T04:00:00Z"},
        {"intervalUnit": "hours"},
        {"intervalUnit": "HOUR"},
        {"intervalUnit": "millisecond"},
        {"intervalValue": "0"},
        {"intervalValue": "-1"},
        {"intervalValue": "1e9"},
        {"intervalValue": "١"},
        {"intervalValue": "999999999"},
        {"intervalValue": "1" * 4000},
        {"intervalUnit": "month", "intervalValue": "999999999"},
        {"intervalUnit": "second", "intervalValue": "1"},
        {"select": ""},
        {"select": "velocity.sd"},
        {"select": "velocity..sum"},
    ],
)
def test_a_hostile_parameter_is_400(pump: AggregatesV3, params: dict[str, str]) -> None:
    assert_refused(pump.ask(**(HOURS | params)), 400)


def test_a_parameter_sent_twice_is_400(pump: AggregatesV3) -> None:
    answer = pump.ask([("intervalValue", "1")], **HOURS)
    assert_refused(answer, 400)


@pytest.mark.parametrize("number", [200, 201])
def test_two_hundred_intervals_are_the_most(pump: AggregatesV3, emulator: RunningEmulator, number: int) -> None:
    end = f"2026-11-10T{number // 60:02}:{number % 60:02}:00Z"
    answer = pump.ask(**{"from": "2026-11-10T00:00:00Z", "to": end}, intervalUnit="minute", intervalValue="1")
    assert answer.status_code == (200 if number == 200 else 400)
    assert emulator.requests[-1].limit == ("" if number == 200 else "200 intervals")


def test_another_tenants_asset_is_404(emulator: RunningEmulator) -> None:
    emulator.hub.reset()
    stranger = AggregatesV3(emulator, "globex", "Wind Turbine W-1")
    own = AggregatesV3(emulator)
    own.pump = stranger.pump
    assert_refused(own.ask(**HOURS), 404)
