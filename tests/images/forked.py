"""Many children for the price of one: a process that has Pillow loaded and forks for each picture.

What runs is `child.main`, with its limits, in a process of its own. Only the start of the interpreter is saved,
which is nine tenths of the time for a small picture.
"""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import tempfile
from threading import Lock
from typing import BinaryIO, cast

from portal.lib.images import child


def main() -> None:
    """For each picture from standard input: the exit code and the answer of its child."""
    while head := sys.stdin.buffer.read(4):
        picture = sys.stdin.buffer.read(*struct.unpack(">I", head))
        code, answer = _forked(picture)
        sys.stdout.buffer.write(struct.pack(">iI", code, len(answer)) + answer)
        sys.stdout.buffer.flush()


def _forked(picture: bytes) -> tuple[int, bytes]:
    reading, writing = os.pipe()
    with tempfile.TemporaryFile() as source:
        source.write(picture)
        source.seek(0)
        if not (process := os.fork()):
            _become_child(source, writing)
    os.close(writing)
    with open(reading, "rb") as pipe:  # noqa: PTH123 - no path
        answer = pipe.read()
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), answer


def _become_child(source: BinaryIO, writing: int) -> None:
    try:
        os.dup2(source.fileno(), 0)
        os.dup2(writing, 1)
        os.closerange(3, 64)
        sys.stdin, sys.stdout = io.TextIOWrapper(io.open(0, "rb")), io.TextIOWrapper(io.open(1, "wb"))  # noqa: SIM115, UP020
        child.main()
    finally:
        os._exit(1)


class Forks:
    """Takes the place of `cleaning._asked`."""

    def __init__(self, order: str) -> None:
        from portal.lib.images import cleaning  # not in the process that forks: it needs Django

        words = [word.replace("portal.lib.images.child", __name__) for word in cleaning._command(order)]
        environment = {"MALLOC_ARENA_MAX": "1"}
        self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        self._lock, self._ended = Lock(), cleaning._ended

    def __call__(self, picture: bytes, order: str) -> bytes:
        asking, telling = cast(BinaryIO, self._process.stdin), cast(BinaryIO, self._process.stdout)
        with self._lock:
            asking.write(struct.pack(">I", len(picture)) + picture)
            asking.flush()
            code, length = struct.unpack(">iI", telling.read(8))
            answer = telling.read(length)
        if code:
            raise self._ended(code)
        return answer

    def close(self) -> None:
        self._process.communicate(timeout=30)
