"""A good server: what is sent to it, what is kept of its answer, and that nobody stands between."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from ipaddress import IPv4Address

import pytest
import trustme

from portal.lib.fetch.failures import Reason
from portal.lib.fetch.fetcher import Fetcher, Policy, connect
from portal.lib.fetch.public import Address
from tests.fetch.servers import (
    GOOD,
    HOST,
    LOOPBACK,
    TlsServer,
    answering,
    fetch_from,
    loopback_policy,
    read_head,
    server_context,
    to_loopback,
)


@pytest.fixture
def context(authority: trustme.CA) -> ssl.SSLContext:
    return server_context(authority.issue_cert(HOST, "*.wild.example.com"))


@pytest.fixture
def good(context: ssl.SSLContext) -> Iterator[TlsServer]:
    with TlsServer(answering(GOOD), context) as server:
        yield server


def test_answer_and_steps(good: TlsServer, ca_file: str) -> None:
    fetched = fetch_from(good, ca_file)
    assert fetched.reason is None
    assert fetched.response
    assert (fetched.response.status, fetched.response.body, fetched.response.cut) == (200, b"ok", False)
    assert fetched.header("content-type") == "text/plain"
    assert fetched.tls_version == "TLSv1.3"
    assert fetched.certificate
    assert fetched.certificate.names == (HOST, "*.wild.example.com")
    steps = fetched.steps
    times = (steps.resolve, steps.connect, steps.tls, steps.first_byte)
    assert all(step is not None and step >= 0 for step in times)
    assert sum(step or 0 for step in times) <= steps.total
    assert good.connections == 1


def test_request(context: ssl.SSLContext, ca_file: str) -> None:
    requests: list[bytes] = []

    def handle(connection: ssl.SSLSocket) -> None:
        requests.append(read_head(connection))
        connection.sendall(GOOD)

    with TlsServer(handle, context) as server:
        fetcher = Fetcher(loopback_policy([server.port], ca_file), resolve=to_loopback)
        fetcher.get(f"https://{HOST}:{server.port}/x?y=%5B1%5D", {"Authorization": "Bearer x"})
    lines = requests[0].decode().split("\r\n")
    assert lines[0] == "GET /x?y=%5B1%5D HTTP/1.1"
    assert f"Host: {HOST}:{server.port}" in lines
    assert "Accept-Encoding: identity" in lines
    assert "Authorization: Bearer x" in lines


def test_wildcard_stands_for_one_label(good: TlsServer, ca_file: str) -> None:
    assert fetch_from(good, ca_file, host="a.wild.example.com").reason is None
    assert fetch_from(good, ca_file, host="a.b.wild.example.com").reason is Reason.WRONG_NAME
    assert fetch_from(good, ca_file, host="wild.example.com").reason is Reason.WRONG_NAME


def test_extra_authority_is_needed(good: TlsServer) -> None:
    assert fetch_from(good, "").reason is Reason.UNTRUSTED


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_an_answer(status: int, context: ssl.SSLContext, ca_file: str) -> None:
    with TlsServer(lambda connection: None, None) as trap:
        answer = f"HTTP/1.1 {status} Moved\r\nLocation: https://{HOST}:{trap.port}/\r\nContent-Length: 0\r\n\r\n"
        with TlsServer(answering(answer.encode()), context) as server:
            fetched = fetch_from(server, ca_file)
        assert trap.connections == 0
    assert fetched.response
    assert fetched.response.status == status
    assert fetched.header("location") == f"https://{HOST}:{trap.port}/"


def test_environment_names_no_proxy(good: TlsServer, ca_file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with TlsServer(lambda connection: None, None) as proxy:
        for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("SSL_CERT_FILE", "/dev/null")
        assert fetch_from(good, ca_file).reason is None
        assert proxy.connections == 0


def test_peer_must_be_the_address_that_was_checked(good: TlsServer, ca_file: str) -> None:
    """A network that takes us elsewhere than we asked: nothing is said to whoever is there."""

    def elsewhere(_address: Address, port: int, seconds: float) -> socket.socket:
        return connect(LOOPBACK, port, seconds)

    policy = loopback_policy([good.port], ca_file)
    public = IPv4Address("93.184.216.34")
    fetcher = Fetcher(policy, resolve=lambda _host, _seconds: [public], connect=elsewhere)
    assert fetcher.get(f"https://{HOST}:{good.port}/").reason is Reason.UNREACHABLE


def test_own_public_address_is_not_connected_to() -> None:
    """The machine's own address, here played by a network that is not a deployment's choice."""

    class Own(socket.socket):
        def getpeername(self) -> tuple[str, int]:
            return ("93.184.216.34", 443)

        getsockname = getpeername

    fetcher = Fetcher(
        Policy(), lambda _host, _seconds: [IPv4Address("93.184.216.34")], lambda _address, _port, _seconds: Own()
    )
    assert fetcher.get("https://app.example.com/").reason is Reason.UNREACHABLE


def test_many_fetches_at_once_leave_nothing_open(good: TlsServer, ca_file: str) -> None:
    fetcher = Fetcher(loopback_policy([good.port], ca_file), resolve=to_loopback)
    sockets: list[socket.socket] = []

    def noted(address: Address, port: int, seconds: float) -> socket.socket:
        sockets.append(connect(address, port, seconds))
        return sockets[-1]

    noting = Fetcher(fetcher.policy, to_loopback, noted)
    for _ in range(5):
        noting.get(f"https://{HOST}:{good.port}/")
    assert [one.fileno() for one in sockets] == [-1] * 5


def test_second_address_is_used_where_the_first_is_dead(good: TlsServer, ca_file: str) -> None:
    dead = IPv4Address("127.0.0.2")

    def one_is_dead(address: Address, port: int, seconds: float) -> socket.socket:
        if address == dead:
            raise ConnectionRefusedError
        return connect(address, port, seconds)

    policy = loopback_policy([good.port], ca_file)
    fetcher = Fetcher(policy, lambda _host, _seconds: [dead, LOOPBACK], one_is_dead)
    assert fetcher.get(f"https://{HOST}:{good.port}/").reason is None


def test_body_limit_of_one_fetch(context: ssl.SSLContext, ca_file: str) -> None:
    body = b"x" * 300_000
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
    with TlsServer(answering(head + body), context) as server:
        fetcher = Fetcher(loopback_policy([server.port], ca_file, 5), resolve=to_loopback)
        url = f"https://{HOST}:{server.port}/"
        cut, whole = fetcher.get(url).response, fetcher.get(url, None, 400_000).response
    assert cut
    assert cut.cut
    assert whole
    assert (whole.body, whole.cut) == (body, False)


def test_log_has_neither_path_nor_answer(
    context: ssl.SSLContext, ca_file: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A page may have put a person's token into the address of a script, or into a header that is none."""
    caplog.set_level("INFO")
    with TlsServer(answering(b"HTTP/1.1 200 OK\r\nCANARY\x00\r\n\r\n"), context) as server:
        fetch_from(server, ca_file, path="/CANARY?CANARY")
    fetcher = Fetcher(Policy())
    for url in (f"http://{HOST}?CANARY", "https://CANARY@x.example/", f"https://{HOST}:443#CANARY", "CANARY"):
        fetcher.get(url)
    assert len(caplog.records) == 5
    assert HOST in caplog.text
    assert "CANARY" not in caplog.text
