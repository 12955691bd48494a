"""Faults: set over HTTP or in the process, and what a client then meets."""

from __future__ import annotations

import http.client
import json
import socket
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from portal.emulator.testing import RunningEmulator

from .flows import Api


def add_fault(emulator: RunningEmulator, body: Any) -> requests.Response:
    return requests.post(f"{emulator.url}/_emulator/faults", json=body)


def test_faults_can_be_set_and_cleared_over_http(emulator: RunningEmulator, api: Api) -> None:
    fault = {
        "pattern": "/gateway/api/assetmanagement/*",
        "status": 503,
        "body": '{"errors":[]}',
    }
    assert add_fault(emulator, fault).status_code == 201
    answer = api.assets()
    assert (answer.status_code, answer.text) == (503, '{"errors":[]}')
    assert requests.delete(f"{emulator.url}/_emulator/faults").status_code == 204
    assert api.assets().status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"pattern": ""},
        {"pattern": "*", "status": 99},
        {"pattern": "*", "latency": 61},
        {"pattern": "*", "latency": "1"},
        {"pattern": "*", "latency": None},
        {"pattern": "*", "status": True},
        {"pattern": "*", "status": 503.5},
        {"pattern": "*", "probability": 1.1},
        {"pattern": "*", "times": 0},
        {"pattern": "*", "retry_after": -1},
        {"pattern": "*", "body": 5},
        {"pattern": "*", "body": "\ud800"},
        {"pattern": "*", "drop": 1},
        {"pattern": 5},
        {"pattern": "x" * 501},
        {"colour": 1},
        [],
    ],
)
def test_a_wrong_fault_is_refused(emulator: RunningEmulator, body: Any) -> None:
    assert add_fault(emulator, body).status_code == 400


def test_a_form_post_of_a_foreign_page_changes_nothing(
    emulator: RunningEmulator,
) -> None:
    text = json.dumps({"pattern": "*", "status": 500})
    answer = requests.post(f"{emulator.url}/_emulator/faults", data=text)
    assert answer.status_code == 415


def test_a_fault_may_concern_one_method(emulator: RunningEmulator, api: Api) -> None:
    emulator.faults.add("POST /*/oauth/token", status=429)
    assert requests.post(f"{emulator.url}/acme.piam/oauth/token").status_code == 429
    assert api.assets().status_code == 200


def test_the_last_fault_wins_and_control_stays_reachable(emulator: RunningEmulator, api: Api) -> None:
    emulator.faults.add("*", status=500)
    emulator.faults.add("*", status=429)
    assert api.assets().status_code == 429
    assert requests.get(f"{emulator.url}/_emulator/health").status_code == 200


def test_latency_delays_the_real_answer(emulator: RunningEmulator, api: Api) -> None:
    emulator.faults.add("*/assets", latency=0.05)
    started = time.perf_counter()
    assert api.assets().status_code == 200
    assert time.perf_counter() - started >= 0.05


def test_drop_closes_the_connection_without_an_answer(emulator: RunningEmulator, api: Api) -> None:
    emulator.faults.add("*", drop=True)
    with pytest.raises(requests.ConnectionError):
        api.assets()
    assert (emulator.requests[-1].status, emulator.requests[-1].reason) == (
        0,
        "dropped by a fault",
    )


