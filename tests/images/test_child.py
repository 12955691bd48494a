"""The child process: what it cannot do, and what becomes of one that does what it should not."""

from __future__ import annotations

import json
import logging
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from portal import constants
from portal.lib.images import cleaning
from portal.lib.images.cleaning import clean_icon
from portal.lib.images.reasons import ImageRefused, Reason
from tests.images.pictures import drawn, saved, with_chunk

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the limits and the measures are those of Linux")
MB = 1024 * 1024
ICON = saved(drawn())
ORDER = {
    "kind": "icon",
    "memory": 512 * MB,
    "seconds": 1,
    "pixels": 10**6,
    "stored": MB,
    "least": 1,
    "most": 999,
    "size": 9,
}
CONFINED = "import portal.lib.images.child as child, json; child._confine(json.loads(sys.argv[1]));"
STARTED = cleaning._command


def command(program: str) -> list[str]:
    """How a child is started, with another program in place of the last words."""
    started = STARTED(json.dumps(ORDER))
    at = started.index("-c") + 1
    started[at] = started[at].partition("from portal")[0] + program
    return started


def done(program: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command(program), capture_output=True, env={}, timeout=60)


def refusal_of(program: str, monkeypatch: pytest.MonkeyPatch) -> Reason:
    """Why a picture is refused whose child does this."""
    monkeypatch.setattr(cleaning, "_command", lambda order: command(program))
    with pytest.raises(ImageRefused) as caught:
        clean_icon(ICON)
    return caught.value.reason


def readers() -> list[int]:
    """Processes that read a picture for this one."""
    lists = Path("/proc/self/task").glob("*/children")
    return [
        int(child)
        for path in lists
        for child in _text(path).split()
        if "portal.lib" in _text(Path("/proc", child, "cmdline"))
    ]


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


