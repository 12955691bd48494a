"""Looking for leaked secrets in one stream with all archives in it, and in files and folders on all cores."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from threading import local

from portal.lib import archives
from portal.lib.archive_source import PIECE, Budget, LimitReached
from portal.lib.scanner import Find, Window, scan, scan_file

# Files that are handed to the threads at once.
AHEAD = 256
# Different secrets, and places of one, that a look tells: whoever wants to can write a million that look like ours.
MOST_SECRETS, MOST_PLACES = 200, 20


@dataclass
class Leak:
    """A secret that was found, and where: paths, inside of archives too."""

    find: Find
    places: list[str] = field(default_factory=list)


@dataclass
class Report:
    """The leaks, how many files were looked at, and words for what was not: see `Budget.left_out`."""

    leaks: list[Leak]
    files: int
    left_out: list[str]


def look(pieces: Iterable[bytes], name: str, budget: Budget) -> Report:
    """Everything that is found in there; nothing of the input is kept but names."""
    found: dict[str, Leak] = {}
    window = Window()
    try:
        for path, content in archives.open_all(pieces, name, budget):
            for find in scan(content, window):
                _add(found, find, path)
    except LimitReached as limit:
        budget.left_out[limit.reason] = None
    return Report(list(found.values()), budget.opened, list(budget.left_out))


def _add(found: dict[str, Leak], find: Find, path: str) -> None:
    known = found.get(find.verifier)
    if known is None and len(found) >= MOST_SECRETS:
        raise LimitReached("finds")
    if known is None:
        known = found[find.verifier] = Leak(find)
    if find.constant and not known.find.constant:
        known.find = replace(known.find, constant=find.constant)
    if path not in known.places and len(known.places) < MOST_PLACES:
        known.places.append(path)


def look_into(places: Iterable[Path], budget: Callable[[], Budget]) -> Iterator[tuple[Path, Report]]:
    """All files below these places, each with a budget of its own; symbolic links are not followed."""
    files = _files(places)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        while some := list(islice(files, AHEAD)):
            yield from zip(some, pool.map(lambda path: _looked(path, budget()), some), strict=True)


_own = local()


def _own_window() -> Window:
    if not hasattr(_own, "window"):
        _own.window = Window()
    window: Window = _own.window
    return window


def _looked(path: Path, budget: Budget) -> Report:
    with path.open("rb", buffering=0) as file:
        if archives.is_archive(os.pread(file.fileno(), 512, 0)):
            return look(iter(lambda: file.read(PIECE), b""), str(path), budget)
        found: dict[str, Leak] = {}
        try:
            for find in scan_file(file.readinto, _own_window()):
                _add(found, find, str(path))
        except LimitReached as limit:
            budget.left_out[limit.reason] = None
        return Report(list(found.values()), 1, list(budget.left_out))


def _files(places: Iterable[Path]) -> Iterator[Path]:
    for place in places:
        if place.is_dir():
            for folder, _folders, names in os.walk(place):
                paths = (Path(folder, name) for name in sorted(names))
                yield from (path for path in paths if path.is_file() and not path.is_symlink())
        else:
            yield place
