"""Archives that want to do harm: by size, number, depth, names, lies and broken pieces.

`python -m tests.leaks.hostile` looks into all of them and prints by how many bytes the process grew.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import resource
import sqlite3
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from portal.lib.archive_source import PIECE, Budget
from portal.lib.leaks import Report, look

MB = 1024 * 1024


def budget() -> Budget:
    return Budget(unpacked=128 * MB, entries=2000, depth=8, ratio=200, seconds=20)


def zipped(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return out.getvalue()


def tarred(*entries: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in entries:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def zeros(unpacker: Callable[[bytes], bytes], megabytes: int) -> bytes:
    """That many megabytes of nothing, packed; one stream after the other."""
    return unpacker(bytes(16 * MB)) * (megabytes // 16)


def deflated(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return b"".join(packer.compress(bytes(MB)) for _ in range(megabytes)) + packer.flush()


def local_header(name: bytes, method: int, packed: int, flags: int = 0, extra: bytes = b"") -> bytes:
    fields = (b"PK\x03\x04", 20, flags, method, 0, 0, 0, packed, 0, len(name), len(extra))
    return struct.pack("<4sHHHHHIIIHH", *fields) + name + extra


def zip_bomb(megabytes: int = 1024) -> bytes:
    content = deflated(megabytes)
    return local_header(b"bomb", 8, len(content)) + content


def nested(depth: int, wrap: Callable[[bytes], bytes], content: bytes = b"x") -> bytes:
    for _ in range(depth):
        content = wrap(content)
    return content


def wide_and_deep() -> bytes:
    """Ten times ten times ten … times 10 MB: the classic 42.zip."""
    content = zipped(("0", bytes(10 * MB)))
    for _ in range(5):
        content = zipped(*((f"{number}", content) for number in range(10)))
    return content


def overlapping() -> bytes:
    """One kernel that 60,000 entries of the central directory point to."""
    content = deflated(10)
    header = local_header(b"kernel", 8, len(content)) + content
    one = struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, 0, len(content), 10 * MB, 6, 0, 0, 0, 0, 0, 0)
    index = (one + b"kernel") * 60_000
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 60_000, 60_000, len(index), len(header), 0)
    return header + index + end


def database(*statements: str) -> bytes:
    with tempfile.NamedTemporaryFile() as file:
        connection = sqlite3.connect(file.name, isolation_level=None)
        connection.execute("BEGIN")
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()
        return Path(file.name).read_bytes()


_FILL = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) INSERT INTO t SELECT {} FROM n"


def tar_header(name: bytes, size: bytes, kind: bytes = b"0") -> bytes:
    header = bytearray(512)
    header[: len(name)], header[124 : 124 + len(size)], header[156:157] = name, size, kind
    header[257:263] = b"ustar\0"
    return bytes(header)


def xz_that_wants_memory() -> bytes:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 512 * MB}]
    return lzma.compress(b"x" * 1000, filters=filters)


def cut(content: bytes) -> bytes:
    return content[: len(content) * 2 // 3]


def torn(content: bytes) -> bytes:
    chosen, torn = random.Random(3), bytearray(content)
    for _ in range(len(torn) // 50):
        torn[chosen.randrange(30, len(torn))] = chosen.randrange(256)
    return bytes(torn)


def _some() -> bytes:
    return random.Random(4).randbytes(200_000)


ARCHIVES: dict[str, Callable[[], bytes]] = {
    "zip of 1 GB of zeros": zip_bomb,
    "gzip of 1 GB of zeros": lambda: zeros(gzip.compress, 1024),
    "bzip2 of 1 GB of zeros": lambda: zeros(bz2.compress, 1024),
    "xz of 1 GB of zeros": lambda: zeros(lzma.compress, 1024),
    "gzip in gzip": lambda: gzip.compress(zeros(gzip.compress, 1024)),
    "bzip2 in gzip in xz": lambda: lzma.compress(gzip.compress(zeros(bz2.compress, 512))),
    "42.zip": wide_and_deep,
    "overlapping entries": overlapping,
    "a thousand zips in each other": lambda: nested(
        1000, lambda inner: zipped(("z", inner), method=zipfile.ZIP_STORED)
    ),
    "a hundred gzips in each other": lambda: nested(100, gzip.compress),
    "a hundred tars in each other": lambda: nested(100, lambda inner: tarred(("t", inner))),
    "a hundred thousand empty files in a zip": lambda: local_header(b"a", 0, 0) * 100_000,
    "a hundred thousand empty files in a tar": lambda: tar_header(b"a", b"0") * 100_000,
    "a hundred thousand empty gzips": lambda: gzip.compress(b"") * 100_000,
    "entry that says it has 4 GB": lambda: local_header(b"a", 0, 0xFFFFFFF0) + _some(),
    "zip64 entry that says it has 2**63 bytes": lambda: (
        local_header(b"a", 0, 0xFFFFFFFF, extra=struct.pack("<HHQQ", 1, 16, 2**63, 2**63)) + _some()
    ),
    "zip64 entry without its size": lambda: local_header(b"a", 0, 0xFFFFFFFF) + _some(),
    "name of 64 KB": lambda: local_header(b"../" * 21_845, 0, 5) + b"hello",
    "name with terminal codes": lambda: zipped(("\x1b]0;x\x07\n\r\u202e", b"hello")),
    "way out of the folder": lambda: zipped(("../../../../etc/passwd", b"hello"), ("/etc/passwd", b"hello")),
    "deflate that is none": lambda: local_header(b"a", 8, 1000) + _some(),
    "method that nobody knows": lambda: local_header(b"a", 99, 1000) + _some(),
    "stored, size unknown": lambda: local_header(b"a", 0, 0, flags=8) + _some(),
    "encrypted": lambda: local_header(b"a", 8, 1000, flags=1) + _some(),
    "zip that ends in a header": lambda: zipped(("a", _some()))[:-30] + b"PK\x03\x04\x00",
    "cut zip": lambda: cut(zipped(("a", _some()), ("b", _some()))),
    "cut gzip": lambda: cut(gzip.compress(_some())),
    "cut bzip2": lambda: cut(bz2.compress(_some())),
    "cut xz": lambda: cut(lzma.compress(_some())),
    "cut tar": lambda: cut(tarred(("a", _some()))),
    "torn zip": lambda: torn(zipped(*((f"{number}", _some()) for number in range(20)))),
    "torn gzip": lambda: torn(gzip.compress(_some())),
    "torn xz": lambda: torn(lzma.compress(_some())),
    "torn tar": lambda: torn(tarred(*((f"{number}", _some()) for number in range(20)))),
    "tar entry that says it has 2**80 bytes": lambda: tar_header(b"a", b"\x80" + b"\xff" * 11) + _some(),
    "tar entry with a size that is no number": lambda: tar_header(b"a", b"zzzzzzzzzzz") + _some(),
    "tar with a name of 1 GB": lambda: tar_header(b"a", b"10000000000", b"L") + _some(),
    "tar with a pax header of 1 GB": lambda: tar_header(b"a", b"10000000000", b"x") + _some(),
    "tar with links": lambda: (
        tar_header(b"a", b"0", b"2") + tar_header(b"/dev/zero", b"0", b"1") + tar_header(b"d", b"0", b"3")
    ),
    "xz that wants 512 MB": xz_that_wants_memory,
    "database with a row of 60 MB": lambda: database(
        "CREATE TABLE t(a)", f"INSERT INTO t VALUES (zeroblob({60 * MB}))"
    ),
    "database that makes 1 GB": lambda: database(
        f"CREATE TABLE t(a, b AS (zeroblob({15 * MB} + length(a))))",
        _FILL.format(2000, "'x'").replace("t SELECT", "t(a) SELECT"),
    ),
    "database that makes a row of 900 MB": lambda: database(
        f"CREATE TABLE t(a, b AS (zeroblob({900 * MB} + length(a))))", "INSERT INTO t(a) VALUES ('x')"
    ),
    "database with a million rows": lambda: database("CREATE TABLE t(a)", _FILL.format(1_000_000, "i")),
    "database with 3000 tables": lambda: database(*(f'CREATE TABLE "t{number}"(a)' for number in range(3000))),
    "database with a virtual table and a view": lambda: database(
        "CREATE VIRTUAL TABLE v USING fts5(a)",
        "CREATE VIEW w AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT * FROM n",
    ),
    "torn database": lambda: torn(database("CREATE TABLE t(a)", _FILL.format(20_000, "hex(randomblob(20))"))),
    "a header of a database": lambda: b"SQLite format 3\x00" + _some(),
    "a million secrets that look like ours": lambda: b"".join(_lookalikes(20_000)),
}


def _lookalikes(number: int) -> Iterator[bytes]:
    from portal.lib import client_secret

    return (f"{client_secret.generate().reveal()}\n".encode() for _ in range(number))


def looked(content: bytes) -> Report:
    pieces = (content[at : at + PIECE] for at in range(0, len(content), PIECE))
    return look(pieces, "upload", budget())


def main() -> None:
    made = {name: make() for name, make in ARCHIVES.items()}
    looked(zipped(("a", _some())))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for content in made.values():
        looked(content)
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)


if __name__ == "__main__":
    main()
