"""A browser that misbehaves: it ends in time, as a whole, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from portal.lib.browser import process
from portal.lib.browser.capture import Captured, capture
from portal.lib.browser.failures import CaptureFailed, Why
from portal.lib.browser.process import Limits
from portal.lib.fetch.fetcher import Fetcher
from tests.browser.fake import fake_browser
from tests.fetch.servers import GOOD, HOST, TlsServer, answering, loopback_policy, server_context, to_loopback
from tests.images.pictures import opened

LIMITS = Limits(seconds=20, load_seconds=1.0, settle_seconds=0.05, memory=150 * 1024**2, picture=1024**2)
# For what would never end.
QUICK = replace(LIMITS, seconds=3)
SLOW = {"never reads", "hangs", "dialogs without end"}


@pytest.fixture(scope="module")
def server(authority: trustme.CA) -> Iterator[TlsServer]:
    with TlsServer(answering(GOOD), server_context(authority.issue_cert(HOST))) as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "a browser's place"


def take(server: TlsServer, ca_file: str, browser: str, limits: Limits = LIMITS) -> Captured:
    fetcher = Fetcher(loopback_policy([server.port], ca_file, 5.0), resolve=to_loopback)
    return capture(f"https://{HOST}:{server.port}/", browser=browser, fetcher=fetcher, limits=limits)


def left_over(folder: Path) -> list[str]:
    """Processes that were started by this browser, and folders of it."""
    told = json.loads((folder / "started").read_text()) if (folder / "started").exists() else [[], {}, ""]
    home = told[1].get("HOME", "?")
    running = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            found = environ.read_bytes()
        except OSError:
            continue
        if f"HOME={home}\0".encode() in found:
            running.append(str(environ))
    return running + ([home] if Path(home).exists() else [])


def test_picture_and_what_the_browser_was_given(
    server: TlsServer, ca_file: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_MASTER_KEYS", "hidden")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    taken = take(server, ca_file, fake_browser(folder))
    assert opened(taken.png).size == (1280, 800)
    assert (taken.status, taken.refused) == (200, ())
    arguments, environment, cwd = json.loads((folder / "started").read_text())
    assert set(environment) - {"LC_CTYPE"} == {"PATH", "LANG", "HOME", "TMPDIR", "XDG_RUNTIME_DIR"}
    assert environment["HOME"] == cwd
    assert f"--user-data-dir={cwd}/profile" in arguments
    assert ("--no-sandbox" in arguments) == (os.geteuid() == 0)
    assert left_over(folder) == []


@pytest.mark.parametrize(
    ("mode", "why"),
    [
        ("dies at once", Why.NOT_STARTED),
        ("never reads", Why.NOT_STARTED),
        ("hangs", Why.TOO_SLOW),
        ("dialogs without end", Why.TOO_SLOW),
        ("dies", Why.CRASHED),
        ("garbage", Why.UNREADABLE),
        ("a list", Why.UNREADABLE),
        ("huge", Why.UNREADABLE),
        ("no base64", Why.UNREADABLE),
        ("no data", Why.UNREADABLE),
        ("error", Why.UNREADABLE),
        ("memory", Why.MEMORY),
        ("large file", Why.CRASHED),
    ],
)
def test_misbehaviour(mode: str, why: Why, server: TlsServer, ca_file: str, folder: Path) -> None:
    browser = fake_browser(folder, mode)
    began = time.monotonic()
    with pytest.raises(CaptureFailed) as failed:
        take(server, ca_file, browser, QUICK if mode in SLOW else LIMITS)
    assert failed.value.why == why
    assert time.monotonic() - began < 30
    assert left_over(folder) == []


def test_its_own_processes_go_as_well(server: TlsServer, ca_file: str, folder: Path) -> None:
    take(server, ca_file, fake_browser(folder, "leaves others"))
    assert left_over(folder) == []


def test_page_that_never_has_loaded_is_taken_as_it_is(server: TlsServer, ca_file: str, folder: Path) -> None:
    assert take(server, ca_file, fake_browser(folder, "never loads")).png


def test_no_program(server: TlsServer, ca_file: str, folder: Path) -> None:
    with pytest.raises(CaptureFailed) as failed:
        take(server, ca_file, str(folder / "nothing"))
    assert failed.value.why == Why.NOT_STARTED


def test_server_that_does_not_answer_starts_no_browser(server: TlsServer, ca_file: str, folder: Path) -> None:
    browser = fake_browser(folder)
    fetcher = Fetcher(loopback_policy([server.port], "", 5.0), resolve=to_loopback)  # an unknown authority
    with pytest.raises(CaptureFailed) as failed:
        capture(f"https://{HOST}:{server.port}/", browser=browser, fetcher=fetcher, limits=LIMITS)
    assert (failed.value.why, failed.value.detail) == (Why.NOT_FETCHED, "untrusted")
    assert not (folder / "started").exists()


def test_session_is_found_by_its_leader() -> None:
    assert os.getpid() in process.session_of(os.getsid(0))
