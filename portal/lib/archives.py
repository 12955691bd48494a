"""Opens archives piece by piece: every file in them, and in the archives in them, in bounded memory and time.

zip (also `.mpk`, `.mda`, `.jar`, Office), tar, gzip, bzip2 and xz are read from front to end as they come: nothing is
kept, no index is believed, and what lies behind the index is seen, too. An SQLite file (`.mpr`) is read row by
row, because its pages cut long values; for that it is put into a temporary file, removed before the next is opened.
What is no archive, or is a broken one, is given out as it is. 7z, rar and encrypted entries are not opened.
"""

from __future__ import annotations

import bz2
import lzma
import re
import sqlite3
import struct
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from portal.lib import archived_database
from portal.lib.client_secret import PATTERN

PIECE = 64 * 1024
# Names are shown and recorded.
NAME_LENGTH = 200
# What an archive may always unpack to, however small it is (bytes): the ratio is for large ones.
FREE = 16 * 1024 * 1024
XZ_MEMORY = 64 * 1024 * 1024


class LimitReached(Exception):
    """Not everything was looked at; `reason` is a word."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Broken(Exception):
    """The archive does not go on as it began."""


DAMAGE = (Broken, zlib.error, lzma.LZMAError, OSError, EOFError, ValueError, struct.error, sqlite3.Error)


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


Entry = tuple[str, Iterator[bytes]]


def open_all(pieces: Iterable[bytes], name: str, budget: Budget) -> Iterator[Entry]:
    """Path and content of everything in there. Read each content to its end before the next one is asked for.

    Raises `LimitReached` when the budget is used up. What lies too deep is given out unopened, see `left_out`.
    """
    return _opened(Source(_counted(pieces, budget)), _shown(name), budget, 0)


def _counted(pieces: Iterable[bytes], budget: Budget) -> Iterator[bytes]:
    for piece in pieces:
        budget.read += len(piece)
        budget.check_time()
        yield piece


def _opened(source: Source, path: str, budget: Budget, depth: int) -> Iterator[Entry]:
    budget.entry()
    opener = _opener(source.peek(512))
    if opener is None or depth >= budget.depth:
        if opener is not None:
            budget.left_out["depth"] = None
        yield path, source.rest()
        return
    try:
        for name, pieces in opener(source, budget):
            inner = Source(_spent(pieces, budget))
            yield from _opened(inner, f"{path}/{_shown(name)}" if name else path, budget, depth + 1)
    except DAMAGE:
        budget.left_out["damaged"] = None
    # What follows an archive, or the rest of a broken one.
    if source.peek(1):
        yield path, source.rest()


def _spent(pieces: Iterable[bytes], budget: Budget) -> Iterator[bytes]:
    """The content of an entry; where it breaks off, it ends."""
    try:
        for piece in pieces:
            budget.spend(len(piece))
            yield piece
    except DAMAGE:
        budget.left_out["damaged"] = None


Opener = Callable[[Source, Budget], Iterator[Entry]]


def _opener(begin: bytes) -> Opener | None:
    for magic, opener in _MAGIC.items():
        if begin.startswith(magic):
            return opener
    return _tar if begin[257:262] == b"ustar" else None


def _shown(name: str) -> str:
    """A name as it may be shown: one line, printable, not endless, and no secret itself."""
    name = PATTERN.sub("***", name)[-NAME_LENGTH:]
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in name)


def is_archive(begin: bytes) -> bool:
    """Whether a file that begins with these 512 bytes is opened."""
    return _opener(begin) is not None


_ZIP_HEADER = struct.Struct("<4sHHHHHIIIHH")
_DEFLATED, _STORED, _BZIP2 = 8, 0, 12


def _zip(source: Source, budget: Budget) -> Iterator[Entry]:
    while source.peek(4) == b"PK\x03\x04":
        fields = _ZIP_HEADER.unpack(source.take(_ZIP_HEADER.size))
        flags, method, packed, name_length, extra_length = fields[2], fields[3], fields[7], fields[9], fields[10]
        name = source.take(name_length).decode("utf-8", "replace")
        extra = source.take(extra_length)
        if packed == 0xFFFFFFFF:
            packed = _zip64_size(extra)
        if flags & 1:
            budget.left_out["encrypted"] = None
        size_follows = bool(flags & 8)
        if flags & 1 or method not in {_STORED, _DEFLATED, _BZIP2} or (method == _STORED and size_follows):
            if method != _STORED and not flags & 1:
                budget.left_out["method"] = None
            # Where it ends may not be known: then all that follows is looked at as it is.
            yield name, source.rest() if size_follows else source.limited(packed)
            continue
        if method == _STORED:
            yield name, source.limited(packed)
            continue
        unpacked = zlib.decompressobj(-15) if method == _DEFLATED else bz2.BZ2Decompressor()
        yield name, _unpacked(source, unpacked)
        if size_follows and source.peek(4) == b"PK\x07\x08":
            _skip_descriptor(source)


def _zip64_size(extra: bytes) -> int:
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        if kind == 1 and length >= 16:
            return int(struct.unpack_from("<Q", extra, 12)[0])
        extra = extra[4 + length :]
    raise Broken


def _skip_descriptor(source: Source) -> None:
    """Signature, checksum and two sizes, of 4 bytes each or of 8: the next header tells."""
    following = source.peek(24)
    source.take(16 if following[16:18] == b"PK" else 24)


def _unpacked(source: Source, unpacker: Any) -> Iterator[bytes]:
    """What a decompressor makes of the source, never more than a piece at once; stops where its stream ends."""
    fed = waiting = b""
    try:
        while not unpacker.eof:
            fed = waiting or _more(source, unpacker)
            made = unpacker.decompress(fed, PIECE)
            waiting = getattr(unpacker, "unconsumed_tail", b"")
            if made:
                yield made
    except (zlib.error, OSError, lzma.LZMAError):
        # What is no packed data is looked at as it is.
        source.give_back(fed)
        raise
    source.give_back(unpacker.unused_data)


def _more(source: Source, unpacker: Any) -> bytes:
    """The next piece, or nothing where the decompressor has not given out all of the last one."""
    if not getattr(unpacker, "needs_input", True):
        return b""
    piece = source.some(PIECE)
    if not piece:
        raise Broken
    return piece


def _gzip(source: Source, budget: Budget) -> Iterator[Entry]:
    yield "", _streams(source, lambda: zlib.decompressobj(31), b"\x1f\x8b")


def _bzip2(source: Source, budget: Budget) -> Iterator[Entry]:
    yield "", _streams(source, bz2.BZ2Decompressor, b"BZh")


def _xz(source: Source, budget: Budget) -> Iterator[Entry]:
    yield "", _streams(source, lambda: lzma.LZMADecompressor(memlimit=XZ_MEMORY), b"\xfd7zXZ\x00")


def _streams(source: Source, unpacker: Callable[[], Any], magic: bytes) -> Iterator[bytes]:
    """One stream after the other, as `cat a.gz b.gz` makes them."""
    while source.peek(len(magic)) == magic:
        yield from _unpacked(source, unpacker())


def _tar(source: Source, budget: Budget) -> Iterator[Entry]:
    name = ""
    while len(header := source.peek(512)) == 512 and header[257:262] == b"ustar":
        source.take(512)
        size, kind = _tar_number(header[124:136]), header[156:157]
        if kind in {b"L", b"x"} and size <= PIECE:
            name = _long_name(kind, source.take(size))
        else:
            plain = b"/".join(part for part in (header[345:500].split(b"\0")[0], header[:100].split(b"\0")[0]) if part)
            yield name or plain.decode("utf-8", "replace"), source.limited(size)
            name = ""
        source.take(-size % 512)


def _long_name(kind: bytes, content: bytes) -> str:
    """The name of the next entry, which did not fit into its header: as GNU or as POSIX writes it."""
    written = re.search(rb"\d+ path=([^\n]+)\n", content) if kind == b"x" else None
    return (
        (written[1] if written else content.rstrip(b"\0")).decode("utf-8", "replace") if written or kind == b"L" else ""
    )


def _tar_number(written: bytes) -> int:
    if written[0] & 0x80:
        return int.from_bytes(written[4:], "big")
    digits = written.strip(b" \0")
    return int(digits, 8) if digits else 0


def _sqlite_file(source: Source, budget: Budget) -> Iterator[Entry]:
    late = budget.started + budget.seconds
    return archived_database.tables_and_file(source.rest(), late=late, most_tables=budget.entries)


_MAGIC: dict[bytes, Opener] = {
    b"PK\x03\x04": _zip,
    b"\x1f\x8b": _gzip,
    b"BZh": _bzip2,
    b"\xfd7zXZ\x00": _xz,
    b"SQLite format 3\x00": _sqlite_file,
}
