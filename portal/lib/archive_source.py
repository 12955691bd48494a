"""The bytes of an archive as they come, and the budget that reading and unpacking them has."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

PIECE = 64 * 1024
# What an archive may always unpack to, however small it is (bytes): the ratio is for large ones.
FREE = 16 * 1024 * 1024


class LimitReached(Exception):
    """Not everything was looked at; `reason` is a word."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Broken(Exception):
    """The archive does not go on as it began."""


@dataclass
class Budget:
    """What one look may cost, all archives in it together: bytes read and unpacked, entries, depth, seconds."""

    unpacked: int
    entries: int
    depth: int
    ratio: int
    seconds: float
    read: int = 0
    made: int = 0
    opened: int = 0
    # Words for what was not looked at, each once.
    left_out: dict[str, None] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    def entry(self) -> None:
        self.opened += 1
        if self.opened > self.entries:
            raise LimitReached("entries")

    def spend(self, size: int) -> None:
        self.made += size
        if self.made > self.unpacked:
            raise LimitReached("size")
        if self.made > FREE + self.ratio * self.read:
            raise LimitReached("ratio")
        self.check_time()

    def check_time(self) -> None:
        if time.monotonic() - self.started > self.seconds:
            raise LimitReached("time")


class Source:
    """Bytes that come in pieces and can be looked at before they are taken."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._held = b""

    def peek(self, size: int) -> bytes:
        """The next bytes, fewer at the end only; they stay."""
        while len(self._held) < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._held += piece
        return self._held[:size]

    def take(self, size: int) -> bytes:
        """Exactly that many bytes, or `Broken`."""
        taken = self.peek(size)
        if len(taken) < size:
            raise Broken
        self._held = self._held[size:]
        return taken

    def some(self, most: int = PIECE) -> bytes:
        """At least one byte, or none at the end."""
        piece = self._held or next((piece for piece in self._pieces if piece), b"")
        self._held = piece[most:]
        return piece[:most]

    def give_back(self, unused: bytes) -> None:
        self._held = unused + self._held

    def rest(self) -> Iterator[bytes]:
        while piece := self.some():
            yield piece

    def limited(self, size: int) -> Iterator[bytes]:
        """The next `size` bytes in pieces."""
        while size > 0:
            piece = self.some(min(size, PIECE))
            if not piece:
                raise Broken
            size -= len(piece)
            yield piece
