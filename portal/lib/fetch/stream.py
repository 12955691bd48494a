"""Bytes to and from one server, with an end: a moment after which nothing goes on, and a number of bytes.

Each wait is as long as what is left of the time, so a server that sends one byte now and then gains nothing.
"""

from __future__ import annotations

import select
import socket
import time

from portal.lib.fetch.failures import FetchFailed, Reason

PIECE = 16 * 1024


class Deadline:
    """The moment at which a fetch ends, counted from now (seconds)."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds that are left; raises `FetchFailed` when there are none."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise FetchFailed(Reason.TOO_SLOW, "deadline")
        return left


class Stream:
    """A connected socket that keeps to the deadline and reads no more than `limit` bytes in all."""

    def __init__(self, connection: socket.socket, deadline: Deadline, limit: int) -> None:
        connection.setblocking(False)
        self._connection = connection
        self._deadline = deadline
        self._unread = limit

    def send(self, data: bytes) -> None:
        """All of it. Raises `FetchFailed` at the deadline, OSError when the connection breaks."""
        view = memoryview(data)
        while view:
            try:
                view = view[self._connection.send(view) :]
            except BlockingIOError:
                self._wait(select.POLLOUT)

    def receive(self) -> bytes:
        """The next bytes, empty at the end. Raises `FetchFailed` at the deadline and beyond the limit."""
        while True:
            self._deadline.left()
            if self._unread <= 0:
                raise FetchFailed(Reason.NO_HTTP, "too many bytes")
            try:
                data = self._connection.recv(min(PIECE, self._unread))
            except BlockingIOError:
                self._wait(select.POLLIN)
                continue
            self._unread -= len(data)
            return data

    def _wait(self, event: int) -> None:
        poll = select.poll()
        poll.register(self._connection, event)
        poll.poll(self._deadline.left() * 1000)
        self._deadline.left()
