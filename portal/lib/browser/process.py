"""The browser as a process: clean environment, a folder that is removed, and an end, whatever the page does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from portal.lib.browser.failures import CaptureFailed, Why

# Of one file that the browser writes (bytes).
FILE_SIZE = 256 * 1024**2
# Seconds between two looks at its memory.
LOOK_EVERY = 0.25
# How long it may take to be gone, and its last files with it.
GONE_WITHIN = 5.0
_ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Limits:
    """Of one capture: seconds in all, seconds until the page has loaded and after that, bytes of all its processes."""

    seconds: int = 30
    load_seconds: float = 12.0
    settle_seconds: float = 1.5
    memory: int = 1024**3
    picture: int = 5 * 1024**2


class Running:
    """A browser that was started: its pipes, its deadline, its memory."""

    def __init__(self, process: subprocess.Popen[bytes], orders: int, answers: int, limits: Limits) -> None:
        self.orders, self.answers = orders, answers
        self._process, self._limits = process, limits
        self._ends = time.monotonic() + limits.seconds
        self._looked = time.monotonic()

    def left(self) -> float:
        """Seconds until it must be over; raises `CaptureFailed` when they are, or when it takes too much memory."""
        now = time.monotonic()
        if now >= self._ends:
            raise CaptureFailed(Why.TOO_SLOW)
        if now - self._looked >= LOOK_EVERY:
            self._looked = now
            if memory_of(self._process.pid) > self._limits.memory:
                raise CaptureFailed(Why.MEMORY)
        return self._ends - now

    def ended(self) -> CaptureFailed:
        """It closed its pipe: what that means."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        return CaptureFailed(Why.CRASHED, str(self._process.returncode))


@contextmanager
def running(command: Sequence[str], limits: Limits) -> Iterator[Running]:
    """The browser, while the block lasts. Afterwards no process of it is left, and no file."""
    with tempfile.TemporaryDirectory(prefix="bindery-browser-", ignore_cleanup_errors=True) as folder:
        # Chromium's ends are handed down; ours are not.
        orders, our_orders = os.pipe()
        our_answers, answers = os.pipe()
        try:
            process = _started([*command, f"--user-data-dir={folder}/profile"], orders, answers, folder, limits)
        except BaseException:
            _close(our_orders, our_answers)
            raise
        finally:
            _close(orders, answers)
        try:
            yield Running(process, our_orders, our_answers, limits)
        finally:
            _close(our_orders, our_answers)
            _end(process)


def _started(command: list[str], orders: int, answers: int, folder: str, limits: Limits) -> subprocess.Popen[bytes]:
    order = {
        "orders": orders,
        "answers": answers,
        "file_size": FILE_SIZE,
        "seconds": 2 * limits.seconds,
        "command": command,
    }
    program = f"import sys; sys.path += [{str(_ROOT)!r}]; from portal.lib.browser.child import main; main()"
    # Nothing of ours: neither a secret nor a proxy.
    env = {"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": folder, "TMPDIR": folder, "XDG_RUNTIME_DIR": folder}
    try:
        return subprocess.Popen(  # noqa: S603 - the operator's own browser
            [sys.executable, "-I", "-S", "-B", "-c", program, json.dumps(order)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=env,
            pass_fds=(orders, answers),
            # A group of its own, which is killed as a whole.
            start_new_session=True,
        )
    except OSError as error:
        raise CaptureFailed(Why.NOT_STARTED, type(error).__name__) from error


def _close(*ends: int) -> None:
    for end in ends:
        os.close(end)


def _end(process: subprocess.Popen[bytes]) -> None:
    """All processes of the session, whatever they are busy with."""
    deadline = time.monotonic() + GONE_WITHIN
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    # Some of Chromium's own put themselves into groups of their own.
    while (left := session_of(process.pid)) and time.monotonic() < deadline:
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)


def session_of(leader: int) -> list[int]:
    """The processes of a session that live; none where there is no /proc."""
    found = []
    for told in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError, IndexError):
            # After the name in brackets: state, parent, group, session (proc(5)).
            state, _parent, _group, session = told.read_text().rpartition(")")[2].split()[:4]
            if int(session) == leader and state not in "ZX":
                found.append(int(told.parent.name))
    return found


def memory_of(leader: int) -> int:
    """Bytes that the processes of a session have for themselves."""
    pages = 0
    for pid in session_of(leader):
        with suppress(OSError, ValueError, IndexError):
            _size, resident, shared = Path(f"/proc/{pid}/statm").read_text().split()[:3]
            pages += int(resident) - int(shared)
    return pages * os.sysconf("SC_PAGE_SIZE")
