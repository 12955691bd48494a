"""Faults: set over HTTP or in the process, and what a client then meets."""

from __future__ import annotations

import http.client
import json
import time
from typing import Any

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
    assert add_fault(emulator, fault).status_code == 204
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
