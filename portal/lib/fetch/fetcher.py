"""Fetching one page of somebody else's application: what is allowed, in which order, and what came of it."""

from __future__ import annotations

import logging
import re
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from ipaddress import IPv4Address, ip_address

import certifi
from OpenSSL import SSL

from portal.lib.fetch import exchange, target, tls
from portal.lib.fetch.certificate import Certificate
from portal.lib.fetch.exchange import Response
from portal.lib.fetch.failures import FetchFailed, Reason
from portal.lib.fetch.public import Address, Network, may_be_fetched
from portal.lib.fetch.resolving import Resolve, resolve
from portal.lib.fetch.stream import Deadline, Stream

logger = logging.getLogger(__name__)

# No more addresses of a name are tried.
MOST_ADDRESSES = 10
_SERVER = re.compile(r"[a-z]{1,8}://[^/?#@]{1,300}(?=[/?#]|\Z)", re.IGNORECASE)

# A connected socket to an address and port; the number is how many seconds it may take.
Connect = Callable[[Address, int, float], socket.socket]


def connect(address: Address, port: int, seconds: float) -> socket.socket:
    """By the address alone: no name is looked up here."""
    family = socket.AF_INET if isinstance(address, IPv4Address) else socket.AF_INET6
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.settimeout(seconds)
        connection.connect((str(address), port))
    except BaseException:
        connection.close()
        raise
    return connection


@dataclass(frozen=True)
class Policy:
    """What a deployment allows beyond the public Internet, and the limits. Times in seconds, sizes in bytes."""

    ports: frozenset[int] = frozenset({target.HTTPS_PORT})
    networks: tuple[Network, ...] = ()
    ca_file: str = ""
    deadline: float = 10.0
    resolve_seconds: float = 3.0
    connect_seconds: float = 3.0
    body_limit: int = 64 * 1024

    @property
    def byte_limit(self) -> int:
        """All bytes of a server: handshake with its chain, headers, body with its framing."""
        return 256 * 1024 + 2 * self.body_limit


@dataclass
class Steps:
    """How long each step took, in seconds; None for a step that was not reached."""

    resolve: float | None = None
    connect: float | None = None
    tls: float | None = None
    first_byte: float | None = None
    total: float = 0.0


@dataclass(frozen=True)
class Fetched:
    """What came of it: `response`, or the `reason` why there is none. `certificate` may be there in both cases.

    `faults` is all that is wrong with the certificate; the worst of it is the reason.
    """

    url: str
    response: Response | None = None
    reason: Reason | None = None
    certificate: Certificate | None = None
    faults: tuple[Reason, ...] = ()
    tls_version: str = ""
    steps: Steps = field(default_factory=Steps)

    def header(self, name: str) -> str:
        """The value of a header, its lines joined by commas; empty where there is none. `name` in lower case."""
        return ", ".join(self.header_lines(name))

    def header_lines(self, name: str) -> list[str]:
        """Each line of a header: those of `set-cookie` must not be joined."""
        return [value for key, value in self.response.headers if key == name] if self.response else []


@dataclass(frozen=True)
class Fetcher:
    """Fetches under one policy. `resolve` and `connect` are the only ways to the network; tests give their own."""

    policy: Policy = Policy()
    resolve: Resolve = resolve
    connect: Connect = connect

    @cached_property
    def context(self) -> SSL.Context:
        """Public authorities as browsers know them, not this machine's own list: the Hub does not have that either."""
        return tls.trusting(certifi.where(), *filter(None, [self.policy.ca_file]))

    def get(self, url: str, headers: Mapping[str, str] | None = None, body_limit: int = 0) -> Fetched:
        """GET the URL once, without following redirects. Never raises for what the DNS or a server does.

        After `policy.deadline` it has returned, whatever the server does. `body_limit` (bytes) is instead of the
        policy's own.
        """
        policy = replace(self.policy, body_limit=body_limit or self.policy.body_limit)
        return _Fetch(self, policy, Deadline(policy.deadline)).run(url, headers or {})

    def connection(self, to: target.Target) -> socket.socket:
        """A connection to a server, for what speaks with it itself; guarded as a fetch is. Raises `FetchFailed`."""
        return _Fetch(self, self.policy, Deadline(self.policy.deadline)).connection(to)


