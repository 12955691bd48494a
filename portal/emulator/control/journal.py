"""The last requests the emulator received, for tests and for people who wonder what their client sends."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, overload

from portal.emulator.control.clock import utc_text

CAPACITY = 1000
LONGEST_TEXT = 500
"""Characters of a path or a reason that are kept."""


@dataclass(frozen=True)
class ReceivedRequest:
    """One request and how it ended.

    ``path`` has no query (it may carry personal data). ``client`` and ``tenant`` are the caller's as far as they were
    recognised. ``reason`` says why the request was allowed or refused, ``limit`` which limit applied, ``fault`` the id
    of the fault that struck it. ``status`` is 0 for one without an answer, ``time`` is that of the emulator's clock
    (epoch seconds), ``duration_ms`` what it took in real milliseconds.
    """

    method: str
    path: str
    status: int
    client: str
    reason: str
    tenant: str = field(default="", kw_only=True)
    limit: str = field(default="", kw_only=True)
    fault: str = field(default="", kw_only=True)
    time: float = field(default=0.0, kw_only=True)
    duration_ms: float = field(default=0.0, kw_only=True)

    def description(self) -> dict[str, Any]:
        """All of it as JSON values, the time as ISO text."""
        return {
            "time": utc_text(self.time),
            "method": self.method,
            "path": self.path,
            "status": self.status,
            "client": self.client,
            "tenant": self.tenant,
            "reason": self.reason,
            "limit": self.limit,
            "fault": self.fault,
            "duration_ms": self.duration_ms,
        }


class Journal(Sequence[ReceivedRequest]):
    """A bounded list of received requests, oldest first."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._lock = Lock()
        self._entries: deque[ReceivedRequest] = deque(maxlen=capacity)

    def record(self, entry: ReceivedRequest) -> None:
        """Append an entry; the oldest one makes room."""
        with self._lock:
            self._entries.append(entry)

    def clear(self) -> None:
        """Forget all entries."""
        with self._lock:
            self._entries.clear()

    def newest(
        self, limit: int = CAPACITY, path: str = "", status: int | None = None, client: str = ""
    ) -> list[ReceivedRequest]:
        """The last requests, newest first: whose path contains a text, with this status, of this client."""
        found = (
            entry
            for entry in reversed(self._copy())
            if path in entry.path and status in (None, entry.status) and client in ("", entry.client)
        )
        return [entry for entry, _ in zip(found, range(limit), strict=False)]

    def _copy(self) -> list[ReceivedRequest]:
        with self._lock:
            return list(self._entries)

    @overload
    def __getitem__(self, index: int) -> ReceivedRequest: ...
    @overload
    def __getitem__(self, index: slice) -> list[ReceivedRequest]: ...
    def __getitem__(self, index: int | slice) -> ReceivedRequest | list[ReceivedRequest]:
        return self._copy()[index]

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[ReceivedRequest]:
        return iter(self._copy())
