"""Servers on loopback that a fetch meets: a DNS that says what the test wants, and TLS servers, good and hostile."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from ipaddress import IPv4Address, ip_network

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import trustme

from portal.lib.fetch.fetcher import Fetched, Fetcher, Policy
from portal.lib.fetch.public import Address

LOOPBACK = IPv4Address("127.0.0.1")
HOST = "app.example.com"
GOOD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"

Records = Sequence[tuple[str, str]]
Handler = Callable[[ssl.SSLSocket], None]


class DnsServer:
    """Answers over UDP. `answers(question number, type)` gives the records, an rcode, or None for silence."""

    def __init__(self, answers: Callable[[int, str], Records | dns.rcode.Rcode | None]) -> None:
        self.asked = 0
        self._answers = answers
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.resolver = dns.resolver.Resolver(configure=False)
        self.resolver.nameservers = ["127.0.0.1"]
        self.resolver.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def __enter__(self) -> DnsServer:
        return self

    def __exit__(self, *_error: object) -> None:
        self._socket.sendto(b"", self._socket.getsockname())
        self._thread.join(5)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            data, sender = self._socket.recvfrom(4096)
            if not data:
                return
            query = dns.message.from_wire(data)
            question = query.question[0]
            found = self._answers(self.asked, dns.rdatatype.to_text(question.rdtype))
            self.asked += 1
            if found is None:
                continue
            answer = dns.message.make_response(query)
            answer.flags |= dns.flags.RA
            if isinstance(found, dns.rcode.Rcode):
                answer.set_rcode(found)
            else:
                owner = question.name
                for kind, value in found:
                    answer.answer.append(dns.rrset.from_text(owner, 0, "IN", kind, value))
                    owner = dns.name.from_text(value) if kind == "CNAME" else owner
            self._socket.sendto(answer.to_wire(), sender)


class TlsServer:
    """Accepts connections, shakes hands if it has a context, and lets the handler do its worst."""

    def __init__(self, handler: Handler, context: ssl.SSLContext | None, port: int = 0) -> None:
        self.connections = 0
        self._handler = handler
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._serve, daemon=True)]
        self._threads[0].start()

    def __enter__(self) -> TlsServer:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()
        for thread in self._threads:
            thread.join(10)

    def stop(self) -> None:
        """Nobody is let in any more."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._threads.append(threading.Thread(target=self._handle, args=(connection,), daemon=True))
            self._threads[-1].start()

    def _handle(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        with suppress(OSError), connection:
            if self._context is None:
                self._handler(connection)  # type: ignore[arg-type]
                return
            with self._context.wrap_socket(connection, server_side=True) as encrypted:
                self._handler(encrypted)


def answering(*pieces: bytes) -> Handler:
    """Reads the request and sends the pieces."""

    def handle(connection: ssl.SSLSocket) -> None:
        read_head(connection)
        for piece in pieces:
            connection.sendall(piece)

    return handle


def read_head(connection: socket.socket) -> bytes:
    """The request up to its empty line."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(4096)
        if not piece:
            break
        data += piece
    return data


def server_context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """Of a server that shows this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def loopback_policy(ports: Iterable[int], ca_file: str = "", deadline: float = 10) -> Policy:
    """Loopback is allowed, by name, as a deployment allows its plant's network."""
    return Policy(frozenset(ports), (ip_network("127.0.0.0/8"),), ca_file, deadline, 5, 5)


def fetch_from(server: TlsServer, ca_file: str, host: str = HOST, path: str = "/", deadline: float = 10) -> Fetched:
    """Fetch from a server on loopback under a public name."""
    fetcher = Fetcher(loopback_policy([server.port], ca_file, deadline), resolve=to_loopback)
    return fetcher.get(f"https://{host}:{server.port}{path}")


def to_loopback(_host: str, _seconds: float) -> list[Address]:
    """Every name is this machine."""
    return [LOOPBACK]
