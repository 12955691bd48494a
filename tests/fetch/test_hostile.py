"""Whatever a server does, a fetch is over in time, took little memory, and says what was wrong."""

from __future__ import annotations

import hashlib
import socket
import ssl
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.asymmetric import ec

from portal.lib.fetch.certificate import Certificate, is_for
from portal.lib.fetch.failures import FetchFailed, Reason
from portal.lib.fetch.fetcher import Fetched, Fetcher, Steps
from portal.lib.fetch.stream import Deadline, Stream
from tests.fetch import hostile
from tests.fetch.servers import (
    GOOD,
    HOST,
    TlsServer,
    answering,
    fetch_from,
    loopback_policy,
    server_context,
    to_loopback,
)

# For what would never end, and for what ends by itself (seconds).
DEADLINE, PATIENCE = 1, 10
# What a busy machine may add.
GRACE = 5
MEMORY = 5 * 1024 * 1024


@pytest.fixture(scope="module")
def good_context(authority: trustme.CA) -> ssl.SSLContext:
    return server_context(authority.issue_cert(HOST))


def bounded(server: TlsServer, ca_file: str, deadline: float = PATIENCE, **how: object) -> Fetched:
    """The fetch, which must keep to its time and memory."""
    tracemalloc.start()
    started = time.monotonic()
    fetched = fetch_from(server, ca_file, deadline=deadline, **how)  # type: ignore[arg-type]
    took = time.monotonic() - started
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert took < deadline + GRACE
    assert fetched.steps.total < deadline + GRACE
    assert peak < MEMORY
    return fetched


@pytest.mark.parametrize("what", hostile.ANSWERS)
def test_answer_ends_in_time(what: str, good_context: ssl.SSLContext, ca_file: str) -> None:
    handler, expected = hostile.ANSWERS[what]
    with TlsServer(handler, good_context) as server:
        fetched = bounded(server, ca_file, DEADLINE if "too_slow" in expected else PATIENCE)
    seen = fetched.reason.value if fetched.reason else "cut"
    assert seen in expected.split()
    if fetched.response:
        assert fetched.response.cut
        assert len(fetched.response.body) == 64 * 1024
    assert fetched.certificate is not None


def test_compressed_bomb_stays_packed(good_context: ssl.SSLContext, ca_file: str) -> None:
    answer = hostile.compressed_bomb()
    requests: list[bytes] = []

    def handle(connection: ssl.SSLSocket) -> None:
        requests.append(hostile.read_head(connection))
        connection.sendall(answer)

    with TlsServer(handler=handle, context=good_context) as server:
        fetched = bounded(server, ca_file)
    assert b"Accept-Encoding: identity" in requests[0]
    assert fetched.response
    assert fetched.response.body.startswith(b"\x1f\x8b")
    assert len(fetched.response.body) <= 64 * 1024


@pytest.mark.parametrize("what", hostile.WITHOUT_TLS)
def test_no_tls_ends_in_time(what: str, ca_file: str) -> None:
    with TlsServer(hostile.WITHOUT_TLS[what], None) as server:
        fetched = bounded(server, ca_file, DEADLINE if what in hostile.SLOW else PATIENCE)
    assert fetched.reason is (Reason.TOO_SLOW if what in hostile.SLOW else Reason.NO_TLS)
    assert fetched.certificate is None


