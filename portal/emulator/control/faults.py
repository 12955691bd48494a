"""Faults on demand: what the Hub does on a bad day, so that clients can be tested against it."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# Both servers that run the emulator hand the raw connection to the application under their own name.
CONNECTION_KEYS = ("werkzeug.socket", "gunicorn.socket")


@dataclass(frozen=True)
class Fault:
    """One disturbance of all requests that match the pattern.

    ``pattern`` is a shell pattern over the path, with the method before it if it matters:
    ``/gateway/api/assetmanagement/*`` or ``POST /*/oauth/token``. ``*`` also matches slashes.
    ``latency`` is in seconds. ``status`` and ``body`` replace the answer. ``drop`` closes the connection
    without an answer, ``truncate`` closes it after half of the body.
    """

    pattern: str
    status: int | None = None
    latency: float = 0.0
    body: str | None = None
    drop: bool = False
    truncate: bool = False

    def matches(self, method: str, path: str) -> bool:
        """Whether the fault concerns this request."""
        subject = f"{method} {path}" if " " in self.pattern else path
        return fnmatchcase(subject, self.pattern)


class FaultPlan:
    """The faults in force; the last one added that matches a request wins."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._faults: list[Fault] = []

    def add(
        self,
        pattern: str,
        status: int | None = None,
        latency: float = 0.0,
        body: str | None = None,
        drop: bool = False,
        truncate: bool = False,
    ) -> Fault:
        """Disturb matching requests from now on; see :class:`Fault` for the meaning of each argument."""
        fault = Fault(pattern, status, latency, body, drop, truncate)
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """End all faults."""
        with self._lock:
            self._faults.clear()

    def find(self, method: str, path: str) -> Fault | None:
        """The fault for this request, or nothing."""
        with self._lock:
            return next((f for f in reversed(self._faults) if f.matches(method, path)), None)


def drop_connection(environ: WSGIEnvironment) -> ConnectionResetError:
    """Close the client's connection at once; returns the error that tells the server to give up quietly."""
    for key in CONNECTION_KEYS:
        connection = environ.get(key)
        if connection is not None:
            connection.shutdown(socket.SHUT_RDWR)
    return ConnectionResetError(errno.ECONNRESET, "connection dropped by a fault")


def half_of(body: bytes, environ: WSGIEnvironment) -> Iterator[bytes]:
    """Send the first half of the body, then close the connection although more was announced."""
    yield body[: len(body) // 2]
    raise drop_connection(environ)
