"""A port that nobody may reach: it counts who comes, over TCP and UDP, IPv4 and IPv6."""

from __future__ import annotations

import selectors
import socket
import threading
import time
from contextlib import suppress


class Canary:
    """Listens on loopback, on the same port in every way."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self._sockets = _sockets()
        self.port = int(self._sockets[0].getsockname()[1])
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Canary:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        self._thread.join(5)
        for one in self._sockets:
            one.close()

    def wait(self, wanted: int) -> int:
        """How many came, once so many did, at the latest after ten seconds; where none should, after half a second."""
        ends = time.monotonic() + (10 if wanted else 0.5)
        while time.monotonic() < ends and (len(self.heard) < wanted or not wanted):
            time.sleep(0.02)
        return len(self.heard)

    def _listen(self) -> None:
        ready = selectors.DefaultSelector()
        kept = []
        for one in self._sockets:
            ready.register(one, selectors.EVENT_READ)
        while not self._ended.is_set():
            for key, _event in ready.select(0.1):
                listener: socket.socket = key.fileobj  # type: ignore[assignment]
                if listener.type == socket.SOCK_DGRAM:
                    self.heard.append(listener.recv(100))
                    continue
                connection, _peer = listener.accept()
                kept.append(connection)
                connection.settimeout(0.1)
                said = b""
                with suppress(OSError):
                    said = connection.recv(100)
                self.heard.append(said or b"a connection")
        ready.close()
        for connection in kept:
            connection.close()


def _sockets() -> list[socket.socket]:
    while True:
        first = socket.create_server(("127.0.0.1", 0))
        port, made = first.getsockname()[1], [first]
        try:
            for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
                datagrams = socket.socket(family, socket.SOCK_DGRAM)
                made.append(datagrams)
                datagrams.bind((host, port))
            made.append(socket.create_server(("::1", port), family=socket.AF_INET6))
        except OSError:
            # Somebody has this number in another way.
            for one in made:
                one.close()
            continue
        return made