def test_old_protocol_is_no_tls(authority: trustme.CA, ca_file: str) -> None:
    context = server_context(authority.issue_cert(HOST))
    with pytest.warns(DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with TlsServer(answering(GOOD), context) as server:
        assert bounded(server, ca_file).reason is Reason.NO_TLS


def refusal(context: ssl.SSLContext, ca_file: str) -> tuple[tuple[Reason, ...], Certificate]:
    """Why the certificate was refused, and what it was; nothing was sent to its server."""
    received: list[bytes] = []
    with TlsServer(lambda connection: received.append(connection.recv(10)), context) as server:
        fetched = bounded(server, ca_file)
    assert b"".join(received) == b""
    assert fetched.response is None
    assert fetched.certificate is not None
    assert fetched.reason is fetched.faults[0]
    return fetched.faults, fetched.certificate


@pytest.mark.parametrize(
    ("names", "starts", "ends", "reason"),
    [
        (("other.example.com",), -1, 30, Reason.WRONG_NAME),
        (("*.com",), -1, 30, Reason.WRONG_NAME),
        (("*.*.com",), -1, 30, Reason.WRONG_NAME),
        (("a*.example.com",), -1, 30, Reason.WRONG_NAME),
        (("example.com",), -1, 30, Reason.WRONG_NAME),
        ((f"{HOST}\0.evil.example",), -1, 30, Reason.WRONG_NAME),
        ((), -1, 30, Reason.WRONG_NAME),
        ((HOST,), -30, -1, Reason.EXPIRED),
        ((HOST,), 1, 30, Reason.NOT_YET_VALID),
        (("other.example.com",), -30, -1, Reason.WRONG_NAME),
    ],
)
def test_certificate_is_refused(names: tuple[str, ...], starts: int, ends: int, reason: Reason, tmp_path: Path) -> None:
    key, leaf_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = hostile.certificate("root", key, is_ca=True)
    times = {"starts": timedelta(days=starts), "ends": timedelta(days=ends)}
    # The common name is right, and says nothing.
    leaf = hostile.certificate(HOST, leaf_key, (root, key), names=names, **times)
    faults, shown = refusal(hostile.context_for(leaf, key=leaf_key), written(root, tmp_path))
    assert faults[0] is reason
    assert shown.names == tuple(name.replace("\0", "\\x00") for name in names)
    assert shown.issuer == "CN=root"
    assert shown.subject == f"CN={HOST}"
    assert shown.not_after == leaf.not_valid_after_utc


def test_wildcard_is_for_no_whole_top_level_domain() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    wide = hostile.certificate("wide", key, names=("*.com", "*.example.com"))
    der = wide.public_bytes(hostile.serialization.Encoding.DER)
    assert not is_for(der, "example.com")
    assert is_for(der, "app.example.com")


def written(root: hostile.x509.Certificate, folder: Path) -> str:
    path = folder / "root.pem"
    path.write_bytes(root.public_bytes(hostile.serialization.Encoding.PEM))
    return str(path)


def test_self_signed_is_refused_and_shown(ca_file: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    own = hostile.certificate(HOST, key, ends=timedelta(days=-1), starts=timedelta(days=-9))
    faults, shown = refusal(hostile.context_for(own, key=key), ca_file)
    assert faults == (Reason.SELF_SIGNED, Reason.EXPIRED)
    assert shown.issuer == shown.subject == f"CN={HOST}"
    assert shown.sha256 == own.fingerprint(hostile.hashes.SHA256()).hex()


@pytest.mark.parametrize("version", [1, 7])
def test_version_that_nobody_knows_is_refused(version: int, ca_file: str) -> None:
    """OpenSSL takes such a certificate for a handshake; whoever reads it afterwards does not."""
    key = ec.generate_private_key(ec.SECP256R1())
    der = hostile.with_version(version, hostile.certificate(HOST, key))
    faults, shown = refusal(hostile.context_of_der(der, key), ca_file)
    assert Reason.WRONG_NAME in faults
    assert shown == Certificate(hashlib.sha256(der).hexdigest())
    assert not is_for(der, HOST)


def test_unknown_authority_is_refused(ca_file: str) -> None:
    faults, shown = refusal(server_context(trustme.CA().issue_cert(HOST)), ca_file)
    assert faults == (Reason.UNTRUSTED,)
    assert shown.names == (HOST,)


@pytest.mark.parametrize(("length", "reason"), [(9, None), (10, None), (11, Reason.UNTRUSTED), (40, Reason.UNTRUSTED)])
def test_depth_of_the_chain(length: int, reason: Reason | None, tmp_path: Path) -> None:
    chain, key, root = hostile.chain_of(length)
    with TlsServer(answering(GOOD), hostile.context_for(*chain, key=key)) as server:
        assert bounded(server, written(root, tmp_path)).reason is reason


def test_huge_chain_is_not_read(tmp_path: Path) -> None:
    chain, key, root = hostile.chain_of(9)
    context = hostile.context_for(*chain, *chain[1:] * 60, key=key)
    with TlsServer(answering(GOOD), context) as server:
        assert bounded(server, written(root, tmp_path)).reason is Reason.NO_TLS


def test_certificate_depends_on_the_name(authority: trustme.CA, ca_file: str) -> None:
    other = server_context(trustme.CA().issue_cert("default.example.com"))
    context = hostile.choosing_by_name({HOST: server_context(authority.issue_cert(HOST))}, other)
    with TlsServer(answering(GOOD), context) as server:
        assert bounded(server, ca_file).reason is None
        assert bounded(server, ca_file, host="other.example.com").reason is Reason.UNTRUSTED


def test_verdicts_of_fetches_at_once_do_not_mix(good_context: ssl.SSLContext, ca_file: str) -> None:
    """One fetcher, 60 fetches in 12 threads: what is wrong with one certificate is not said of another."""
    key = ec.generate_private_key(ec.SECP256R1())
    own = hostile.context_for(hostile.certificate(HOST, key), key=key)
    with TlsServer(answering(GOOD), good_context) as good, TlsServer(answering(GOOD), own) as bad:
        fetcher = Fetcher(loopback_policy([good.port, bad.port], ca_file, 10), resolve=to_loopback)
        urls = [f"https://{HOST}:{server.port}/" for server in (good, bad)] * 30
        with ThreadPoolExecutor(12) as pool:
            fetched = list(pool.map(fetcher.get, urls))
    assert {(one.url == urls[0], one.reason) for one in fetched} == {(True, None), (False, Reason.SELF_SIGNED)}


def test_deadline_holds_over_all_steps(good_context: ssl.SSLContext, ca_file: str) -> None:
    """Slow at each step, and at none slower than its own limit."""

    def slow_names(host: str, seconds: float) -> list[object]:
        time.sleep(1.5)
        return to_loopback(host, seconds)  # type: ignore[return-value]

    with TlsServer(hostile.repeating(hostile.HEAD, b"X", 0.02), good_context) as server:
        fetcher = Fetcher(loopback_policy([server.port], ca_file, 2), resolve=slow_names)  # type: ignore[arg-type]
        fetched = fetcher.get(f"https://{HOST}:{server.port}/")
    assert fetched.reason is Reason.TOO_SLOW
    assert 2 <= fetched.steps.total < 2 + 1.5


def test_bytes_have_an_end() -> None:
    """Whatever they are: those of a handshake without end as well."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        stream = Stream(ours, Deadline(5), 40_000)
        theirs.sendall(b"x" * 60_000)
        received = 0
        with pytest.raises(FetchFailed) as failed:
            while True:
                received += len(stream.receive())
    assert received == 40_000
    assert failed.value.reason is Reason.NO_HTTP


def test_deadline_holds_while_there_is_always_more() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"x" * 60_000)
        stream = Stream(ours, Deadline(0), 40_000)
        with pytest.raises(FetchFailed) as failed:
            stream.receive()
    assert failed.value.reason is Reason.TOO_SLOW


def test_nothing_listens() -> None:
    with TlsServer(hostile.silent, None) as server:
        port = server.port
    fetched = Fetcher(loopback_policy([port]), resolve=to_loopback).get(f"https://{HOST}:{port}/")
    assert fetched.reason is Reason.UNREACHABLE
    assert fetched.steps == Steps()
