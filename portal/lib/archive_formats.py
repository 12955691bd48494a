"""How each form of archive is read from front to end: its entries, name and content, as they come."""

from __future__ import annotations

import bz2
import lzma
import re
import sqlite3
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from portal.lib import archived_database
from portal.lib.archive_source import PIECE, Broken, Budget, Source

XZ_MEMORY = 64 * 1024 * 1024
# What may happen while one is read that is damaged, or none.
DAMAGE = (Broken, zlib.error, lzma.LZMAError, OSError, EOFError, ValueError, struct.error, sqlite3.Error)

Entry = tuple[str, Iterator[bytes]]
Opener = Callable[[Source, Budget], Iterator[Entry]]


def opener_of(begin: bytes) -> Opener | None:
    """What opens a file that begins with these 512 bytes; None for what is no archive."""
    for magic, opener in _MAGIC.items():
        if begin.startswith(magic):
            return opener
    return _tar if begin[257:262] == b"ustar" else None


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
