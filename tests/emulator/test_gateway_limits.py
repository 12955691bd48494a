"""What a gateway refuses before any service sees the call, and how it writes the status."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests

from portal.emulator.control.switches import Switches
from portal.emulator.testing import RunningEmulator

from .types_api import ASPECT_TYPE, Types

CALLS = (
    "/gateway/api/assetmanagement/v3/assets",
    "/gateway/api/iottimeseries/v3/timeseries",
    "/gateway/api/technicaltokenmanager/v3/oauth/token",
    "/gateway/api/coffeemachine/v1/cups",
    "/api.app/api/assetmanagement-1000001700/v3/assets",
    "/api.app/api/coffeemachine/v1/cups",
)
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def small(emulator: RunningEmulator) -> Iterator[RunningEmulator]:
    """An emulator that takes bodies of at most 100 bytes."""
    emulator.hub.switches = Switches(body_limit=100)
    yield emulator
    emulator.hub.reset()


@pytest.fixture
def types(small: RunningEmulator) -> Types:
    return Types(small)


def code_of(answer: requests.Response) -> str:
    return str(answer.json()["errors"][0]["code"]).rpartition(".")[2]


@pytest.mark.parametrize("path", CALLS)
@pytest.mark.parametrize("data", [b"x" * 101, [b"x" * 60, b"x" * 60]], ids=["announced", "chunked"])
def test_a_large_body_is_refused_whatever_the_path(
    small: RunningEmulator, path: str, data: bytes | list[bytes]
) -> None:
    body = data if isinstance(data, bytes) else iter(data)
    answer = requests.post(small.url + path, data=body, headers=JSON, timeout=5)
    assert (answer.status_code, code_of(answer)) == (413, "payloadTooLarge")
    assert (small.requests[-1].status, small.requests[-1].limit) == (413, "body of 100 bytes")


@pytest.mark.parametrize("path", ["/acme.piam/oauth/token", "/_emulator/user-token", "/_emulator/reset"])
def test_a_chunked_body_is_never_cut_in_silence(emulator: RunningEmulator, path: str) -> None:
    """What stands behind the largest body would be lost, and the rest be taken for the whole."""
    start = b'{"email": "alice@acme.example"}' if "token" in path else b"{}"
    answer = requests.post(emulator.url + path, data=iter([start, *[b" " * 2**20] * 11]), headers=JSON, timeout=10)
    assert answer.status_code == 413


@pytest.mark.parametrize("path", CALLS)
def test_large_headers_are_refused_whatever_the_path(emulator: RunningEmulator, path: str) -> None:
    answer = requests.get(emulator.url + path, headers={"X-Long": "x" * 10 * 1024}, timeout=5)
    assert answer.status_code == 431
    assert emulator.requests[-1].limit == "headers of 10240 bytes"


def test_a_chunked_body_within_the_limit_arrives(types: Types) -> None:
    pieces = iter([b'{"name": "Flow", "category": "static", ', b'"variables": [{"name": "a", "dataType": "INT"}]}'])
    answer = types.api.session.put(types.api.base + ASPECT_TYPE, data=pieces, headers=JSON, timeout=5)
    assert answer.status_code == 201, answer.text


def test_the_limit_may_be_larger_than_that_of_the_hub(emulator: RunningEmulator) -> None:
    emulator.hub.switches = Switches(body_limit=12 * 1024 * 1024)
    types = Types(emulator)
    padding = b" " * 11 * 1024 * 1024
    flow = b'{"name": "Flow", "category": "static", "variables": [{"name": "a", "dataType": "INT"}]'
    assert types.send("PUT", ASPECT_TYPE, flow + padding + b"}").status_code == 201
    emulator.hub.reset()


def test_what_is_not_well_chunked_is_refused(emulator: RunningEmulator) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(emulator.url).port or 0, timeout=5)
    connection.putrequest("POST", CALLS[0])
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders(b"no chunk\r\n")
    answer = connection.getresponse()
    assert (answer.status, b"not well chunked" in answer.read()) == (400, True)
    connection.close()


@pytest.mark.parametrize(
    ("path", "status", "phrase"),
    [
        (CALLS[0], 401, "Unauthorized"),
        ("/gateway/api/coffeemachine/v1/cups", 404, "Not Found"),
        ("/_emulator/nothing", 404, "Not Found"),
        ("/_emulator/health", 200, "OK"),
    ],
)
def test_a_status_has_the_usual_phrase(emulator: RunningEmulator, path: str, status: int, phrase: str) -> None:
    answer = requests.get(emulator.url + path, timeout=5)
    assert (answer.status_code, answer.reason) == (status, phrase)


@pytest.mark.parametrize(("status", "phrase"), [(503, "Service Unavailable"), (449, "RETRY WITH"), (599, "UNKNOWN")])
def test_a_fault_may_have_any_status(emulator: RunningEmulator, status: int, phrase: str) -> None:
    emulator.faults.add("*", status=status)
    answer = requests.get(emulator.url + CALLS[0], timeout=5)
    assert (answer.status_code, answer.reason) == (status, phrase)