class TestConfined:
    def test_memory(self) -> None:
        assert done(CONFINED + "bytearray(300 << 20); print('ok')").stdout == b"ok\n"
        assert b"MemoryError" in done(CONFINED + "bytearray(600 << 20)").stderr

    def test_time_of_the_processor(self) -> None:
        ended = done(CONFINED + "[0 for _ in iter(int, 1)]")
        assert -ended.returncode in {signal.SIGXCPU, signal.SIGKILL}

    def test_no_file_and_no_socket(self) -> None:
        assert b"Too many open files" in done(CONFINED + "open('/etc/hostname')").stderr
        assert b"Too many open files" in done("import socket;" + CONFINED + "socket.socket()").stderr
        # Not in the place of its own input either.
        assert b"Too many open files" in done("import os;" + CONFINED + "os.close(0); open('/etc/hostname')").stderr

    def test_no_program(self) -> None:
        spawned = done("import subprocess;" + CONFINED + "subprocess.run(['true'], stdout=-1)")
        assert b"Too many open files" in spawned.stderr
        # It cannot load its libraries.
        assert done("import os;" + CONFINED + "os.execv('/bin/true', ['true'])").returncode != 0

    def test_nothing_on_disk(self, tmp_path: Path) -> None:
        with (tmp_path / "out").open("wb") as out:
            ended = subprocess.run(command(CONFINED + "print('x', flush=True)"), stdout=out, stderr=subprocess.PIPE)
        assert ended.returncode != 0
        assert (tmp_path / "out").read_bytes() == b""

    def test_no_memory_is_dumped(self) -> None:
        assert done(CONFINED + "import resource; print(resource.getrlimit(resource.RLIMIT_CORE))").stdout == b"(0, 0)\n"

    def test_before_it_sees_the_picture(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(constants, "IMAGE_MEMORY", 64 * MB)
        monkeypatch.setattr(constants, "IMAGE_SECONDS", 30)
        with pytest.raises(ImageRefused, match="effort"):
            clean_icon(saved(drawn(4000, 4000)))

    def test_limits_cannot_be_raised(self) -> None:
        told = done(
            CONFINED + "r = child.resource; print(*(r.getrlimit(x) for x in (r.RLIMIT_AS, r.RLIMIT_CPU)))"
        ).stdout
        assert told == f"({512 * MB}, {512 * MB}) (1, 1)\n".encode()


class TestClean:
    def test_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PORTAL_SECRET_KEY", "do-not-inherit")
        monkeypatch.setattr(
            cleaning, "_command", lambda order: command("import os; print(dict(os.environ), os.getcwd())")
        )
        answer = cleaning._asked(ICON, "").decode()
        assert "do-not-inherit" not in answer
        assert set(eval(answer.rpartition("}")[0] + "}")) <= {"MALLOC_ARENA_MAX", "LC_CTYPE"}  # noqa: S307
        assert answer.endswith("} /\n")

    def test_files_of_the_parent(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        with (tmp_path / "secret").open("w") as secret:
            os.set_inheritable(secret.fileno(), True)
            monkeypatch.setattr(
                cleaning, "_command", lambda order: command("import os; print(os.listdir('/proc/self/fd'))")
            )
            assert cleaning._asked(ICON, "") == b"['0', '1', '2', '3']\n"  # the last is that of the listing

    def test_no_django_and_no_settings(self) -> None:
        told = done(
            "import portal.lib.images.child; print([m for m in sys.modules if m.startswith(('django', 'portal'))])"
        )
        assert eval(told.stdout) == [  # noqa: S307
            "portal", "portal.lib", "portal.lib.images", "portal.lib.images.seen", "portal.lib.images.child",
        ]  # fmt: skip

    def test_what_stands_in_the_working_folder_is_not_imported(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "json.py").write_text("raise SystemExit(3)")
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        assert clean_icon(ICON)
        assert done("print(sys.flags.isolated, sys.flags.no_site)").stdout == b"1 1\n"

    def test_pillow_is_not_in_the_web_process(self) -> None:
        told = done("import portal.lib.images.cleaning, portal.lib.images.field; print('PIL' in sys.modules)")
        assert told.stdout == b"False\n", told.stderr


class TestMisbehaving:
    """Whoever breaks a decoder speaks with the child's voice."""

    def test_sleeps(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(constants, "IMAGE_SECONDS", 1)
        started = time.monotonic()
        assert refusal_of("import time; 'portal.lib'; time.sleep(60)", monkeypatch) is Reason.EFFORT
        assert time.monotonic() - started < 30
        assert readers() == []

    def test_closes_its_output_and_stays(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(constants, "IMAGE_SECONDS", 1)
        program = "import os, time; 'portal.lib'; os.close(1); time.sleep(60)"
        assert refusal_of(program, monkeypatch) is Reason.EFFORT
        assert readers() == []

    def test_works_without_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert refusal_of(CONFINED + "[0 for _ in iter(int, 1)]", monkeypatch) is Reason.EFFORT

    def test_says_more_than_it_may(self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        assert (
            refusal_of("[sys.stdout.buffer.write(bytes(1 << 20)) for _ in iter(int, 1)]", monkeypatch) is Reason.DAMAGED
        )
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20 * 1024  # kilobytes
        assert "says too much" in caplog.text

    @pytest.mark.parametrize(
        "said",
        [
            b"",
            b"no JSON\n",
            b"[]\n",
            b"{}\n",
            b'{"refused": "because"}\n',
            b'{"refused": "small", "width": "<b>"}\n',
            b'{"width": 9, "height": 9, "blank": false, "hub_bar": "<script>"}\n' + ICON,
            b'{"width": 9, "height": 9, "blank": false, "hub_bar": "found"}\n',
            b'{"width": 9, "height": 9, "blank": false, "hub_bar": "found"}\n<svg/>',
            b'{"width": 9, "height": 9, "blank": false, "hub_bar": "found"}\n' + with_chunk(ICON, b"tEXt", b"C\0x"),
            b'{"width": 9, "height": 9, "blank": false, "hub_bar": "found"}\n' + ICON + b"<html>",
        ],
    )
    def test_lies(self, said: bytes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
        assert refusal_of(f"sys.stdout.buffer.write({said!r})", monkeypatch) is Reason.DAMAGED
        assert [record.levelno for record in caplog.records] == [logging.ERROR]

    def test_crashes(self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
        assert refusal_of("import os; os.kill(os.getpid(), 11)", monkeypatch) is Reason.DAMAGED
        assert "ended with -11" in caplog.text

    def test_cannot_start(self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
        """Our mistake, not the sender's: nobody is told that a picture is damaged."""
        assert refusal_of("import no_such_module", monkeypatch) is Reason.FAILED
        assert "ended with 1" in caplog.text


class TestManyAtOnce:
    def test_50_uploads_start_two_children_and_none_is_left(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(constants, "IMAGE_SECONDS", 30)
        counted: list[int] = []
        over = threading.Event()

        def count() -> None:
            while not over.wait(0.005):
                counted.append(len(readers()))

        watcher = threading.Thread(target=count)
        watcher.start()
        together = threading.Barrier(50)
        with ThreadPoolExecutor(50) as pool:
            results = Counter(pool.map(lambda _number: _outcome(together), range(50)))
        over.set()
        watcher.join()
        assert max(counted) == constants.IMAGE_AT_ONCE == 2
        assert results["taken"] >= constants.IMAGE_AT_ONCE + constants.IMAGE_WAITING
        assert results["busy"] >= 50 - 3 * (constants.IMAGE_AT_ONCE + constants.IMAGE_WAITING)
        assert results["taken"] + results["busy"] == 50
        assert readers() == []
        assert clean_icon(ICON)

    def test_nobody_waits_for_ever(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(constants, "IMAGE_SECONDS", 0.1)
        monkeypatch.setattr(cleaning, "_children", threading.BoundedSemaphore(1))
        started = time.monotonic()
        with cleaning._children, pytest.raises(ImageRefused, match="busy"):
            clean_icon(ICON)
        assert time.monotonic() - started < 5
        # Nobody is counted as waiting who is not.
        assert cleaning._requests._value == constants.IMAGE_AT_ONCE + constants.IMAGE_WAITING  # type: ignore[attr-defined]


def _outcome(together: threading.Barrier) -> str:
    together.wait()
    try:
        clean_icon(ICON)
    except ImageRefused as refused:
        return refused.reason.value
    return "taken"
