"""The last requests the emulator received, for tests and for people who wonder what their client sends."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import overload

CAPACITY = 1000


@dataclass(frozen=True)
class ReceivedRequest:
    """One request and how it ended.

    ``path`` has no query (it may carry personal data), ``client`` is the OAuth client of the caller as far
    as it was recognised, ``reason`` says why the request was refused. ``status`` is 0 for a dropped one.
    """

    method: str
    path: str
    status: int
    client: str
    reason: str


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
