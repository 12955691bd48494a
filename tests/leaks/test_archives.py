"""Looking into archives: what is in them is found, and none of them does harm."""

from __future__ import annotations

import base64
import bz2
import gzip
import lzma
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from portal.lib import client_secret
from portal.lib.archive_source import Budget
from tests.leaks.hostile import ARCHIVES, MB, database, looked, tarred, zipped

SECRET = client_secret.generate().reveal()
TEXT = f"hello\nsecret={SECRET}\n".encode()
LARGE = base64.b64encode(bytes(range(256)) * 2000) + TEXT


def mpr(content: bytes = TEXT) -> bytes:
    """A Mendix project: units as blobs, longer than the pages of the database."""
    blob = (b"x" * 3000 + content).hex()
    return database(
        "CREATE TABLE Unit(UnitID, Name)",
        "CREATE TABLE UnitContents(UnitID, Contents)",
        f"INSERT INTO UnitContents VALUES (1, x'{blob}')",
    )


FOUND: dict[str, tuple[Callable[[], bytes], str]] = {
    "text": (lambda: TEXT, "upload"),
    "zip": (lambda: zipped(("a.txt", b"x"), ("conf/b.env", TEXT)), "upload/conf/b.env"),
    "stored zip": (lambda: zipped(("b.env", TEXT), method=zipfile.ZIP_STORED), "upload/b.env"),
    "zip with bzip2": (lambda: zipped(("b.env", TEXT), method=zipfile.ZIP_BZIP2), "upload/b.env"),
    "tar": (lambda: tarred(("a", b"x"), ("b", TEXT), ("c", b"y")), "upload/b"),
    "tar with a long name": (lambda: tarred(("x/" * 80 + "b", TEXT)), "upload/" + "x/" * 80 + "b"),
    "tar.gz": (lambda: gzip.compress(tarred(("b", LARGE))), "upload/b"),
    "tar.bz2": (lambda: bz2.compress(tarred(("b", LARGE))), "upload/b"),
    "tar.xz": (lambda: lzma.compress(tarred(("b", LARGE))), "upload/b"),
    "two gzips in one file": (lambda: gzip.compress(b"x") + gzip.compress(TEXT), "upload"),
    "mpr": (mpr, "upload/UnitContents"),
    "mpk with an mpr": (lambda: zipped(("project.mpr", mpr())), "upload/project.mpr/UnitContents"),
    "zip in tar.gz in zip": (
        lambda: zipped(("app.tgz", gzip.compress(tarred(("app.mda", zipped(("model/metadata.json", TEXT))))))),
        "upload/app.tgz/app.mda/model/metadata.json",
    ),
    "behind the end of a zip": (lambda: zipped(("a", b"x")) + TEXT, "upload"),
    "behind a broken gzip": (lambda: b"\x1f\x8b\x08\x00garbage " + TEXT, "upload"),
    "deleted from a database": (
        lambda: database(
            "PRAGMA secure_delete=OFF", "CREATE TABLE t(a)", f"INSERT INTO t VALUES ('{SECRET}')", "DROP TABLE t"
        ),
        "upload",
    ),
}


@pytest.mark.parametrize("name", FOUND)
def test_secret_is_found_with_its_place(name: str) -> None:
    make, place = FOUND[name]
    report = looked(make())
    assert [leak.find.verifier for leak in report.leaks] == [client_secret.verifier(SECRET)]
    assert report.leaks[0].places[0] == place


def test_zip_written_to_a_pipe_has_its_sizes_behind(tmp_path: Path) -> None:
    class Pipe:
        def __init__(self) -> None:
            self.written = b""

        def write(self, piece: bytes) -> int:
            self.written += piece
            return len(piece)

        def flush(self) -> None: ...

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[arg-type]
        for name in ("a", "b", "c"):
            with archive.open(name, "w", force_zip64=name == "b") as entry:
                entry.write(LARGE if name == "c" else b"x")
    report = looked(pipe.written)
    assert report.leaks[0].places == ["upload/c"]
    assert report.left_out == []


def test_name_that_is_a_secret_is_no_place() -> None:
    report = looked(zipped((f"{SECRET}.txt", TEXT)))
    assert report.leaks[0].places[0] == "upload/***.txt"
    assert SECRET not in str(report)


@pytest.mark.parametrize(("name", "reason"), [("encrypted", "encrypted"), ("cut zip", "damaged"), ("42.zip", "ratio")])
def test_what_was_not_looked_at_is_said(name: str, reason: str) -> None:
    assert reason in looked(ARCHIVES[name]()).left_out


@pytest.mark.parametrize("name", ARCHIVES)
def test_hostile_archive_ends_in_time(name: str) -> None:
    content = ARCHIVES[name]()
    started = time.process_time()
    report = looked(content)
    assert time.process_time() - started < 10
    assert len(report.leaks) <= 200
    assert all(place.isprintable() for leak in report.leaks for place in leak.places)


def test_hostile_archives_do_not_make_the_process_grow() -> None:
    answer = subprocess.run([sys.executable, "-m", "tests.leaks.hostile"], capture_output=True, check=True, timeout=300)
    assert len(ARCHIVES) >= 30
    assert int(answer.stdout) < 150 * MB


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"unpacked": MB}, "size"),
        ({"entries": 3}, "entries"),
        ({"depth": 1}, "depth"),
        ({"seconds": 0.0}, "time"),
    ],
)
def test_each_limit_holds(limits: dict[str, float], reason: str) -> None:
    from portal.lib.leaks import look

    usual: dict[str, float] = {"unpacked": 128 * MB, "entries": 100, "depth": 8, "ratio": 200, "seconds": 20}
    content = zipped(*((f"{number}", zipped(("a", bytes(MB)))) for number in range(5)))
    report = look([content], "upload", Budget(**usual | limits))  # type: ignore[arg-type]
    assert report.left_out == [reason]
