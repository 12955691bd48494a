"""Faults on demand: what the Hub does on a bad day, so that clients can be tested against it."""

from __future__ import annotations

import errno
import math
import os
import random
import socket
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# Both servers that run the emulator hand the raw connection to the application under their own name.
CONNECTION_KEYS = ("werkzeug.socket", "gunicorn.socket")
LONGEST_LATENCY = 60.0
"""Seconds."""
MOST_FAULTS = 100
MOST_TIMES = 1_000_000
LONGEST_RETRY = 86_400
LONGEST_PATTERN = 500


class WrongFault(ValueError):
    """A fault cannot work like this; the message says what to write instead."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One disturbance of all requests that match the pattern.

    ``pattern`` is a shell pattern over the path, with the method before it if it matters:
    ``/gateway/api/assetmanagement/*`` or ``POST /*/oauth/token``. ``*`` also matches slashes.

    ``status`` and ``body`` replace the answer; a refusal without a body gets the one of the service. ``retry_after``
    (seconds) adds that header. ``latency`` (seconds) delays. ``broken_json`` breaks the syntax of the answer in its
    middle, ``truncate`` closes the connection there. ``drop`` closes the connection without an answer, ``reset``
    resets it (TCP RST).

    ``probability`` is that of each matching request to be hit, ``times`` how many are hit at most.

    :raises WrongFault: a field is of the wrong kind or out of its range.
    """

    pattern: str
    status: int | None = None
    latency: float = 0.0
    body: str | None = None
    retry_after: int | None = None
    broken_json: bool = False
    truncate: bool = False
    drop: bool = False
    reset: bool = False
    probability: float = 1.0
    times: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.pattern, str) or not 0 < len(self.pattern) <= LONGEST_PATTERN:
            raise WrongFault("pattern: write a shell pattern over the path, for example /gateway/api/*.")
        _require_number("status", self.status, 200, 599, whole=True)
        _require_number("latency", self.latency, 0, LONGEST_LATENCY)
        _require_number("retry_after", self.retry_after, 0, LONGEST_RETRY, whole=True)
        _require_number("probability", self.probability, 0, 1)
        _require_number("times", self.times, 1, MOST_TIMES, whole=True)
        if self.latency is None or self.probability is None:
            raise WrongFault("latency and probability are numbers. Leave them out for the usual value.")
        if self.body is not None and not _is_sendable(self.body):
            raise WrongFault("body: write text that can be sent as UTF-8.")
        for name in ("broken_json", "truncate", "drop", "reset"):
            if not isinstance(getattr(self, name), bool):
                raise WrongFault(f"{name}: write true or false.")

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Fault:
        """The fault described by a JSON object with the names of the fields.

        :raises WrongFault: a name is unknown, the pattern is missing, or a value cannot work.
        """
        known = [field.name for field in fields(cls)]
        for name in values:
            if name not in known:
                raise WrongFault(f"There is no field {name[:100]!r}. Write some of {', '.join(known)}.")
        return cls(**{"pattern": "", **values})

    @property
    def effects(self) -> str:
        """What it does, in words: "status 503, Retry-After 5, 30 % of requests"."""
        words = [
            f"latency {self.latency:g} s" if self.latency else "",
            f"status {self.status}" if self.status is not None else "",
            "own body" if self.body is not None else "",
            f"Retry-After {self.retry_after}" if self.retry_after is not None else "",
            *(name.replace("_", " ") for name in ("broken_json", "truncate", "drop", "reset") if getattr(self, name)),
            f"{self.probability * 100:.4g} % of requests" if self.probability < 1 else "",
            f"at most {self.times} times" if self.times is not None else "",
        ]
        return ", ".join(filter(None, words)) or "none"

    def matches(self, method: str, path: str) -> bool:
        """Whether the fault concerns this request."""
        subject = f"{method} {path}" if " " in self.pattern else path
        return fnmatchcase(subject, self.pattern)


