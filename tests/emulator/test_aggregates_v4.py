"""IoT TS Aggregates v4: agreement with the records, hostile parameters, what is kept and what must not be."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import requests

from portal.emulator.aggregates import reading
from portal.emulator.aggregates.partials import HourlyPartials
from portal.emulator.tenants import TENANTS
from portal.emulator.testing import RunningEmulator

from .answers import assert_error
from .conftest import NOON
from .flows import Api

VIBRATION = {"aspectName": "Vibration"}
HOURS = {"from": "2026-11-10T00:00:00Z", "to": "2026-11-10T03:00:00Z", "intervalUnit": "hour", "intervalValue": "1"}


class Aggregates:
    """The aggregates of a pump, asked for by acme's technical user with all roles."""

    def __init__(self, emulator: RunningEmulator, tenant: str = "acme", asset: str = "Pump P-101") -> None:
        hub = emulator.hub
        client = hub.clients.by_id(f"{tenant}-hub-admin")
        token = hub.tokens.for_technical_user(client, TENANTS[tenant].identity_host, client.scope).value
        self.api = Api(emulator, token)
        self.pump = next(found.asset_id for found in hub.inventory.assets(tenant) if found.name == asset)

    def ask(self, query: list[tuple[str, str]] | None = None, **params: str) -> requests.Response:
        sent = list(({"assetId": self.pump} | VIBRATION | params).items()) + (query or [])
        return self.api.session.get(f"{self.api.base}/iottsaggregates/v4/aggregates", params=sent, timeout=30)

    def read(self, **params: str) -> list[dict[str, Any]]:
        answer = self.ask(**params)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["aggregates"])

    def put(self, *records: dict[str, Any], aspect: str = "Vibration") -> None:
        url = f"{self.api.base}/iottimeseries/v3/timeseries/{self.pump}/{aspect}"
        assert self.api.session.put(url, json=list(records), timeout=5).status_code == 204

    def delete(self, start: str, end: str) -> None:
        url = f"{self.api.base}/iottimeseries/v3/timeseries/{self.pump}/Vibration"
        assert self.api.session.delete(url, params={"from": start, "to": end}, timeout=5).status_code == 204

    def records(self, **params: str) -> list[dict[str, Any]]:
        url = f"{self.api.base}/iottimeseries/v3/timeseries/{self.pump}/Vibration"
        return list(self.api.session.get(url, params=params, timeout=5).json())


@pytest.fixture
def pump(emulator: RunningEmulator) -> Aggregates:
    emulator.hub.reset()
    emulator.clock.freeze(NOON)
    return Aggregates(emulator)


@pytest.mark.parametrize(
    ("start", "unit", "value", "number"),
    [
        ("2026-11-10T00:00:00Z", "hour", "1", 24),
        ("2026-11-10T00:00:00Z", "minute", "60", 24),
        ("2026-11-10T00:00:00Z", "minute", "14", 103),
        ("2026-11-09T23:00:00Z", "day", "1", 1),
        ("2026-11-20T00:00:00Z", "hour", "5", 3),
    ],
)
def test_aggregates_agree_with_the_records(pump: Aggregates, start: str, unit: str, value: str, number: int) -> None:
    end = (datetime.fromisoformat(start) + timedelta(days=1)).isoformat()
    for _ in range(2):  # the second time from what was kept
        found = pump.read(**{"from": start, "to": end}, intervalUnit=unit, intervalValue=value)
        assert len(found) == number
        for aggregate in found:
            records = pump.records(**{"from": aggregate["starttime"], "to": aggregate["endtime"]})
            for variable in ("velocity", "acceleration", "bearingTemperature"):
                assert aggregate.get(variable) == recomputed(records, variable)


def recomputed(records: list[dict[str, Any]], variable: str) -> dict[str, Any] | None:
    """The aggregate of a variable as anybody would compute it from the records."""
    present = [record for record in records if variable in record]
    good = [record for record in present if not record.get(f"{variable}_qc")]
    if not present:
        return None
    values = [record[variable] for record in good]
    least, greatest = (next(r for r in good if r[variable] == value) for value in (min(values), max(values)))
    return {
        "countgood": len(good),
        "countuncertain": 0,
        "countbad": len(present) - len(good),
        "sum": math.fsum(values),
        "average": pytest.approx(statistics.fmean(values), rel=1e-12),
        "mintime": least["_time"],
        "minvalue": least[variable],
        "maxtime": greatest["_time"],
        "maxvalue": greatest[variable],
        "firsttime": good[0]["_time"],
        "firstvalue": values[0],
        "lasttime": good[-1]["_time"],
        "lastvalue": values[-1],
        "sd": pytest.approx(statistics.pstdev(values), rel=1e-9, abs=1e-12),
    }


