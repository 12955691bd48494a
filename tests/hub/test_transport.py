"""One call to the Hub takes a limited time, however its answer comes."""

from __future__ import annotations

import time

import pytest
from werkzeug import Request, Response

from portal import constants
from portal.hub import transport
from portal.hub.errors import HubTimeout
from tests.faults import Answer, AnyServer

DROPS = 30


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HUB_CONNECT_TIMEOUT", 0.1)
    monkeypatch.setattr(constants, "HUB_READ_TIMEOUT", 0.1)


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("drop", [b"X-Drop: 1\r\n", b"X"], ids=["lines", "one line"])
def test_headers_in_drips(server: AnyServer, drop: bytes) -> None:
    """Each drop comes before HUB_READ_TIMEOUT; only the deadline ends it."""
    sent = []

    def answer(request: Request) -> Answer:
        connection = request.environ["werkzeug.socket"]
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        for _ in range(DROPS):
            time.sleep(0.05)
            connection.sendall(drop)
            sent.append(drop)
        return b": 1\r\nContent-Length: 0\r\n\r\n"

    server.answers["/"] = answer
    with pytest.raises(HubTimeout):
        transport.call("GET", f"{server.url}/")
    assert len(sent) < DROPS


def test_the_next_call_has_its_own_time(server: AnyServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over the connection of the one before, whose deadline is past."""
    server.answers["/"] = lambda request: Response("{}")
    for _ in range(2):
        assert transport.call("GET", f"{server.url}/").text == "{}"
        later = time.monotonic() + 100
        monkeypatch.setattr(time, "monotonic", lambda later=later: later)
