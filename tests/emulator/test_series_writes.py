"""Writing time series: values, hostile bodies, parallel writers, a full store."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from portal.emulator.control.switches import Switches
from portal.emulator.testing import RunningEmulator
from portal.emulator.timeseries import store
from portal.emulator.timeseries.bodies import check_size
from portal.emulator.timeseries.errors import TimeSeriesError

from .flows import Api
from .production_line import (
    ALL,
    PERFORMANCE,
    delete,
    line_of,
    moment,
    path,
    records,
    send,
    write,
)


@pytest.fixture
def line(emulator: RunningEmulator) -> Iterator[Api]:
    yield line_of(emulator)
    emulator.hub.reset()


def test_values_of_all_data_types_come_back(line: Api) -> None:
    record = {
        "_time": "2026-11-20T10:00:00Z",
        "boolean": True,
        "int": -(2**31),
        "int_qc": 64,
        "long": 2**63 - 1,
        "double": 1e300,
        "string": "ä€😀" * 85,
        "timestamp": "2026-01-01T00:00:00.5+01:00",
        "big_string": "x" * 100_000,
        "short": "abc",
    }
    assert write(line, [record]).status_code == 204
    assert records(line) == [record]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("boolean", "true"),
        ("int", 2**31),
        ("int", -(2**31) - 1),
        ("int", True),
        ("int", 1e300),
        ("long", 2**63),
        ("long", 10**4000),
        ("double", 10**400),
        ("double", "1"),
        ("string", "x" * 256),
        ("string", 1),
        ("string", "\ud800"),
        ("big_string", "x" * 100_001),
        ("short", "abcd"),
        ("timestamp", "yesterday"),
        ("timestamp", "2026-02-30T00:00:00Z"),
        ("timestamp", 1),
        ("double", [[]]),
        ("double", {}),
        ("long_qc", 0),
        ("unknown", None),
        ("\ud800", 0),
        ("x" * 100_000, 0),
    ],
)
def test_a_wrong_value_is_refused_or_by_switch_dropped(
    line: Api, emulator: RunningEmulator, variable: str, value: Any
) -> None:
    body = [{"_time": "2026-11-20T10:00:00Z", "short": "ok"}, {"_time": "2026-11-20T10:00:01Z", variable: value}]
    answer = write(line, body)
    assert (answer.status_code, answer.json()["message"][:16]) == (400, "[6013] Record 1:")
    assert len(answer.text) < 1000
    assert records(line) == []
    emulator.hub.switches = Switches(unknown_variable_status=422)
    assert write(line, body).status_code == 422
    emulator.hub.switches = Switches(unknown_variable_status=0)
    assert write(line, body).status_code == 204
    assert records(line) == body[:1]


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "Infinity", "9" * 5000])
def test_a_number_that_is_none_is_refused(line: Api, number: str) -> None:
    answer = send(line, b'[{"_time":"2026-11-20T10:00:00Z","double":%s}]' % number.encode())
    assert answer.status_code == 400
    assert records(line) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"1",
        b'"text"',
        b"{}",
        b"[" * 10_000_000,
        b'[{"_time":' * 100_000,
        b"[null]",
        b'["_time"]',
        b"[[]]",
        b'[{"_time":null}]',
        b'[{"_time":"2026-11-20T10:00:00Z","string":"\\ud800"}' + b" " * 200_001 + b"]",
        b'[{"_time":true}]',
        b'[{"_time":["2026-11-20T10:00:00Z"]}]',
        b'[{"_time":"\\ud800"}]',
        b'[{"_time":"\xed\xa0\x80"}]',
        b'[{"_time":"0000-01-01T00:00:00Z"}]',
        b'[{"_time":"0001-01-01T00:00:00+23:59"}]',
        b'[{"_time":"9999-12-31T23:59:59-23:59"}]',
        b'[{"_time":"10000-01-01T00:00:00Z"}]',
        b'[{"_time":"2026-11-20T24:00:00Z"}]',
        b'[{"_time":"2026-11-20T10:00:00"}]',
        b'[{"_time":"' + b"9" * 1_000_000 + b'"}]',
        b"\xff\xfe",
        b"\xef\xbb\xbf[]",
        b"[],[]",
    ],
)
def test_a_body_that_is_no_array_of_records_is_refused(line: Api, body: bytes) -> None:
    answer = send(line, body)
    assert answer.status_code == 400
    assert list(answer.json()) == ["timestamp", "status", "error", "exception", "message", "path"]
    assert len(answer.text) < 1000


def test_deep_values_are_refused_or_dropped(line: Api, emulator: RunningEmulator) -> None:
    """The filler makes the body so large that each record is measured."""
    emulator.hub.switches = Switches(unknown_variable_status=0)
    for depth in (10, 100, 500, 900, 950, 1000, 5000):
        deep = b"[" * depth + b"]" * depth
        body = b'[{"_time":"2026-11-20T10:00:00Z","short":"ok","colour":' + deep + b"}" + b" " * 200_001 + b"]"
        assert send(line, body).status_code in (204, 400)


def test_a_record_too_deep_to_be_measured_is_refused() -> None:
    """Few depths can be read but not be written again, and which ones depends on the thread."""
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(TimeSeriesError, match="nested too deeply"):
        check_size([{"colour": deep}])


def test_first_and_last_time(line: Api) -> None:
    for time in ("1970-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z"):
        assert write(line, [{"_time": time, "short": time[:2]}]).status_code == 204
    assert line.get(path()).json() == [{"_time": "9999-12-31T23:59:59.999Z", "short": "99"}]
    span = {"from": "1969-12-31T23:59:59.999Z", "to": "1970-01-01T00:00:00Z"}
    assert records(line, **span) == [{"_time": "1970-01-01T00:00:00Z", "short": "19"}]
    assert records(line, **{**span, "from": span["to"]}) == []


def test_of_two_records_with_one_time_the_last_counts(line: Api) -> None:
    time = "2026-11-20T10:00:00.0019Z"
    write(line, [{"_time": time, "short": "a", "int": 1}, {"_time": "2026-11-20T10:00:00.001Z", "short": "b"}])
    assert records(line) == [{"_time": "2026-11-20T10:00:00.001Z", "short": "b"}]


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        ("iot.tim.r", [200, 403, 403, 403]),
        ("iot.tim.w", [403, 204, 202, 403]),
        ("iot.tim.d", [403, 403, 403, 204]),
        ("mdsp:core:iot.timUser", [200, 403, 403, 403]),
        ("mdsp:core:iot.timAdmin", [200, 204, 202, 204]),
        ("mdsp:core:StandardUser", [200, 403, 403, 403]),
        ("mdsp:core:TenantAdmin", [200, 204, 202, 204]),
        ("mdsp:core:assetmanagement.admin", [403, 403, 403, 403]),
    ],
)
def test_reading_writing_and_deleting_are_rights_of_their_own(
    line: Api, emulator: RunningEmulator, role: str, statuses: list[int]
) -> None:
    caller = Api(emulator, emulator.user_token("alice@acme.example", scope=(role,)))
    several = f"{line.base}/iottimeseries/v3/timeseries"
    answers = (
        caller.get(path()),
        write(caller, []),
        caller.session.put(several, json={"timeseries": []}, timeout=5),
        delete(caller, **ALL),
    )
    assert [answer.status_code for answer in answers] == statuses


def test_parallel_writers_lose_nothing_and_readers_see_whole_requests(line: Api) -> None:
    """Each request writes ten records with its own number; a reader must see all ten or none."""
    token = line.session.headers["Authorization"]
    torn: list[Any] = []
    done = threading.Event()

    def write_some(writer: int) -> None:
        for request in range(15):
            first = (request * 4 + writer) * 10
            body = [{"_time": moment((first + n) * 1000), "int": first} for n in range(10)]
            answer = requests.put(line.base + path(), json=body, headers={"Authorization": str(token)}, timeout=10)
            assert answer.status_code == 204

    def read_on() -> None:
        while not done.is_set():
            answer = requests.get(line.base + path(), params=ALL, headers={"Authorization": str(token)}, timeout=10)
            seen = [record["int"] for record in answer.json()]
            torn.extend(number for number in set(seen) if seen.count(number) != 10)

    writers = [threading.Thread(target=write_some, args=(number,)) for number in range(4)]
    reader = threading.Thread(target=read_on)
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    assert torn == []
    assert [record["int"] for record in records(line)] == [n - n % 10 for n in range(600)]


def test_a_full_store_refuses_the_whole_request(
    line: Api, emulator: RunningEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten times and ten values; then ten characters."""
    monkeypatch.setattr(store, "MAX_CELLS", 20)
    monkeypatch.setattr(store, "MAX_CHARACTERS", 10)
    assert write(line, [{"_time": moment(n * 1000), "int": n} for n in range(10)]).status_code == 204
    answer = write(line, [{"_time": moment(0), "int": 7}, {"_time": moment(10_000), "int": 7}])
    assert (answer.status_code, answer.json()["error"]) == (507, "Insufficient Storage")
    assert [record["int"] for record in records(line)] == list(range(10))
    assert delete(line, **ALL).status_code == 204
    assert write(line, [{"_time": moment(0), "string": "x" * 10}]).status_code == 204
    assert write(line, [{"_time": moment(0), "string": "x" * 11}]).status_code == 507
    assert records(line)[0]["string"] == "x" * 10
    assert delete(line, **ALL).status_code == 204
    assert write(line, [{"_time": moment(0), "string": "y" * 10}]).status_code == 204


