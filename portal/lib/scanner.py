"""Finds our own client secrets in bytes of any size, wherever somebody copied them.

A secret is taken for one when its form and its checksum agree (`portal.lib.client_secret`): of random text one in four
thousand million passes by chance. It is found as ASCII (and so in UTF-8, Latin-1, JSON, URLs, binaries), as UTF-16 of
either byte order, and inside base64 of both alphabets, also broken into lines, as Basic credentials carry it. It is
not found in hexadecimal, in base64 of UTF-16, when it is encrypted or compressed (`portal.lib.archives` opens
archives), nor when a line break of base64 falls into the four or five characters by which base64 is recognised.

What is found is never kept: a find has the SHA-256 of the secret, which is its verifier, and what may be shown of it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from ahocorasick_rs import BytesAhoCorasick, MatchKind

from portal.lib import client_secret, mendix_constants

# No find is longer than this, nor do the bytes before its needle that it needs reach further back.
REACH = 4096
LENGTH = len(client_secret.PREFIX) + client_secret.BODY_LENGTH + client_secret.CHECKSUM_LENGTH
# Searched at once: large enough to be fast, small enough to stay in the processor's cache.
WINDOW = 256 * 1024


@dataclass(frozen=True)
class Find:
    """A secret at an offset: how it was written, the SHA-256 of its text, what may be shown of it.

    `constant` is the name of the Mendix constant that holds it, where it is the value of one; such a value need not be
    a secret of ours, `is_ours` tells.
    """

    offset: int
    form: str
    verifier: str
    hint: str
    is_ours: bool = True
    constant: str = ""


Judge = Callable[[bytearray, int], tuple[int, str] | None]


def _plain(window: bytearray, at: int) -> tuple[int, str] | None:
    return at, window[at : at + LENGTH].decode("latin-1")


def _utf16(window: bytearray, at: int) -> tuple[int, str] | None:
    """Both byte orders: the needle is `b`, NUL, `n` …, and the first byte of big-endian text is the NUL before it."""
    return at, window[at : at + 2 * LENGTH : 2].decode("latin-1")


# How the prefix looks in base64 when it begins 0, 1 or 2 bytes after a group of three: the characters that no
# neighbour changes, how many characters of the group are before them, and the alignment.
_BASE64 = {b"Ym5kX": (0, 0), b"JuZF": (2, 1), b"ibmRf": (3, 2)}
_NO_BASE64 = re.compile(rb"[^0-9A-Za-z+/]")


def _base64(needle: bytes) -> Judge:
    before, alignment = _BASE64[needle]
    characters = (alignment + LENGTH + 2) // 3 * 4

    def judge(window: bytearray, at: int) -> tuple[int, str] | None:
        start = at - before
        if start < 0:
            return None
        written = bytes(window[start : start + 2 * characters]).replace(b"-", b"+").replace(b"_", b"/")
        # Line breaks, also those that JSON and shells write as two characters, and the quotes between pieces.
        written = re.sub(rb"\\[rn]|[\s\\\"]", b"", written)
        written = _NO_BASE64.split(written, maxsplit=1)[0][:characters]
        written += b"A" * (-len(written) % 4)
        try:
            decoded = base64.b64decode(written)
        except binascii.Error:
            return None
        return start, decoded[alignment : alignment + LENGTH].decode("latin-1")

    return judge


_JUDGES: dict[bytes, tuple[str, Judge]] = {
    client_secret.PREFIX.encode(): ("text", _plain),
    "\0".join(client_secret.PREFIX).encode(): ("utf-16", _utf16),
} | {needle: ("base64", _base64(needle)) for needle in _BASE64}

_NEEDLES = [*_JUDGES, mendix_constants.NEEDLE]
# All needles in one pass. `LeftmostFirst` is the kind of match for which the library uses vector instructions.
_SEARCH = BytesAhoCorasick(_NEEDLES, matchkind=MatchKind.LeftmostFirst)
ReadInto = Callable[[memoryview], int | None]


def scan(pieces: Iterable[bytes], window: Window | None = None) -> Iterator[Find]:
    """All finds in a stream of pieces of any size; holds one window in memory, whatever the size of the stream."""
    return scan_file(_reader(pieces), window)


def scan_file(readinto: ReadInto, window: Window | None = None) -> Iterator[Find]:
    """The same for what fills a buffer, as the `readinto` of a file that is open without a buffer of its own.

    A `window` that is used again saves its memory for many small files; one scan at a time.
    """
    window = window or Window()
    window.begin()
    while True:
        window.fill(readinto)
        for find in _found(window):
            yield replace(find, offset=window.passed + find.offset)
        if window.is_last:
            return
        window.move()


def _reader(pieces: Iterable[bytes]) -> ReadInto:
    waiting = iter(pieces)
    held = b""

    def readinto(room: memoryview) -> int:
        nonlocal held
        while not held:
            try:
                held = next(waiting)
            except StopIteration:
                return 0
        size = min(len(held), len(room))
        room[:size] = held[:size]
        held = held[size:]
        return size

    return readinto


class Window:
    """What is in memory of a stream. Windows overlap by twice REACH, so that no border cuts a find."""

    def __init__(self) -> None:
        self.content = bytearray(WINDOW + 2 * REACH)
        self._room = memoryview(self.content)
        self.begin()

    def begin(self) -> None:
        """Empty, for another stream."""
        self.size = 0
        # Bytes of the stream before the window; needles before `judged` were judged already.
        self.passed = self.judged = 0
        self.is_last = False

    def fill(self, readinto: ReadInto) -> None:
        """Read until it is full or the stream ends."""
        while self.size < len(self.content):
            got = readinto(self._room[self.size :])
            if not got:
                self.is_last = True
                # What stood there before is not part of the stream.
                over = min(REACH, len(self.content) - self.size)
                self._room[self.size : self.size + over] = bytes(over)
                return
            self.size += got

    def move(self) -> None:
        """Go on, and keep what the finds at the border need."""
        kept = 2 * REACH
        self.content[:kept] = self.content[self.size - kept : self.size]
        self.passed += self.size - kept
        self.size, self.judged = kept, REACH

    @property
    def end(self) -> int:
        """Needles from here on are left to the next window."""
        return self.size if self.is_last else self.size - REACH

    def needles(self) -> Iterator[tuple[bytes, int]]:
        """Each needle in the part that is to be judged, with its place. No two of them can overlap."""
        for number, start, _end in _SEARCH.find_matches_as_indexes(self._room[self.judged : self.size]):
            if self.judged + start >= self.end:
                return
            yield _NEEDLES[number], self.judged + start


def _found(window: Window) -> list[Find]:
    """The finds whose needles stand in the part of the window that is to be judged, in their order."""
    found: dict[int, Find] = {}
    constants = []
    for needle, at in window.needles():
        if needle == mendix_constants.NEEDLE:
            constants.append(mendix_constants.filled(window.content, at))
            continue
        form, judge = _JUDGES[needle]
        judged = judge(window.content, at)
        if judged is not None and client_secret.is_well_formed(judged[1]):
            text = judged[1]
            found[judged[0]] = Find(judged[0], form, client_secret.verifier(text), client_secret.hint(text))
    # Last: at the same place, the find that knows the constant's name counts.
    for constant in filter(None, constants):
        _add_constant(found, constant)
    return [found[offset] for offset in sorted(found)]


def _add_constant(found: dict[int, Find], constant: mendix_constants.Filled) -> None:
    is_ours = client_secret.is_well_formed(constant.value)
    # What may be shown of a secret that others made: nothing.
    hint = client_secret.hint(constant.value) if is_ours else ""
    verifier = client_secret.verifier(constant.value)
    found[constant.offset] = Find(constant.offset, "constant", verifier, hint, is_ours, constant.name)
