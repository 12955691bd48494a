"""Reading an SQLite file of a stranger, such as an `.mpr`: row by row, because its pages cut long values."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress

from portal.lib.archive_source import PIECE

ROW_LIMIT = 16 * 1024 * 1024


def tables_and_file(pieces: Iterable[bytes], *, late: float, most_tables: int) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Every table row by row, then the file itself, for what was deleted and is still there.

    `late` is the moment of `time.monotonic` after which no statement goes on.
    """
    with tempfile.NamedTemporaryFile(prefix="leaks-") as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        with suppress(sqlite3.Error), closing(_database(file.name, late)) as database:
            known = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchmany(most_tables)
            for table, sql in known:
                if not str(sql).upper().startswith("CREATE VIRTUAL"):
                    yield str(table), _rows(database, str(table))
        file.seek(0)
        yield "", iter(lambda: file.read(PIECE), b"")


def _database(path: str, late: float) -> sqlite3.Connection:
    """A stranger's database, read only: no extension, no function of its schema, no row larger than ROW_LIMIT."""
    database = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, ROW_LIMIT)
    database.set_progress_handler(lambda: time.monotonic() > late, 10_000)
    for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "mmap_size=0", "cache_size=-2000", "query_only=ON"):
        database.execute(f"PRAGMA {pragma}")
    database.text_factory = lambda text: text.decode("utf-8", "replace")
    return database


def _rows(database: sqlite3.Connection, table: str) -> Iterator[bytes]:
    quoted = table.replace('"', '""')
    with suppress(sqlite3.Error):
        for row in database.execute(f'SELECT * FROM "{quoted}"'):  # noqa: S608 - a quoted name
            for value in row:
                if isinstance(value, str | bytes):
                    yield value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
                    yield b"\n"