@pytest.mark.parametrize("wrong", [{"entityId": 5}, {"propertySetName": 5}])
def test_a_multi_write_names_its_places_by_texts(line: Api, wrong: dict[str, Any]) -> None:
    entry = {"entityId": PERFORMANCE, "propertySetName": "Everything", "data": [], **wrong}
    answer = line.session.put(f"{line.base}/iottimeseries/v3/timeseries", json={"timeseries": [entry]}, timeout=5)
    assert (answer.status_code, answer.json()["message"][:6]) == (400, "[6012]")


def test_a_full_store_takes_no_more_deleted_ranges(line: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each range of deleted computed records takes some room."""
    monkeypatch.setattr(store, "MAX_CELLS", 0)
    hour = {"from": "2026-11-10T01:00:00Z", "to": "2026-11-10T02:00:00Z"}
    pump = line.asset_id("Pump P-101")
    assert delete(line, pump, "Vibration", **hour).status_code == 507
    assert len(records(line, pump, "Vibration", **hour)) == 60


def test_a_body_beyond_the_limit_of_the_gateway_is_413(line: Api, emulator: RunningEmulator) -> None:
    emulator.hub.switches = Switches(body_limit=1000)
    assert send(line, b" " * 1001).status_code == 413


def test_the_journal_says_why_and_which_limit(line: Api, emulator: RunningEmulator) -> None:
    line.get(path(), limit="2001")
    write(line, [{"_time": moment(0), "colour": 1}])
    line.session.put(f"{line.base}/iottimeseries/v3/timeseries", json={"timeseries": [None] * 6}, timeout=5)
    pair = {"entityId": PERFORMANCE, "propertySetName": "Colour", "data": []}
    line.session.put(f"{line.base}/iottimeseries/v3/timeseries", json={"timeseries": [pair]}, timeout=5)
    assert [(request.reason, request.limit) for request in list(emulator.requests)[-4:]] == [
        ("[6009] Input limit[2001] can't exceed max configured limit of - 2000", "2000 records"),
        ("[6013] Record 0: the aspect has no variable colour, or no quality code for it.", ""),
        ("[6012] A request can't have more than 5 assets and aspects.", "5 pairs"),
        ("1 of 1 refused: [6410] Unable to find the property set - Colour", ""),
    ]


def test_a_multi_write_with_strange_texts_answers_in_utf8(line: Api) -> None:
    pairs = [
        {"entityId": "\ud800", "propertySetName": "\udfff" * 1000, "data": []},
        {"entityId": PERFORMANCE, "propertySetName": "Everything", "data": [1]},
    ]
    body = json.dumps({"timeseries": pairs})
    headers = {"Content-Type": "application/json"}
    answer = line.session.put(f"{line.base}/iottimeseries/v3/timeseries", data=body, headers=headers, timeout=5)
    assert answer.status_code == 202
    assert [error["status"] for error in answer.json()["errors"]] == [400, 400]
    assert list(answer.json()["errors"][0]) == [
        "timestamp",
        "status",
        "error",
        "exception",
        "message",
        "entityId",
        "propertySetName",
        "path",
    ]