def test_the_fields_have_the_order_of_the_specification(pump: Aggregates) -> None:
    (aggregate,) = pump.read(**HOURS, count="1")
    assert list(aggregate) == ["velocity", "acceleration", "bearingTemperature", "starttime", "endtime"]
    assert list(aggregate["velocity"])[:5] == ["countgood", "countuncertain", "countbad", "sum", "average"]
    assert list(aggregate["velocity"])[5::2] == ["mintime", "maxtime", "firsttime", "lasttime", "sd"]


def test_a_write_changes_an_hour_that_was_asked_for_before(pump: Aggregates) -> None:
    before = pump.read(**HOURS, select="acceleration.maxvalue")
    pump.put({"_time": "2026-11-10T01:30:15Z", "acceleration": 1000})
    after = pump.read(**HOURS, select="acceleration.maxvalue")
    assert [hour["acceleration"]["maxvalue"] for hour in after] == [
        before[0]["acceleration"]["maxvalue"],
        1000,
        before[2]["acceleration"]["maxvalue"],
    ]


def test_a_deleted_hour_is_left_out(pump: Aggregates) -> None:
    assert len(pump.read(**HOURS)) == 3
    pump.delete("2026-11-10T01:00:00Z", "2026-11-10T02:00:00Z")
    assert [hour["starttime"][11:13] for hour in pump.read(**HOURS)] == ["00", "02"]


def test_a_reset_forgets_what_was_kept(pump: Aggregates, emulator: RunningEmulator) -> None:
    """The store counts its versions from the start again: the same number means other data."""
    before = pump.read(**HOURS)
    pump.put({"_time": "2026-11-10T01:30:15Z", "acceleration": 1000})
    assert pump.read(**HOURS) != before
    emulator.hub.reset()
    emulator.clock.freeze(NOON)
    pump.put({"_time": "2026-11-12T01:30:15Z", "acceleration": 1000})
    assert pump.read(**HOURS) == before


def test_the_present_hour_grows_with_the_clock(pump: Aggregates, emulator: RunningEmulator) -> None:
    present = {"from": "2026-11-20T12:00:00Z", "to": "2026-11-20T13:00:00Z", "intervalUnit": "hour"}
    present["select"] = "acceleration.countgood"
    assert pump.read(**present) == []
    counts = []
    for minutes in (10, 40, 30, -60):
        emulator.clock.shift(minutes * 60)
        # A token ends after half an hour.
        counts.append(Aggregates(emulator).read(**present)[0]["acceleration"]["countgood"])
    # After the clock was set back, nothing is known of what it has not reached yet.
    assert counts == [10, 50, 60, 20]


def test_an_hour_is_kept_once_it_is_over_and_not_before(pump: Aggregates, emulator: RunningEmulator) -> None:
    pump.read(**{"from": "2026-11-20T10:00:00Z", "to": "2026-11-20T13:00:00Z"}, intervalUnit="hour")
    assert len(emulator.hub.partials) == 2


