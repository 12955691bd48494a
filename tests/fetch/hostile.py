"""Servers that mean harm, one function each: what they do once somebody has connected."""

from __future__ import annotations

import gzip
import ssl
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.fetch.servers import GOOD, HOST, Handler, answering, read_head, server_context

HEAD = b"HTTP/1.1 200 OK\r\n"
MEGABYTE = b"x" * 1024 * 1024


def repeating(first: bytes, again: bytes, pause: float = 0.0) -> Handler:
    """Reads the request, sends the first bytes, then the others until the client is gone."""
    wait = threading.Event().wait

    def handle(connection: ssl.SSLSocket) -> None:
        read_head(connection)
        connection.sendall(first)
        while not wait(pause):
            connection.sendall(again)

    return handle


def silent(connection: ssl.SSLSocket) -> None:
    """Takes everything and says nothing."""
    with suppress(OSError):
        while connection.recv(4096):
            pass


def dripping_records(connection: ssl.SSLSocket) -> None:
    """A TLS record that is promised and comes one byte at a time, before any handshake."""
    connection.recv(4096)
    connection.sendall(b"\x16\x03\x03\x40\x00")
    wait = threading.Event().wait
    while not wait(0.02):
        connection.sendall(b"\x02")


def endless_alerts(connection: ssl.SSLSocket) -> None:
    """Warnings without end instead of a handshake."""
    connection.recv(4096)
    while True:
        connection.sendall(b"\x15\x03\x03\x00\x02\x01\x5a" * 1000)


def plain_without_end(connection: ssl.SSLSocket) -> None:
    """HTTP where TLS is expected."""
    connection.recv(4096)
    while True:
        connection.sendall(HEAD + MEGABYTE)


def resetting(connection: ssl.SSLSocket) -> None:
    """Breaks the connection off in the middle of the body."""
    read_head(connection)
    connection.sendall(HEAD + b"Content-Length: 100\r\n\r\nhalf")
    connection.unwrap()


