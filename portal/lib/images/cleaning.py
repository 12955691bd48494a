"""`clean_icon` and `clean_screenshot`: a picture from a stranger becomes a PNG of ours. Decoded in a child process.

The child has a clean environment, no Django, the limits of `portal.constants`, and one picture to live for. What it
sends back is read up to a limit and looked at before it is believed. How many children run, and how many requests
wait for one, is limited in each process.
"""

from __future__ import annotations

import json
import logging
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from threading import BoundedSemaphore
from typing import IO, Any, TypedDict, cast

from portal import constants
from portal.lib.images.plain_png import plain_size
from portal.lib.images.reasons import ImageRefused, Reason
from portal.lib.images.seen import HubBar

logger = logging.getLogger(__name__)
# The longest first line of a child, in bytes.
HEAD = 1024
# Refused before a child is started: only for its advice, the decoders would refuse them as well.
MARKUP = (b"<?xml", b"<svg", b"<!doc", b"<html", b"<!--", b"\x1f\x8b")


@dataclass(frozen=True)
class PictureFacts:
    """What was to be seen on the picture as it was sent, upright: its pixels, whether it is almost one colour (below
    the Hub's bar, where there is one), and whether that bar is on top (screenshots only)."""

    width: int
    height: int
    blank: bool
    hub_bar: HubBar


@dataclass(frozen=True)
class CleanImage:
    """A PNG that this portal made: pixels without metadata; its size and what is to be seen on it."""

    png: bytes
    width: int
    height: int
    facts: PictureFacts


def clean_icon(picture: bytes) -> CleanImage:
    """An icon of the usual size, transparent where it was. Raises `ImageRefused`.

    Blocks for about 0.1 seconds, at most three times IMAGE_SECONDS.
    """
    return _cleaned(picture, icon_order())


def clean_screenshot(picture: bytes) -> CleanImage:
    """A screenshot on white, not longer than SCREENSHOT_SIZE. Raises `ImageRefused`. Blocks as `clean_icon` does."""
    return _cleaned(picture, screenshot_order())


class Order(TypedDict):
    """What a child shall make, and what that may cost: bytes, seconds, pixels."""

    kind: str
    least: int
    most: int
    size: int
    memory: int
    seconds: int
    pixels: int
    stored: int


def icon_order() -> Order:
    return _order("icon", constants.ICON_LEAST, constants.ICON_MOST, constants.ICON_SIZE)


def screenshot_order() -> Order:
    return _order("screenshot", constants.SCREENSHOT_LEAST, constants.IMAGE_PIXELS, constants.SCREENSHOT_SIZE)


def _order(kind: str, least: int, most: int, size: int) -> Order:
    return {
        "kind": kind,
        "least": least,
        "most": most,
        "size": size,
        "memory": constants.IMAGE_MEMORY,
        "seconds": constants.IMAGE_SECONDS,
        "pixels": constants.IMAGE_PIXELS,
        "stored": constants.IMAGE_UPLOAD,
    }


def _cleaned(picture: bytes, order: Order) -> CleanImage:
    if not picture:
        raise ImageRefused(Reason.EMPTY)
    if len(picture) > constants.IMAGE_UPLOAD:
        raise ImageRefused(Reason.BYTES)
    if picture.lstrip(b"\xef\xbb\xbf \t\r\n")[:5].lower().startswith(MARKUP):
        raise ImageRefused(Reason.VECTOR)
    with _turn():
        answer = _asked(picture, json.dumps(order))
    return _believed(answer, order)


# Whose turn it is. A child is 0.1 seconds of a core; a request that waits is a thread that serves nobody else.

_children = BoundedSemaphore(constants.IMAGE_AT_ONCE)
_requests = BoundedSemaphore(constants.IMAGE_AT_ONCE + constants.IMAGE_WAITING)


@contextmanager
def _turn() -> Iterator[None]:
    if not _requests.acquire(blocking=False):
        raise ImageRefused(Reason.BUSY)
    try:
        if not _children.acquire(timeout=2 * constants.IMAGE_SECONDS):
            raise ImageRefused(Reason.BUSY)
        try:
            yield
        finally:
            _children.release()
    finally:
        _requests.release()


# The child.

_ROOT = Path(__file__).resolve().parents[3]


def _command(order: str) -> list[str]:
    """Isolated from the environment, and without the start-up files of site-packages, which take longer than Pillow."""
    pillow = cast("ModuleSpec", find_spec("PIL"))
    places = [str(Path(str(pillow.origin)).parents[1]), str(_ROOT)]
    program = f"import sys; sys.path += {places!r}; from portal.lib.images.child import main; main()"
    return [sys.executable, "-I", "-S", "-B", "-c", program, order]


def _asked(picture: bytes, order: str) -> bytes:
    """What a child says about the picture: a line, and maybe a PNG. The child is gone when this returns."""
    deadline = time.monotonic() + constants.IMAGE_SECONDS
    with tempfile.TemporaryFile() as source:
        source.write(picture)
        source.seek(0)
        child = subprocess.Popen(  # noqa: S603 - our own program, and no word of the caller's
            _command(order),
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            # One arena: threads of a decoder must not each reserve 64 MB of what the child may have.
            env={"MALLOC_ARENA_MAX": "1"},
        )
    with child:
        try:
            answer = _read(cast("IO[bytes]", child.stdout), deadline)
            code = child.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            raise ImageRefused(Reason.EFFORT) from None
        finally:
            child.kill()
    if code:
        raise _ended(code)
    return answer


def _read(pipe: IO[bytes], deadline: float) -> bytes:
    """Everything until the child closes its end; not longer and not more than it may take."""
    ready = select.poll()
    ready.register(pipe, select.POLLIN)
    answer = bytearray()
    while ready.poll(max(0.0, deadline - time.monotonic()) * 1000):
        piece = os.read(pipe.fileno(), 256 * 1024)
        if not piece:
            return bytes(answer)
        answer += piece
        if len(answer) > HEAD + constants.IMAGE_UPLOAD:
            raise _not_believed("says too much")
    raise subprocess.TimeoutExpired("image child", constants.IMAGE_SECONDS)


def _ended(code: int) -> ImageRefused:
    """A child that did not come to its end: for its limits the picture is to blame, else somebody should know."""
    if code in {-signal.SIGXCPU, -signal.SIGKILL}:
        return ImageRefused(Reason.EFFORT)
    logger.error("The process that reads a picture ended with %s.", code)
    return ImageRefused(Reason.DAMAGED if code < 0 else Reason.FAILED)


# What it says.


def _believed(answer: bytes, order: Order) -> CleanImage:
    """The answer as it is promised to be; anything else was written by the picture, or is a mistake of ours."""
    head, _line, png = answer.partition(b"\n")
    try:
        told: dict[str, Any] = json.loads(head[:HEAD])
        width, height = int(told.get("width", 0)), int(told.get("height", 0))
        if "refused" in told:
            raise ImageRefused(Reason(told["refused"]), width, height, least=order["least"], most=order["most"])
        facts = PictureFacts(width, height, bool(told["blank"]), HubBar(told["hub_bar"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _not_believed("says what it should not") from None
    size = plain_size(png)
    if size is None or len(png) > constants.IMAGE_UPLOAD:
        raise _not_believed("made no plain PNG")
    return CleanImage(png, *size, facts)


def _not_believed(what: str) -> ImageRefused:
    logger.error("The process that reads a picture %s.", what)
    return ImageRefused(Reason.DAMAGED)