def test_what_is_kept_is_not_read_again(
    pump: Aggregates, emulator: RunningEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = pump.read(**HOURS)
    monkeypatch.setattr(emulator.hub.series, "read", lambda *_: pytest.fail("read again"))
    assert pump.read(**HOURS) == first


def test_the_number_of_kept_hours_is_bounded() -> None:
    kept = HourlyPartials(capacity=3)
    for hour in range(3):
        kept.keep("series", hour, {})
    assert kept.find("series", 0) == {}
    kept.keep("series", 3, {})
    assert [kept.find("series", hour) for hour in range(4)] == [{}, None, {}, {}]
    assert len(kept) == 3


def test_the_number_of_records_is_bounded(
    pump: Aggregates, emulator: RunningEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_RECORDS", 179)
    assert_error(pump.ask(**HOURS), 400, "invalidParameter")
    assert emulator.requests[-1].limit == "179 records"
    # What was read before the limit need not be read again.
    assert len(pump.read(**HOURS)) == 3


def test_the_records_of_a_quarter_are_read_once(
    pump: Aggregates, emulator: RunningEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    number_read = 0
    original = emulator.hub.series.read

    def counting(*arguments: Any) -> Iterator[Any]:
        nonlocal number_read
        for record in original(*arguments):
            number_read += 1
            yield record

    monkeypatch.setattr(emulator.hub.series, "read", counting)
    quarter = {"aspectName": "Motor", "to": "2026-11-20T12:00:00Z"}
    first = pump.read(**quarter)
    # It is widened to the midnight before, in Berlin in summer; what lies after now has no records.
    assert number_read == 90 * 1440 + 14 * 60
    assert len(first) == 91
    assert pump.read(**quarter) == first
    assert number_read == 90 * 1440 + 14 * 60


@pytest.mark.parametrize("name", ["version", "write", "delete"])
def test_the_store_is_changed_and_its_version_taken_under_the_lock(
    pump: Aggregates, emulator: RunningEmulator, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    held: list[bool] = []
    original = getattr(emulator.hub.series, name)

    def watched(*arguments: Any) -> Any:
        # What a condition asks of its lock: whether this thread holds it.
        held.append(emulator.hub.lock._is_owned())  # type: ignore[attr-defined]
        return original(*arguments)

    monkeypatch.setattr(emulator.hub.series, name, watched)
    pump.put({"_time": "2026-11-10T01:30:15Z", "acceleration": 1000})
    pump.delete("2026-11-10T01:00:00Z", "2026-11-10T02:00:00Z")
    pump.read(**HOURS)
    assert held == [True]


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("iot.tsa.r", 200),
        ("mdsp:core:iot.tsaUser", 200),
        ("mdsp:core:StandardUser", 200),
        ("mdsp:core:TenantAdmin", 200),
        ("iot.tim.r", 403),
        ("mdsp:core:iot.timAdmin", 403),
        ("mdsp:core:Developer", 403),
    ],
)
def test_one_role_is_enough(pump: Aggregates, emulator: RunningEmulator, role: str, status: int) -> None:
    client = emulator.hub.clients.by_id("acme-hub-admin")
    pump.api.session.headers["Authorization"] = (
        f"Bearer {emulator.hub.tokens.for_technical_user(client, 'acme', (role,)).value}"
    )
    assert pump.ask(**HOURS).status_code == status
    v3 = f"{pump.api.base}/iottsaggregates/v3/aggregates/{pump.pump}/Vibration"
    assert pump.api.session.get(v3, params=HOURS, timeout=5).status_code == status


def test_several_at_once_get_the_same(pump: Aggregates) -> None:
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda _: pump.read(to="2026-11-20T12:00:00Z", intervalUnit="hour"), range(12)))
    assert all(answer == answers[0] for answer in answers)
    assert len(answers[0]) == 168


def test_the_tenants_worlds_have_one_service(emulator: RunningEmulator) -> None:
    emulator.hub.reset()
    emulator.clock.freeze(NOON)
    drive = Aggregates(emulator, "initech", "Drive D-1")
    assert drive.ask(aspectName="DriveTrain").status_code == 401
    drive.api.base = f"{emulator.url}/api.app/api"
    url = f"{drive.api.base}/iottsaggregates-1000001700/v4/aggregates"
    params = {"assetId": drive.pump, "aspectName": "DriveTrain"}
    found = drive.api.session.get(url, params=params, timeout=5).json()["aggregates"]
    assert [aggregate["starttime"][11:13] for aggregate in found] == ["05"] * 8


