"""Searching files and folders for leaked secrets, on all cores."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from threading import local

from portal.lib.scanner import Find, Window, scan_file

# Files that are handed to the threads at once.
AHEAD = 256


def scan_tree(places: Iterable[Path]) -> Iterator[tuple[Path, Find]]:
    """Path and find for all files below these places, as they are; symbolic links are not followed."""
    files = _files(places)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        while some := list(islice(files, AHEAD)):
            for path, finds in zip(some, pool.map(_scanned, some), strict=True):
                yield from ((path, find) for find in finds)


_own = local()


def _scanned(path: Path) -> list[Find]:
    if not hasattr(_own, "window"):
        _own.window = Window()
    with path.open("rb", buffering=0) as file:
        return list(scan_file(file.readinto, _own.window))


def _files(places: Iterable[Path]) -> Iterator[Path]:
    for place in places:
        if place.is_dir():
            for folder, _folders, names in os.walk(place):
                paths = (Path(folder, name) for name in sorted(names))
                yield from (path for path in paths if path.is_file() and not path.is_symlink())
        else:
            yield place
