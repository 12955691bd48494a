"""The browser's only way to the network: a proxy on loopback that leads to the application and to the Hub's bar.

Each connection is looked up, checked and made anew by `portal.lib.fetch`, by its address: a name that has another
address by now is another connection that is refused. What the browser makes of a URL has no say.
"""

from __future__ import annotations

import re
import select
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from urllib.parse import urlsplit

from portal.lib.fetch.failures import FetchFailed
from portal.lib.fetch.fetcher import Fetcher
from portal.lib.fetch.target import HTTPS_PORT, Target

# The head of a request, what goes through in all (bytes), and connections at the same time.
HEAD = 16 * 1024
MOST_BYTES = 64 * 1024**2
MOST_CONNECTIONS = 40
# Others than these are not listed.
MOST_REFUSED = 20
# Silence after which a connection ends; longer than a capture may take (seconds).
SILENCE = 60.0
_PIECE = 64 * 1024
_LINE = re.compile(rb"(?P<method>[A-Z]+) (?P<where>[!-~]{1,4000}) HTTP/1\.1\r\n")
_AUTHORITY = re.compile(r"(?P<host>[a-z0-9.-]{1,253}|\[[0-9a-f:.]+\]):(?P<port>[0-9]{1,5})", re.IGNORECASE)


@dataclass(frozen=True)
class Allowed:
    """Where the browser may go: the application's own server, hosts of the Hub's bar, the deployment's own bar.

    `bar_hosts` are suffixes of names whose first label is `static`, by https. `bar_script` is the deployment's own
    and is believed: over http, which is for this machine only, no more than what lies around it can be read.
    """

    application: Target
    bar_hosts: tuple[str, ...] = ()
    bar_script: str = ""

    def is_guarded(self, host: str, port: int) -> bool:
        """Whether a tunnel may be made there, if its address may be fetched."""
        if (host, port) == (self.application.host, self.application.port):
            return True
        return (
            port == HTTPS_PORT
            and host.startswith("static.")
            and host.endswith(tuple(f".{one}" for one in self.bar_hosts))
        )

    def is_own_bar(self, scheme: str, host: str, port: int, path: str = "") -> bool:
        """Whether this is the deployment's own bar, or lies beside its script."""
        bar = urlsplit(self.bar_script)
        standard = {"https": 443, "http": 80}.get(bar.scheme)
        if (scheme, host, port) != (bar.scheme, bar.hostname, bar.port or standard):
            return False
        # `…/osbar/v4/js/main.min.js`: its styles and texts lie beside `js`.
        folder = bar.path.rpartition("/")[0].rpartition("/")[0] + "/"
        return scheme == "https" or (path.startswith(folder) and ".." not in path and "%" not in path)


@dataclass
class Fence:
    """A proxy that runs while the block lasts. `refused` are the hosts that were asked for and not let through."""

    fetcher: Fetcher
    allowed: Allowed
    refused: list[str] = field(default_factory=list)

    def __enter__(self) -> Fence:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=MOST_CONNECTIONS)
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._left = MOST_BYTES
        self._ended = False
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._lock:
            self._ended = True
            ends = [self._listener, *self._open]
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def _accept(self) -> None:
        while True:
            try:
                browser, _peer = self._listener.accept()
            except OSError:
                return
            with self._lock:
                is_one_too_many = self._ended or len(self._open) >= 2 * MOST_CONNECTIONS
            if is_one_too_many:
                browser.close()
                continue
            threading.Thread(target=self._serve, args=(browser,), daemon=True).start()

    def _serve(self, browser: socket.socket) -> None:
        with suppress(OSError), browser, self._kept(browser):
            browser.settimeout(SILENCE)
            head = _head(browser)
            line = _LINE.match(head)
            if line is None:
                browser.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            elif line["method"] == b"CONNECT":
                self._tunnel(browser, line["where"].decode())
            else:
                self._plain(browser, line["method"], line["where"].decode())

    def _kept(self, connection: socket.socket) -> _Kept:
        return _Kept(self, connection)

    def _tunnel(self, browser: socket.socket, where: str) -> None:
        server = self._server(where)
        if server is None:
            _refuse(browser)
            return
        with server, self._kept(server):
            browser.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            self._carry(browser, server)

    def _server(self, where: str) -> socket.socket | None:
        """A connection there; None where the browser may not go or nothing answers."""
        match = _AUTHORITY.fullmatch(where)
        host, port = (match["host"].lower(), int(match["port"])) if match else (where[:253], 0)
        if match and self.allowed.is_own_bar("https", host, port):
            with suppress(OSError):
                return socket.create_connection((host, port), 5.0)
            return None
        if not match or not self.allowed.is_guarded(host, port):
            # Chromium makes a tunnel for ws: as well, to port 80.
            self._note(f"{host}:{port}" if port not in {0, 80, HTTPS_PORT} else host)
            return None
        try:
            return self.fetcher.connection(Target(host, port, "/"))
        except FetchFailed:
            return None

    def _plain(self, browser: socket.socket, method: bytes, where: str) -> None:
        """A file of the deployment's own bar, on this machine; nothing of what the browser sends goes along."""
        try:
            url = urlsplit(where)
            host, port = url.hostname or "", url.port or 80
        except ValueError:
            host, port, url = "", 0, urlsplit("")
        if method != b"GET" or not self.allowed.is_own_bar(url.scheme, host, port, url.path):
            shown = f"[{host}]" if ":" in host else host
            self._note(f"{shown}:{port}" if port != 80 else shown)
            _refuse(browser)
            return
        with socket.create_connection((host, port), 5.0) as server, self._kept(server):
            lines = (f"GET {url.path} HTTP/1.1", f"Host: {url.netloc}", "Accept: */*", "Connection: close", "", "")
            server.sendall("\r\n".join(lines).encode())
            self._carry(browser, server)

    def _carry(self, browser: socket.socket, server: socket.socket) -> None:
        """Bytes in both directions until one side has ended, or too many were carried."""
        poll = select.poll()
        other = {browser.fileno(): (browser, server), server.fileno(): (server, browser)}
        for number in other:
            poll.register(number, select.POLLIN)
        server.settimeout(SILENCE)
        while ready := poll.poll(SILENCE * 1000):
            for number, _event in ready:
                source, sink = other[number]
                piece = source.recv(_PIECE)
                with self._lock:
                    self._left -= len(piece)
                    is_over = self._left < 0
                if not piece or is_over:
                    return
                sink.sendall(piece)

    def _note(self, host: str) -> None:
        with self._lock:
            if host and host not in self.refused and len(self.refused) < MOST_REFUSED:
                self.refused.append(host)


@dataclass(frozen=True)
class _Kept:
    """The fence knows the connection meanwhile, and cuts it when it ends."""

    fence: Fence
    connection: socket.socket

    def __enter__(self) -> None:
        with self.fence._lock:
            if self.fence._ended:
                raise ConnectionAbortedError
            self.fence._open.add(self.connection)

    def __exit__(self, *_error: object) -> None:
        with self.fence._lock:
            self.fence._open.discard(self.connection)


def _head(connection: socket.socket) -> bytes:
    """The request up to its empty line, or what there is of it."""
    data = b""
    while b"\r\n\r\n" not in data and len(data) <= HEAD:
        piece = connection.recv(4096)
        if not piece:
            break
        data += piece
    return data


def _refuse(browser: socket.socket) -> None:
    browser.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