def test_truncate_breaks_off_in_the_body(emulator: RunningEmulator, api: Api) -> None:
    whole = api.assets().content
    emulator.faults.add("*", truncate=True)
    connection = http.client.HTTPConnection("127.0.0.1", int(emulator.url.rpartition(":")[2]))
    connection.request(
        "GET",
        "/gateway/api/assetmanagement/v3/assets",
        headers=dict(api.session.headers),
    )
    answer = connection.getresponse()
    with pytest.raises(http.client.IncompleteRead) as broken:
        answer.read()
    assert broken.value.partial == whole[: len(whole) // 2]
    connection.close()


def test_each_fault_has_an_id_counts_its_hits_and_ends_alone(emulator: RunningEmulator, api: Api) -> None:
    first = add_fault(emulator, {"pattern": "*/assets", "status": 503}).json()
    second = add_fault(emulator, {"pattern": "*/aspecttypes", "status": 502}).json()
    assert [api.assets().status_code for _ in range(2)] == [503, 503]
    listed = requests.get(f"{emulator.url}/_emulator/faults").json()["faults"]
    assert [(fault["id"], fault["hits"]) for fault in listed] == [(first["id"], 2), (second["id"], 0)]
    assert requests.delete(f"{emulator.url}/_emulator/faults/{first['id']}").status_code == 204
    assert requests.delete(f"{emulator.url}/_emulator/faults/{first['id']}").status_code == 404
    assert api.assets().status_code == 200
    assert api.get("/assetmanagement/v3/aspecttypes").status_code == 502


def test_a_fault_may_end_after_some_times(emulator: RunningEmulator, api: Api) -> None:
    emulator.faults.add("*/assets", status=503, times=2)
    assert [api.assets().status_code for _ in range(4)] == [503, 503, 200, 200]


def test_a_fault_of_some_probability_strikes_in_the_same_order_each_time(emulator: RunningEmulator, api: Api) -> None:
    def run() -> list[int]:
        emulator.faults.clear()
        emulator.faults.add("*/assets", status=503, probability=0.5)
        return [api.assets().status_code for _ in range(30)]

    first = run()
    assert 5 < first.count(503) < 25
    assert run() == first


def test_a_fault_that_does_not_strike_leaves_the_request_to_an_older_one(emulator: RunningEmulator, api: Api) -> None:
    emulator.faults.add("*/assets", status=500)
    emulator.faults.add("*/assets", status=503, probability=0)
    assert api.assets().status_code == 500


def test_a_status_alone_has_the_error_body_of_the_service(emulator: RunningEmulator, api: Api) -> None:
    series = "/iottimeseries/v3/timeseries/x/y"
    emulator.faults.add("*", status=429, retry_after=7)
    answer = api.assets()
    assert answer.headers["Retry-After"] == "7"
    assert answer.json()["errors"][0]["code"] == "mdsp.core.generic.tooManyRequests"
    assert answer.json()["errors"][0]["message"] == "API rate limit exceeded"
    assert api.get(series).json()["errors"][0]["message"] == "API rate limit exceeded"
    emulator.faults.add("*", status=503)
    assert api.get(series).json()["exception"] == "com.siemens.mindsphere.iot.exception.IotException"
    assert requests.get(f"{emulator.url}/acme.piam/token_keys").json() == {
        "error": "service_unavailable",
        "error_description": "Service Unavailable",
    }
    emulator.faults.add("*", status=401)
    assert api.get(series).json()["message"] == "Not authorized to access this resource."
    emulator.faults.add("*", status=599)
    assert api.assets().json()["errors"][0]["message"] == "Status 599"


def test_broken_json_starts_well(emulator: RunningEmulator, api: Api) -> None:
    whole = api.assets().content
    emulator.faults.add("*", broken_json=True)
    answer = api.assets()
    assert (answer.status_code, answer.content[: len(whole) // 2]) == (200, whole[: len(whole) // 2])
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_reset_sends_no_goodbye(emulator: RunningEmulator) -> None:
    emulator.faults.add("*", reset=True)
    with socket.create_connection(("127.0.0.1", urlsplit(emulator.url).port or 0), timeout=5) as connection:
        connection.sendall(b"GET /gateway/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            connection.recv(100)
    assert (emulator.requests[-1].status, emulator.requests[-1].reason) == (0, "reset by a fault")
    emulator.faults.clear()
    assert requests.get(f"{emulator.url}/_emulator/health").status_code == 200


def test_the_journal_names_the_fault(emulator: RunningEmulator, api: Api) -> None:
    added = emulator.faults.add("*/assets", status=503)
    api.assets()
    assert (emulator.requests[-1].fault, emulator.requests[-1].reason) == (added.id, "answered by a fault")


def test_there_are_not_endlessly_many_faults(emulator: RunningEmulator) -> None:
    for _ in range(100):
        assert add_fault(emulator, {"pattern": "/nowhere"}).status_code == 201
    assert add_fault(emulator, {"pattern": "/nowhere"}).status_code == 400
