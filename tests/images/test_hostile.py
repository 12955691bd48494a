"""More than 500 files that want to do harm, each through a process of its own: no crash, nothing of them comes out."""

from __future__ import annotations

import gc
import json
import logging
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from portal import constants
from portal.lib.images import cleaning
from portal.lib.images.cleaning import CleanImage, clean_icon
from portal.lib.images.reasons import ImageRefused, Reason
from tests.images import hostile
from tests.images.forked import Forks
from tests.images.hostile import FILES, JPEG, MB, PNG
from tests.images.pictures import CANARY, chunks, opened

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the limits and the measures are those of Linux")
# What a refusal may be for. Not FAILED: that is a mistake of ours. Not BUSY: the pool is small enough.
EXPECTED = set(Reason) - {Reason.FAILED, Reason.BUSY}
Result = CleanImage | ImageRefused
# Variations of the same few pictures: a fork each. All others get a process that is started for them, as in earnest.
FORKED = {name: content for name, content in FILES.items() if " mutated " in name or " cut at " in name}
STARTED = {name: content for name, content in FILES.items() if name not in FORKED}


@dataclass
class Run:
    results: dict[str, Result]
    logged: list[str]
    grown: int
    highest: int


def looked(content: bytes) -> Result:
    try:
        return clean_icon(content)
    except ImageRefused as refused:
        return refused


def memory(name: str) -> int:
    """Bytes of this process, by their name in the kernel's list."""
    found = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) * 1024 if found else 0


class Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """All of them, two at a time. The time limit is wide: other tests run on this machine."""
    kept, patch = Kept(), pytest.MonkeyPatch()
    patch.setattr(constants, "IMAGE_SECONDS", 30)
    logging.getLogger("portal.lib.images").addHandler(kept)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(looked, [PNG, JPEG] * 4))
        gc.collect()
        Path("/proc/self/clear_refs").write_text("5")  # from now on, the highest mark is that of this run
        before = memory("VmRSS")
        results = dict(zip(STARTED, pool.map(looked, STARTED.values()), strict=True))
        patch.setattr(cleaning, "_asked", forks := Forks(json.dumps(cleaning.icon_order())))
        results |= zip(FORKED, pool.map(looked, FORKED.values()), strict=True)
        forks.close()
        gc.collect()
        yield Run(results, kept.lines, memory("VmRSS") - before, memory("VmHWM") - before)
    logging.getLogger("portal.lib.images").removeHandler(kept)
    patch.undo()


def test_there_are_more_than_500() -> None:
    assert len(FILES) > 500
    assert len(set(FILES.values())) > 500


def test_each_is_taken_or_refused_for_a_reason(run: Run) -> None:
    refused = {name: result for name, result in run.results.items() if isinstance(result, ImageRefused)}
    assert {name: result.reason for name, result in refused.items() if result.reason not in EXPECTED} == {}
    assert all(result.message for result in refused.values())
    # Both happen, or the run says nothing.
    assert 100 < len(refused) < len(FILES) - 100


def test_no_child_crashed(run: Run) -> None:
    assert run.logged == []


def test_this_process_did_not_grow(run: Run) -> None:
    assert run.grown < 8 * MB
    assert run.highest < 40 * MB


def test_what_comes_out_is_an_icon_without_anything_else(run: Run) -> None:
    for name, result in run.results.items():
        if isinstance(result, CleanImage):
            names = [chunk for chunk, _content in chunks(result.png)]
            assert set(names) == {b"IHDR", b"IDAT", b"IEND"}, name
            assert result.png.endswith(b"IEND\xaeB`\x82"), name
            image = opened(result.png)
            assert image.size == (256, 256), name
            assert image.info == {}, name
            assert not image.getexif(), name


def test_nothing_of_the_sender_is_in_it(run: Run) -> None:
    for name, result in run.results.items():
        if isinstance(result, CleanImage):
            assert result.png != FILES[name], name
            assert not any(word in result.png for word in (CANARY, b"<script", b"<?php", b"%PDF", b"PK\x03\x04")), name


REFUSED = {
    Reason.VECTOR: ["SVG", "SVG with declaration", "SVG with mark", "SVG with doctype", "SVG in upper case", "HTML"],
    Reason.FORMAT: ["GIF", "GIF and JavaScript", "PDF", "BMP", "TIFF", "AVIF", "php alone", "zip before PNG", "zeros"],
    Reason.PIXELS: ["PNG of 50000 × 50000", "PNG of 5001 × 5000", "JPEG of 65500 × 65500", "WebP of 16383 × 16383"],
    Reason.ANIMATED: ["animated PNG", "animated WebP"],
    Reason.EMPTY: ["empty"],
    Reason.BYTES: ["more than may be sent"],
    Reason.SMALL: ["1 × 1", "PNG of 100000 × 1", "PNG of 1 × 100000"],
}


@pytest.mark.parametrize("reason", REFUSED)
def test_refused_for_the_right_reason(run: Run, reason: Reason) -> None:
    results = {name: run.results[name] for name in REFUSED[reason]}
    told = {name: result.reason if isinstance(result, ImageRefused) else None for name, result in results.items()}
    assert told == dict.fromkeys(results, reason)


TAKEN = [
    *(
        f"{form} and {tail} behind it"
        for form in ("PNG", "JPEG", "WebP")
        for tail in ("html", "zip", "js", "php", "pdf")
    ),
    *(f"{form} with place and camera" for form in ("PNG", "JPEG", "WebP")),
    *(f"PNG {mode}" for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
    "palette with transparency",
    "JPEG CMYK",
    "JPEG grey",
    "JPEG progressive",
    "two JPEGs in one",
]


def test_rare_but_harmless_is_taken(run: Run) -> None:
    assert [name for name in TAKEN if not isinstance(run.results[name], CleanImage)] == []


def test_the_files_are_the_same_in_each_run() -> None:
    assert dict(hostile.mutated()) == {name: FILES[name] for name in FILES if " mutated " in name}
