"""What is read of a time series after writes and deletes: pages, overlaid and hidden records, newest values."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
import requests

from portal.emulator.control.switches import Switches
from portal.emulator.testing import RunningEmulator

from .flows import Api
from .production_line import (
    ALL,
    PERFORMANCE,
    SIMULATION,
    admin_of,
    delete,
    line_of,
    moment,
    path,
    records,
    write,
)


@pytest.fixture
def line(emulator: RunningEmulator) -> Iterator[Api]:
    yield line_of(emulator)
    emulator.hub.reset()


def test_an_asset_that_a_client_made_has_no_computed_records(line: Api) -> None:
    assert line.get(path()).json() == []
    assert line.get(path(), latestValue="true").json() == []


def test_there_are_no_computed_records_before_1970(line: Api) -> None:
    pump = line.asset_id("Pump P-101")
    for until in ("0001-01-02T00:00:00Z", "1969-12-31T23:59:00Z"):
        assert line.get(path(pump, "Motor"), to=until).json() == []
    answer = line.get(path(pump, "Motor"), to="1970-01-01T00:01:00Z", sort="desc", limit="1")
    (record,) = line.session.get(answer.links["next"]["url"], timeout=5).json()
    assert record["_time"] == "1970-01-01T00:00:00Z"


def test_a_simulation_twin_has_microseconds(line: Api) -> None:
    times = ["2026-11-20T10:00:00Z", "2026-11-20T10:00:00.000001Z", "2026-11-20T10:00:00.001Z"]
    write(line, [{"_time": time, "int": n} for n, time in enumerate(times)], SIMULATION)
    assert [record["_time"] for record in records(line, SIMULATION)] == times
    span = {"from": times[0], "to": times[1]}
    assert records(line, SIMULATION, **span) == [{"_time": times[1], "int": 1}]


@pytest.mark.parametrize("asset", [PERFORMANCE, SIMULATION])
@pytest.mark.parametrize("sort", ["asc", "desc"])
@pytest.mark.parametrize("limit", ["1", "7", "1000"])
def test_pages_neither_lose_nor_repeat_a_record(line: Api, asset: str, sort: str, limit: str) -> None:
    step = 1 if asset == SIMULATION else 1000
    body = [{"_time": moment(n * step), "int": n} for n in [*range(20), *range(1000, 1020)]]
    random.Random(1).shuffle(body)
    write(line, body, asset)
    answer = line.get(path(asset), sort=sort, limit=limit, **{"from": "2026-11-20T10:59:59.999999+01:00"})
    found = answer.json()
    while "next" in answer.links:
        answer = line.session.get(answer.links["next"]["url"], timeout=5)
        assert answer.json()
        found += answer.json()
    numbers = [record["int"] for record in found]
    assert sorted(numbers, reverse=sort == "desc") == numbers
    assert sorted(numbers) == [*range(20), *range(1000, 1020)]


def test_a_page_of_long_texts_ends_where_the_gateway_would_cut_it(line: Api, emulator: RunningEmulator) -> None:
    write(line, [{"_time": moment(n * 1000), "big_string": "ä" * 5000, "int": n} for n in range(5)])
    emulator.hub.switches = Switches(body_limit=20_000)
    answer = line.get(path(), **ALL)
    assert [record["int"] for record in answer.json()] == [0, 1]
    answer = line.session.get(answer.links["next"]["url"], timeout=5)
    assert [record["int"] for record in answer.json()] == [2, 3]


def test_written_records_stand_between_and_over_computed_ones(line: Api) -> None:
    pump = line.asset_id("Pump P-101")
    span = {"from": "2026-11-20T10:00:00Z", "to": "2026-11-20T10:02:00Z"}
    before = records(line, pump, "Motor", **span)
    body = [{"_time": "2026-11-20T10:01:00Z", "speed": 7}, {"_time": "2026-11-20T10:01:30Z", "speed": 8}]
    write(line, body, pump, "Motor")
    assert records(line, pump, "Motor", **span) == [*body, before[1]]
    assert records(line, pump, "Motor", sort="desc", **span) == [before[1], *body[::-1]]
    assert records(line, pump, "Motor", select="running", **span) == [
        {"_time": before[1]["_time"], "running": before[1]["running"]}
    ]
    assert records(line, line.asset_id("Pump P-102"), "Motor", **span)[0]["speed"] != 7


def test_deletes_hide_computed_records_from_every_read(line: Api) -> None:
    pump = line.asset_id("Pump P-101")
    for start, end in (("10:10:00", "10:20:00"), ("10:15:00", "10:30:30"), ("10:40:00.001", "10:41:00")):
        params = {"from": f"2026-11-20T{start}Z", "to": f"2026-11-20T{end}Z"}
        assert delete(line, pump, "Motor", **params).status_code == 204
    left = [*range(1, 11), *range(31, 41), *range(42, 60)]
    hour = {"from": "2026-11-20T10:00:00Z", "to": "2026-11-20T10:59:59Z"}
    for sort, expected in (("asc", left), ("desc", left[::-1])):
        found = records(line, pump, "Motor", sort=sort, **hour)
        assert [int(record["_time"][14:16]) for record in found] == expected
    assert len(records(line, pump, "Vibration", **hour)) == 59


def test_what_comes_after_a_delete_into_the_future_is_there(line: Api, emulator: RunningEmulator) -> None:
    pump = line.asset_id("Pump P-101")
    delete(line, pump, "Motor", **{"from": "1969-12-31T23:59:59Z", "to": "2027-01-01T00:00:00Z"})
    assert line.get(path(pump, "Motor")).json() == []
    emulator.clock.shift(60)
    assert [record["_time"] for record in line.get(path(pump, "Motor")).json()] == ["2026-11-20T12:01:00Z"]


def test_a_delete_reaches_into_many_blocks(line: Api) -> None:
    write(line, [{"_time": moment(n * 1000), "int": n} for n in range(3000)])
    params = {"from": moment(1000), "to": moment(2_990_000)}
    assert delete(line, **params).status_code == 204
    assert [record["int"] for record in records(line)] == [0, 1, *range(2991, 3000)]
    assert delete(line, **params).status_code == 204
    assert len(records(line)) == 11


def test_the_status_of_a_delete_is_a_switch(line: Api, emulator: RunningEmulator) -> None:
    emulator.hub.switches = Switches(delete_series_status=200)
    assert delete(line, **ALL).status_code == 200


def test_the_newest_value_of_each_variable(line: Api, emulator: RunningEmulator) -> None:
    write(
        line,
        [
            {"_time": "2026-11-20T09:00:00Z", "int": 1, "int_qc": 64, "short": "old", "long": 1},
            {"_time": "2026-11-20T09:30:00Z", "short": "new", "long": 2},
            {"_time": "2026-11-20T09:45:00Z", "long": None, "double": 1.5},
            {"_time": "2026-11-20T10:00:30.001Z", "short": "now"},
        ],
    )
    expected = [
        {"_time": "2026-11-20T09:00:00Z", "int": 1, "int_qc": 64},
        {"_time": "2026-11-20T09:30:00Z", "long": 2, "short": "new"},
        {"_time": "2026-11-20T09:45:00Z", "double": 1.5},
    ]
    assert line.get(path(), latestValue="true").json() == expected
    assert line.get(path(), latestValue="TRUE", sort="desc").json() == expected[::-1]
    assert line.get(path(), latestValue="true", select="long").json() == [{"_time": "2026-11-20T09:30:00Z", "long": 2}]
    emulator.hub.switches = Switches(latest_value=False)
    assert line.get(path(), latestValue="true", limit="1").json()[0]["short"] == "now"


def test_strange_parameters_are_kept_out_of_trouble(line: Api) -> None:
    pump = line.asset_id("Pump P-101")
    query = "?from=2026-11-20T10:00:00Z&limit=1&select=%ED%A0%80,speed&x=%22%3E%0d%0a&x=2"
    answer = line.session.get(line.base + path(pump, "Motor") + query, timeout=5)
    assert answer.status_code == 200
    assert re.fullmatch("[ -~]+", answer.headers["Link"])
    assert quote('">\r\n') in answer.headers["Link"]


def test_a_shared_asset_is_read_by_both_and_written_by_its_owner(line: Api, emulator: RunningEmulator) -> None:
    pump = line.asset_id("Pump P-101")
    body = {"assetId": pump, "receiver": "globex"}
    assert requests.post(f"{emulator.url}/_emulator/sharings", json=body, timeout=5).status_code == 201
    assert write(line, [{"_time": moment(500_000), "speed": 1}], pump, "Motor").status_code == 204
    receiver = admin_of(emulator, "globex")
    hour = {"from": "2026-11-20T09:30:00Z", "to": "2026-11-20T10:30:00Z"}
    assert len(records(line, pump, "Motor", **hour)) == 61
    assert records(receiver, pump, "Motor", **hour) == records(line, pump, "Motor", **hour)
    refused = (write(receiver, [], pump, "Motor"), delete(receiver, pump, "Motor", **ALL))
    assert [answer.status_code for answer in refused] == [403, 403]
    pair = {"entityId": pump, "propertySetName": "Motor", "data": []}
    several = f"{receiver.base}/iottimeseries/v3/timeseries"
    answer = receiver.session.put(several, json={"timeseries": [pair]}, timeout=5)
    assert [error["status"] for error in answer.json()["errors"]] == [403]
    assert len(records(line, pump, "Motor", **hour)) == 61


def test_a_deleted_asset_has_no_series(line: Api) -> None:
    pump = line.asset_id("Pump P-101")
    asset = f"{line.base}/assetmanagement/v3/assets/{pump}"
    assert line.session.delete(asset, headers={"If-Match": "1"}, timeout=5).status_code == 204
    assert line.get(path(pump, "Motor")).status_code == 404


def test_ids_in_upper_case_mean_the_same_series(line: Api) -> None:
    assert write(line, [{"_time": moment(0), "int": 1}], PERFORMANCE.upper()).status_code == 204
    assert records(line) == records(line, PERFORMANCE.upper()) != []
    assert delete(line, PERFORMANCE.upper(), **ALL).status_code == 204
    assert records(line) == []


@pytest.mark.parametrize(
    ("aspect", "status"),
    [("Every%2Fthing", 404), ("..%2F..", 404), ("%ED%A0%80", 400), ("%00", 400), ("x" * 65, 400), ("x" * 5000, 400)],
)
def test_a_strange_aspect_name_is_refused(line: Api, aspect: str, status: int) -> None:
    for method in ("GET", "PUT", "DELETE"):
        answer = line.session.request(method, line.base + path(aspect=aspect), json=[], timeout=5)
        assert answer.status_code == status, answer.text
        assert len(answer.text) < 12_000
