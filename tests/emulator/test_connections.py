"""Connections stay open from one request to the next, unless it is in doubt where that begins."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator

import pytest
from werkzeug import Request, Response

from portal.emulator import connections
from portal.emulator.serving import EmulatorServer
from portal.emulator.testing import RunningEmulator, start_emulator

ENDS: list[str] = []


@Request.application
def application(request: Request) -> Response:
    if request.path == "/broken":
        raise RuntimeError("a mistake of ours")
    if request.path == "/unread":
        return Response("not read", 413)
    if request.path == "/stream":
        return Response(piece for piece in (b"one", b"", b"two"))
    if request.path == "/empty-stream":
        return Response(iter(()))
    if request.path == "/broken-stream":
        response = Response(broken_stream())
        response.call_on_close(lambda: ENDS.append("let go"))
        return response
    if request.path == "/nothing":
        return Response(status=204)
    return Response(request.get_data())


def broken_stream() -> Iterator[bytes]:
    yield b"one"
    raise RuntimeError("a mistake of ours")


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = EmulatorServer(0)
    server.serve(application)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def ends() -> Iterator[list[str]]:
    """What was let go of while the test ran."""
    ENDS.clear()
    yield ENDS


@pytest.fixture
def client(port: int) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    yield connection
    connection.close()


def ask(client: http.client.HTTPConnection, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    client.request("POST" if body is not None else "GET", path, body)
    answer = client.getresponse()
    return answer.status, answer.read()


def said(port: int, text: bytes) -> bytes:
    """All that the server says to this until it closes the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(text)
        return b"".join(iter(lambda: connection.recv(10_000), b""))


@pytest.mark.parametrize("path", ["/", "/unread", "/stream", "/empty-stream", "/nothing"])
def test_a_connection_serves_one_request_after_the_other(client: http.client.HTTPConnection, path: str) -> None:
    first = ask(client, path, b"GET / HTTP/1.1\r\n\r\n")
    kept = client.sock
    assert kept is not None
    assert ask(client, path, b"GET / HTTP/1.1\r\n\r\n") == first
    client.request("HEAD", path)
    assert client.getresponse().read() == b""
    assert ask(client, "/", b"body") == (200, b"body")
    assert client.sock is kept


def test_two_requests_may_be_sent_at_once(port: int) -> None:
    one = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n%b\r\n%b"
    answers = said(port, one % (b"", b"abc") + one % (b"Connection: close\r\n", b"def"))
    assert answers.count(b"HTTP/1.1 200 OK\r\n") == 2
    assert answers.endswith(b"def")
    assert answers.count(b"Connection: keep-alive\r\n") == answers.count(b"Connection: close\r\n") == 1


@pytest.mark.parametrize(
    "request_head",
    [
        b"POST / HTTP/1.0",
        b"POST / HTTP/1.1\r\nConnection: close",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked",
        b"POST /unread HTTP/1.1\r\nTransfer-Encoding: chunked",
        b"GET / HTTP/1.1\r\nContent-Length: 3x",
        b"GET / HTTP/1.1\r\nContent-Length: -1",
        b"GET / HTTP/1.1\r\nContent-Length: " + b"9" * 5000,
        b"GET /broken HTTP/1.1",
    ],
)
def test_the_connection_is_closed_where_the_next_request_is_in_doubt(port: int, request_head: bytes) -> None:
    answer = said(port, request_head + b"\r\nHost: localhost\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n")
    assert answer.count(b"HTTP/1.1 ") == answer.count(b"Connection: close\r\n") == 1


def test_http_1_0_gets_a_stream_as_it_is(port: int) -> None:
    answer = said(port, b"GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    assert answer.endswith(b"\r\n\r\nonetwo")
    assert b"Connection: close\r\n" in answer


def test_a_stream_that_breaks_has_no_end_and_lets_go_of_its_source(
    client: http.client.HTTPConnection, ends: list[str]
) -> None:
    client.request("GET", "/broken-stream")
    with pytest.raises(http.client.IncompleteRead):
        client.getresponse().read()
    assert ends == ["let go"]


def test_a_mistake_of_ours_is_500(client: http.client.HTTPConnection) -> None:
    assert ask(client, "/broken")[0] == 500


def test_a_body_that_never_ends_is_left(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST_DRAINED", 1000)
    monkeypatch.setattr(connections, "DRAINED_AT_ONCE", 100)
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(b"POST /unread HTTP/1.1\r\nContent-Length: 100000\r\n\r\n" + b"x" * 1100)
        assert b"".join(iter(lambda: connection.recv(10_000), b"")).endswith(b"not read")


def test_a_body_that_breaks_off_ends_the_connection(port: int, caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(b"POST /unread HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc")
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(10_000), b""))
    assert answer.count(b"HTTP/1.1 413 ") == 1
    assert not caplog.records


def test_a_client_may_wait_for_the_word_to_go_on(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nContent-Length: 4\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"body")
        assert b"".join(iter(lambda: connection.recv(10_000), b"")).endswith(b"body")


def test_who_is_silent_for_long_is_left(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert connections.Connection.timeout == 75
    monkeypatch.setattr(connections.Connection, "timeout", 0.05)
    assert said(port, b"") == b""
    assert said(port, b"GET / HTTP/1.1\r\n") == b""


def test_the_end_of_the_emulator_is_the_end_of_its_connections() -> None:
    with start_emulator() as emulator:
        client = http.client.HTTPConnection("127.0.0.1", int(emulator.url.rpartition(":")[2]), timeout=5)
        assert ask(client, "/_emulator/health")[0] == 200
    try:
        with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
            ask(client, "/_emulator/health")
    finally:
        client.close()


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"drop": True}, http.client.RemoteDisconnected),
        ({"reset": True}, ConnectionResetError),
        ({"truncate": True}, http.client.IncompleteRead),
    ],
)
def test_a_fault_strikes_a_connection_that_is_in_use(
    emulator: RunningEmulator, fault: dict[str, bool], error: type[Exception]
) -> None:
    client = http.client.HTTPConnection("127.0.0.1", int(emulator.url.rpartition(":")[2]), timeout=5)
    keys = "/acme.piam/token_keys"
    assert ask(client, keys)[0] == 200
    kept = client.sock
    emulator.faults.add("*", **fault)
    with pytest.raises(error):
        ask(client, keys)
    client.close()
    emulator.faults.clear()
    assert kept is not None and ask(client, keys)[0] == 200
    client.close()