@pytest.mark.parametrize(
    "params",
    [
        {"from": ""},
        {"from": "0001-01-01"},
        {"from": "9999-12-31T23:59:59.999999Z"},
        {"to": "0001-01-01T00:00:00+23:59"},
        {"to": "9999-12-31"},
        {"to": "2026-02-30"},
        {"to": "2026-11-10T10:00:00 01:00"},
        {"from": "٢٠٢٦-11-10"},
        {"from": "1" * 5000},
        {"from": "2026-11-10", "to": "2026-11-09"},
        {"from": "1900-01-01", "to": "2199-12-31"},
        {"from": "2026-11-10", "to": "2199-12-31", "intervalUnit": "minute", "intervalValue": "2"},
        {"intervalUnit": ""},
        {"intervalUnit": "minutes"},
        {"intervalUnit": "DAY"},
        {"intervalUnit": "second"},
        {"intervalUnit": "day\x00"},
        {"intervalUnit": "day", "intervalValue": ""},
        {"intervalUnit": "day", "intervalValue": "0"},
        {"intervalUnit": "day", "intervalValue": "-1"},
        {"intervalUnit": "day", "intervalValue": "1e9"},
        {"intervalUnit": "day", "intervalValue": "1.0"},
        {"intervalUnit": "day", "intervalValue": "１"},
        {"intervalUnit": "day", "intervalValue": "9" * 5000},
        {"intervalUnit": "month", "intervalValue": "999999999"},
        {"count": "0"},
        {"count": "-5"},
        {"count": "10001"},
        {"count": "1000000000"},
        {"count": "٣"},
        {"intervalUnit": "day", "count": "10000"},
        {"from": "1900-01-01", "intervalUnit": "day", "intervalValue": "90", "count": "10000"},
        {"select": ""},
        {"select": ","},
        {"select": "velocity,"},
        {"select": "velocity."},
        {"select": ".sum"},
        {"select": "velocity.sum.sum"},
        {"select": "velocity.median"},
        {"select": "a" * 65},
        {"select": "velocity.__class__"},
        {"assetId": ""},
        {"aspectName": ""},
    ],
)
def test_a_hostile_parameter_is_400(pump: Aggregates, params: dict[str, str]) -> None:
    assert_error(pump.ask(**params), 400, "invalidParameter")


@pytest.mark.parametrize(
    "name", ["assetId", "aspectName", "from", "to", "intervalUnit", "intervalValue", "count", "select"]
)
def test_a_parameter_sent_twice_is_400(pump: Aggregates, name: str) -> None:
    answer = pump.ask([(name, "1"), (name, "2")])
    assert_error(answer, 400, "invalidParameter")
    assert f"{name} was sent" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("asset", ["x", "../..", "0" * 32, "a" * 4000, "\x00", "%"])
def test_an_asset_that_is_none_is_404(pump: Aggregates, asset: str) -> None:
    assert_error(pump.ask(assetId=asset), 404, "noMatch")


@pytest.mark.parametrize("end", ["2026-03-29T01:30:00+01:00", "2026-10-25T01:30:00Z", "2026-10-25T00:30:00Z"])
@pytest.mark.parametrize("unit", ["minute", "hour", "day", "week", "month"])
def test_a_changed_clock_disturbs_nobody(pump: Aggregates, unit: str, end: str) -> None:
    found = pump.read(to=end, intervalUnit=unit, select="acceleration.countgood")
    assert all(earlier["endtime"] == later["starttime"] for earlier, later in pairwise(found))
    assert found[-1]["endtime"] >= datetime.fromisoformat(end).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_the_ends_of_the_reachable_time_are_answered(pump: Aggregates) -> None:
    assert pump.read(**{"from": "1900-01-01", "to": "1900-01-02"}) == []
    assert pump.read(to="1900-01-01T00:00:00Z", intervalUnit="month") == []
    assert pump.read(**{"from": "2199-12-31T23:59:59Z"}) == []
    assert pump.read(**{"from": "2199-12-31"}, intervalUnit="month", intervalValue="3", count="1") == []


def test_a_limit_is_noted_in_the_journal(pump: Aggregates, emulator: RunningEmulator) -> None:
    pump.ask(**{"from": "2026-11-01", "to": "2026-11-20"}, intervalUnit="hour")
    pump.ask(intervalUnit="hour", intervalValue="25")
    pump.ask(**HOURS)
    assert [entry.limit for entry in emulator.requests[-3:]] == [
        "7 days of hour aggregates",
        "24 as intervalValue of hour",
        "",
    ]


def test_a_message_repeats_only_the_beginning_of_a_long_text(pump: Aggregates) -> None:
    (error,) = pump.ask(assetId="a" * 4000).json()["errors"]
    assert len(error["message"]) < 200
