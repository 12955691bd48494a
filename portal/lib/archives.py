"""Opens archives piece by piece: every file in them, and in the archives in them, in bounded memory and time.

zip (also `.mpk`, `.mda`, `.jar`, Office), tar, gzip, bzip2 and xz are read from front to end as they come: nothing is
kept, no index is believed, and what lies behind the index is seen, too. An SQLite file (`.mpr`) is read row by
row, because its pages cut long values; for that it is put into a temporary file, removed before the next is opened.
What is no archive, or is a broken one, is given out as it is. 7z, rar and encrypted entries are not opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from portal.lib.archive_formats import DAMAGE, Entry, opener_of
from portal.lib.archive_source import Budget, Source
from portal.lib.client_secret import PATTERN

# Names are shown and recorded.
NAME_LENGTH = 200


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
    opener = opener_of(source.peek(512))
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


def is_archive(begin: bytes) -> bool:
    """Whether a file that begins with these 512 bytes is opened."""
    return opener_of(begin) is not None


def _shown(name: str) -> str:
    """A name as it may be shown: one line, printable, not endless, and no secret itself."""
    name = PATTERN.sub("***", name)[-NAME_LENGTH:]
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in name)
