"""The browser's proxy: whom it lets through, and to where, whatever the browser sends."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

import pytest

from portal.lib.browser import fence as fences
from portal.lib.browser.fence import Allowed, Fence
from portal.lib.fetch.fetcher import Fetcher
from portal.lib.fetch.public import Address
from portal.lib.fetch.target import Target
from tests.browser.canary import Canary
from tests.fetch.servers import HOST, loopback_policy, to_loopback

HUB = ("mindsphere.io",)


class Files(BaseHTTPRequestHandler):
    """Says what it was asked, by whom."""

    def do_GET(self) -> None:
        told = f"{self.path} {self.headers.get('Cookie')}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_arguments: object) -> None:
        """Nothing."""


@pytest.fixture
def canary() -> Iterator[Canary]:
    with Canary() as canary:
        yield canary


@pytest.fixture
def bar() -> Iterator[int]:
    """The port of a server that has the deployment's own bar."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Files) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def say(fence: Fence, sent: bytes, *, and_ends: bool = False) -> bytes:
    """What the proxy answers until it closes."""
    with socket.create_connection(("127.0.0.1", fence.port), 5) as connection, suppress(OSError):
        said = b""
        connection.sendall(sent)
        if and_ends:
            connection.shutdown(socket.SHUT_WR)
        while piece := connection.recv(4096):
            said += piece
    return said


def connect(fence: Fence, where: str) -> bytes:
    """The status line for a tunnel to there."""
    with socket.create_connection(("127.0.0.1", fence.port), 5) as connection:
        connection.sendall(f"CONNECT {where} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        return connection.recv(4096).partition(b"\r\n")[0]


def fence_to(port: int, resolve: object = to_loopback, bar_script: str = "") -> Fence:
    fetcher = Fetcher(loopback_policy([port]), resolve=resolve)  # type: ignore[arg-type]
    return Fence(fetcher, Allowed(Target(HOST, port, "/"), HUB, bar_script))


def test_application_alone(canary: Canary) -> None:
    with fence_to(canary.port) as fence:
        assert connect(fence, f"{HOST}:{canary.port}") == b"HTTP/1.1 200 OK"
        assert canary.wait(1) == 1
        for where in (
            f"127.0.0.1:{canary.port}",
            f"localhost:{canary.port}",
            f"[::1]:{canary.port}",
            f"{HOST}:{canary.port + 1}",
            f"{HOST}:22",
            f"{HOST}.:{canary.port}",
            f"x.{HOST}:{canary.port}",
            f"{HOST}@127.0.0.1:{canary.port}",
            f"other.example.com:{canary.port}",
            "169.254.169.254:80",
            "static.mindsphere.io.evil.example:443",
            "static.evilmindsphere.io:443",
            "gateway.eu1.mindsphere.io:443",
            "static.eu1.mindsphere.io:80",
        ):
            fence.refused.clear()
            assert connect(fence, where) == b"HTTP/1.1 403 Forbidden", where
            # Nothing was tried: what cannot be reached is refused with the same words.
            assert fence.refused == [where.removesuffix(":443").removesuffix(":80")]
    assert canary.wait(0) == 1


def test_each_connection_is_looked_up_and_checked(canary: Canary) -> None:
    """A name that was public a moment ago is not by now (DNS rebinding)."""
    answers = [[ip_address("127.0.0.1")], [ip_address("10.0.0.7")], [ip_address("169.254.169.254")]]
    asked: list[str] = []

    def resolve(host: str, _seconds: float) -> list[Address]:
        asked.append(host)
        return answers[len(asked) - 1]

    with fence_to(canary.port, resolve) as fence:
        told = [connect(fence, f"{HOST}:{canary.port}") for _ in answers]
    assert told == [b"HTTP/1.1 200 OK", b"HTTP/1.1 403 Forbidden", b"HTTP/1.1 403 Forbidden"]
    assert len(asked) == 3


def test_static_host_of_the_hub_is_guarded_too(canary: Canary) -> None:
    asked: list[str] = []

    def resolve(host: str, _seconds: float) -> list[Address]:
        asked.append(host)
        return [ip_address("10.0.0.7")]

    with fence_to(canary.port, resolve) as fence:
        assert connect(fence, "static.eu1.mindsphere.io:443") == b"HTTP/1.1 403 Forbidden"
    assert asked == ["static.eu1.mindsphere.io"]


def test_own_bar_on_this_machine_is_read_and_nothing_beside(bar: int, canary: Canary) -> None:
    base = f"http://localhost:{bar}"
    with fence_to(canary.port, bar_script=f"{base}/static.hub/osbar/v4/js/main.min.js") as fence:

        def get(path: str, method: str = "GET") -> bytes:
            return say(fence, f"{method} {base}{path} HTTP/1.1\r\nHost: x\r\nCookie: own=1\r\n\r\n".encode())

        for path in ("/static.hub/osbar/v4/js/main.min.js", "/static.hub/osbar/v4/css/bar.css"):
            assert f"{path} None".encode() in get(path), "and no cookie goes along"
        for path in ("/_emulator/", "/static.hub/osbar/v4/../../../_emulator/", "/static.hub/osbar/v4/%2e%2e/x", "/"):
            assert get(path).startswith(b"HTTP/1.1 403"), path
        assert get("/static.hub/osbar/v4/js/main.min.js", "POST").startswith(b"HTTP/1.1 403")
        assert connect(fence, f"localhost:{bar}") == b"HTTP/1.1 403 Forbidden", "a tunnel could carry anything"
        assert say(fence, f"GET http://127.0.0.1:{bar}/static.hub/osbar/v4/x HTTP/1.1\r\n\r\n".encode()).startswith(
            b"HTTP/1.1 403"
        )


@pytest.mark.parametrize("sent", [b"", b"\x00\xff\r\n\r\n", b"GET / HTTP/1.0\r\n\r\n", b"X" * 40_000, b"\r\n\r\n"])
def test_what_is_no_request(sent: bytes, canary: Canary) -> None:
    with fence_to(canary.port) as fence:
        assert say(fence, sent, and_ends=True)[:12] in {b"HTTP/1.1 400", b""}
    assert canary.wait(0) == 0


def test_end_cuts_every_connection(canary: Canary) -> None:
    with fence_to(canary.port) as fence:
        connection = socket.create_connection(("127.0.0.1", fence.port), 5)
        connection.sendall(f"CONNECT {HOST}:{canary.port} HTTP/1.1\r\n\r\n".encode())
        assert b"200 OK" in connection.recv(100)
    assert connection.recv(100) == b""
    connection.close()


def test_bytes_have_an_end(canary: Canary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fences, "MOST_BYTES", 100_000)
    with fence_to(canary.port) as fence, socket.create_connection(("127.0.0.1", fence.port), 5) as connection:
        connection.sendall(f"CONNECT {HOST}:{canary.port} HTTP/1.1\r\n\r\n".encode())
        connection.recv(100)
        with pytest.raises(OSError):
            for _ in range(1000):
                connection.sendall(b"x" * 10_000)