class FaultInForce:
    """A fault with its id and how many requests it hit. Its own sequence of draws makes a run repeatable."""

    def __init__(self, fault: Fault, number: int, seed: str) -> None:
        self.id = f"f{number}"
        self.fault = fault
        self.hits = 0
        self._draws = random.Random(f"{seed}:{number}:{fault.pattern}")  # noqa: S311

    def hit(self) -> bool:
        """Whether it strikes the matching request at hand; a strike counts."""
        fault = self.fault
        if fault.times is not None and self.hits >= fault.times:
            return False
        if fault.probability < 1 and self._draws.random() >= fault.probability:
            return False
        self.hits += 1
        return True

    def description(self) -> dict[str, Any]:
        """Id, hits and all fields."""
        values = {field.name: getattr(self.fault, field.name) for field in fields(self.fault)}
        return {"id": self.id, "hits": self.hits, **values}


class FaultPlan:
    """The faults in force; of those that strike a request the last one added wins."""

    def __init__(self, seed: str = "") -> None:
        """The draws of a fault's probability follow from the seed and the fault's number."""
        self._lock = Lock()
        self._seed = seed
        self._faults: list[FaultInForce] = []
        self._number = 0

    def __iter__(self) -> Iterator[FaultInForce]:
        with self._lock:
            return iter(list(self._faults))

    def add(self, pattern: str, **values: Any) -> FaultInForce:
        """Disturb matching requests from now on; ``values`` are fields of :class:`Fault`.

        :raises WrongFault: a field cannot work, or there are too many faults.
        """
        return self.put(Fault.read({"pattern": pattern, **values}))

    def put(self, fault: Fault) -> FaultInForce:
        """Put a fault into force.

        :raises WrongFault: there are too many.
        """
        with self._lock:
            if len(self._faults) >= MOST_FAULTS:
                raise WrongFault(f"There are {MOST_FAULTS} faults already. End some first.")
            self._number += 1
            added = FaultInForce(fault, self._number, self._seed)
            self._faults.append(added)
            return added

    def end(self, fault_id: str) -> None:
        """End one fault.

        :raises KeyError: there is none with this id.
        """
        with self._lock:
            kept = [entry for entry in self._faults if entry.id != fault_id]
            if len(kept) == len(self._faults):
                raise KeyError(fault_id)
            self._faults = kept

    def clear(self, seed: str | None = None) -> None:
        """End all faults; numbering and draws begin anew, those of another seed if one is given."""
        with self._lock:
            self._seed = self._seed if seed is None else seed
            self._faults = []
            self._number = 0

    def find(self, method: str, path: str) -> FaultInForce | None:
        """The fault that strikes this request, or nothing."""
        with self._lock:
            matching = (entry for entry in reversed(self._faults) if entry.fault.matches(method, path))
            return next((entry for entry in matching if entry.hit()), None)


def drop_connection(environ: WSGIEnvironment) -> ConnectionResetError:
    """Close the client's connection at once; returns the error that tells the server to give up quietly."""
    for connection in _connections(environ):
        connection.shutdown(socket.SHUT_RDWR)
    return ConnectionResetError(errno.ECONNRESET, "connection dropped by a fault")


def reset_connection(environ: WSGIEnvironment) -> ConnectionResetError:
    """Reset the client's connection (TCP RST) instead of closing it; returns the same error."""
    for connection in _connections(environ):
        # Linger for 0 seconds: closing discards what is unsent and sends RST.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # The server would say goodbye (FIN) before it closes. It gets a socket that has ended under the same number
        # instead, which closes ours without freeing the number for another thread.
        ended, other = socket.socketpair()
        other.close()
        with ended:
            os.dup2(ended.fileno(), connection.fileno())
    return ConnectionResetError(errno.ECONNRESET, "connection reset by a fault")


def half_of(body: bytes, environ: WSGIEnvironment) -> Iterator[bytes]:
    """Send the first half of the body, then close the connection although more was announced."""
    yield body[: len(body) // 2]
    raise drop_connection(environ)


def _connections(environ: WSGIEnvironment) -> Iterator[socket.socket]:
    return (environ[key] for key in CONNECTION_KEYS if environ.get(key) is not None)


def _require_number(name: str, value: Any, least: float, most: float, whole: bool = False) -> None:
    if value is None:
        return
    kinds = (int,) if whole else (int, float)
    is_number = isinstance(value, kinds) and not isinstance(value, bool) and math.isfinite(value)
    if not is_number or not least <= value <= most:
        kind = "a whole number" if whole else "a number"
        raise WrongFault(f"{name}: write {kind} from {least:g} to {most:g}.")


def _is_sendable(body: Any) -> bool:
    try:
        return isinstance(body, str) and body.encode() is not None
    except UnicodeEncodeError:
        return False