# What is answered after a good handshake, and how the fetch must see it: cut, or a reason.
ANSWERS: dict[str, tuple[Handler, str]] = {
    "endless body": (repeating(HEAD + b"\r\n", MEGABYTE), "cut"),
    "endless body, a gigabyte announced": (repeating(HEAD + b"Content-Length: 1073741824\r\n\r\n", MEGABYTE), "cut"),
    "endless chunks": (
        repeating(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"8000\r\n" + b"x" * 0x8000 + b"\r\n"),
        "cut",
    ),
    "chunks of one byte": (
        repeating(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 4096),
        "cut no_http too_slow",
    ),
    "body that drips": (repeating(HEAD + b"\r\n", b"x", 0.02), "too_slow"),
    "head that drips": (repeating(HEAD, b"X", 0.02), "too_slow"),
    "headers without end": (repeating(HEAD, b"X-Filler: " + b"x" * 1000 + b"\r\n"), "no_http"),
    "100,000 headers": (answering(HEAD + b"A: b\r\n" * 100_000 + b"\r\n"), "no_http"),
    "one header of a megabyte": (answering(HEAD + b"A: " + MEGABYTE + b"\r\n\r\n"), "no_http"),
    "headers of 100 KB": (answering(HEAD + b"A: " + b"x" * 100_000 + b"\r\nContent-Length: 0\r\n\r\n"), "no_http"),
    "1xx flood": (repeating(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"), "no_http"),
    "switching protocols": (answering(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"), "no_http"),
    "silence after the request": (silent, "too_slow"),
    "chunk extension without end": (
        repeating(HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x" * 10_000),
        "no_http",
    ),
    "trailers without end": (
        repeating(HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"A: b\r\n" * 1000),
        "no_http",
    ),
    "two lengths": (answering(HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nok!"), "no_http"),
    "length that is no number": (answering(HEAD + b"Content-Length: -1\r\n\r\nok"), "no_http"),
    "unknown framing": (answering(HEAD + b"Transfer-Encoding: gzip\r\n\r\nok"), "no_http"),
    "bad chunk": (answering(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nok"), "no_http"),
    "no status line": (answering(b"SSH-2.0-OpenSSH_9.6\r\n" * 10 + b"\r\n"), "no_http"),
    "NUL in a header": (answering(HEAD + b"A: \x00\r\n\r\n"), "no_http"),
    "body broken off": (resetting, "no_http"),
}


def compressed_bomb() -> bytes:
    """A gigabyte of zeros in a megabyte, sent although nobody asked for compression."""
    bomb = gzip.compress(b"\0" * 50 * 1024 * 1024)
    return HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb) + bomb


SLOW = {"hang in the handshake", "record that drips"}
# Servers that never get as far as a certificate.
WITHOUT_TLS: dict[str, Handler] = {
    "hang in the handshake": silent,
    "record that drips": dripping_records,
    "alerts without end": endless_alerts,
    "plain http": lambda connection: connection.sendall(GOOD),
    "plain http without end": plain_without_end,
    "closes at once": lambda connection: None,
    "closes after the first message": lambda connection: connection.recv(4096) and None,
    "echo": lambda connection: connection.sendall(connection.recv(4096)),
}


def context_for(*chain: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> ssl.SSLContext:
    """A server that shows this chain."""
    return server_context(trustme.LeafCert(_pem(key), *_split(chain)))


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    form = serialization.PrivateFormat.TraditionalOpenSSL
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


def _split(chain: tuple[x509.Certificate, ...]) -> tuple[bytes, list[bytes]]:
    pems = [certificate.public_bytes(serialization.Encoding.PEM) for certificate in chain]
    return pems[0], pems[1:]


def certificate(
    subject: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None = None,
    *,
    names: tuple[str, ...] = (HOST,),
    is_ca: bool = False,
    starts: timedelta = timedelta(days=-1),
    ends: timedelta = timedelta(days=30),
) -> x509.Certificate:
    """Signed by the issuer, or by itself."""
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(own)
        .issuer_name(issuer[0].subject if issuer else own)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + starts)
        .not_valid_after(now + ends)
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
    )
    if names and not is_ca:
        builder = builder.add_extension(x509.SubjectAlternativeName(list(map(x509.DNSName, names))), critical=False)
    return builder.sign(issuer[1] if issuer else key, hashes.SHA256())


def with_version(number: int, original: x509.Certificate) -> bytes:
    """The certificate in DER as if it had this version, which nobody knows. A server may show what it never signed."""
    der = bytearray(original.public_bytes(serialization.Encoding.DER))
    at = der.index(b"\xa0\x03\x02\x01\x02")
    der[at + 4] = number
    return bytes(der)


def context_of_der(der: bytes, key: ec.EllipticCurvePrivateKey) -> ssl.SSLContext:
    """A server that shows these bytes, which need not be a certificate that can be read."""
    return server_context(trustme.LeafCert(_pem(key), ssl.DER_cert_to_PEM_cert(der).encode(), []))


def chain_of(length: int) -> tuple[list[x509.Certificate], ec.EllipticCurvePrivateKey, x509.Certificate]:
    """A leaf below `length` authorities: the chain that a server shows, the leaf's key, and the root."""
    key = ec.generate_private_key(ec.SECP256R1())
    root = above = certificate("root", key, is_ca=True)
    above_key, shown = key, []
    for number in range(length):
        key = ec.generate_private_key(ec.SECP256R1())
        above = certificate(f"authority {number}", key, (above, above_key), is_ca=True)
        above_key = key
        shown.insert(0, above)
    key = ec.generate_private_key(ec.SECP256R1())
    return [certificate("leaf", key, (above, above_key)), *shown], key, root


def choosing_by_name(contexts: dict[str, ssl.SSLContext], other: ssl.SSLContext) -> ssl.SSLContext:
    """A server with another certificate for each name."""

    def choose(connection: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> None:
        connection.context = contexts.get(name or "", other)

    other.sni_callback = choose
    return other