class _Fetch:
    """One fetch: its deadline and what it has learned so far."""

    def __init__(self, fetcher: Fetcher, policy: Policy, deadline: Deadline) -> None:
        self._fetcher = fetcher
        self._policy = policy
        self._deadline = deadline
        self._steps = Steps()
        self._started = self._last = time.monotonic()
        self._tls: tls.TlsStream | None = None

    def run(self, url: str, headers: Mapping[str, str]) -> Fetched:
        response, reason = None, None
        try:
            response = self._get(target.parse(url, self._policy.ports), headers)
        except FetchFailed as failed:
            reason = failed.reason
            logger.info("Fetch from %r ended: %s (%s)", _server(url), reason, failed.cause)
        self._steps.total = time.monotonic() - self._started
        secret = reason in {Reason.NO_PUBLIC_ADDRESS, Reason.UNREACHABLE}
        return Fetched(
            url,
            response,
            reason,
            self._tls.certificate if self._tls else None,
            self._tls.faults if self._tls else (),
            self._tls.version if self._tls and self._tls.certificate else "",
            # How long it took until there was no answer would tell what the reason does not.
            Steps() if secret else self._steps,
        )

    def _get(self, to: target.Target, headers: Mapping[str, str]) -> Response:
        with self.connection(to) as connection:
            stream = Stream(connection, self._deadline, self._policy.byte_limit)
            self._tls = tls.TlsStream(stream, self._fetcher.context, to.host)
            try:
                self._tls.handshake()
                self._steps.tls = self._lap()
                return exchange.request(self._tls, to, headers, self._policy.body_limit, self._first_byte)
            except OSError as error:
                reason = Reason.NO_HTTP if self._steps.tls else Reason.NO_TLS
                raise FetchFailed(reason, f"socket: {type(error).__name__}") from error

    def connection(self, to: target.Target) -> socket.socket:
        """By an address that was looked at; no name is looked up twice."""
        return self._connection(self._addresses(to.host), to.port)

    def _addresses(self, host: str) -> list[Address]:
        seconds = min(self._policy.resolve_seconds, self._deadline.left())
        addresses = self._fetcher.resolve(host, seconds)
        self._steps.resolve = self._lap()
        for address in addresses:
            if not may_be_fetched(address, self._policy.networks):
                raise FetchFailed(Reason.NO_PUBLIC_ADDRESS, f"{address} is not public")
        return addresses

    def _connection(self, addresses: list[Address], port: int) -> socket.socket:
        """To the first address that lets us in. All of them were looked at, and each has its share of the time.

        A name with IPv4 and IPv6 addresses must not look dead where only one of the two has a way.
        """
        cause = ""
        for number, address in enumerate(addresses[:MOST_ADDRESSES]):
            share = self._deadline.left() / (min(len(addresses), MOST_ADDRESSES) - number)
            try:
                connection = self._fetcher.connect(address, port, min(self._policy.connect_seconds, share))
            except OSError as error:
                cause = type(error).__name__
                continue
            return self._checked(connection, address)
        raise FetchFailed(Reason.UNREACHABLE, f"connect: {cause}")

    def _checked(self, connection: socket.socket, address: Address) -> socket.socket:
        """The connection, if it leads to that address and to nowhere else."""
        try:
            self._check_peer(connection, address)
        except BaseException:
            connection.close()
            raise
        self._steps.connect = self._lap()
        return connection

    def _check_peer(self, connection: socket.socket, address: Address) -> None:
        try:
            peer, own = (ip_address(name()[0]) for name in (connection.getpeername, connection.getsockname))
        except OSError as error:
            raise FetchFailed(Reason.UNREACHABLE, "connect: gone") from error
        if peer != address:
            raise FetchFailed(Reason.UNREACHABLE, f"connected to {peer}, not to {address}")
        # This machine trusts itself more than it trusts others.
        if peer == own and not any(peer in network for network in self._policy.networks):
            raise FetchFailed(Reason.UNREACHABLE, f"{peer} is this machine")

    def _first_byte(self) -> None:
        if self._steps.first_byte is None:
            self._steps.first_byte = self._lap()

    def _lap(self) -> float:
        """Seconds since the last lap."""
        now = time.monotonic()
        passed, self._last = now - self._last, now
        return passed


def _server(url: str) -> str:
    """What a log may have of a URL: a path or query may carry what is nobody's business."""
    match = _SERVER.match(url)
    return match[0] if match else "?"
