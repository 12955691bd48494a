"""The command line: its options, its refusals, and the ways to reach it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

REPOSITORY = Path(__file__).parents[2]
MODULE = ("-m", "portal.emulator")


@contextmanager
def running(*command: str, cwd: Path = REPOSITORY, **environ: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A started emulator and its URL, from the first line that it prints."""
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        words = process.stdout.readline().split()
        try:
            yield process, words[4] if len(words) > 4 else ""
        finally:
            process.kill()


def failing(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *MODULE, "--port", "0", *arguments]
    env = {"PATH": os.environ["PATH"], **environ}
    return subprocess.run(command, cwd=REPOSITORY, env=env, capture_output=True, text=True, timeout=20)


def of(url: str, path: str) -> Any:
    return requests.get(f"{url}/_emulator/{path}").json()


def test_every_option_has_its_effect() -> None:
    options = ("--seed", "demo", "--loose", "--switch", "max_page_size=500", "--switch", "latest_value=false")
    more = ("--domain", "hub.test", "--application", "acme/shop=http://127.0.0.1:5000")
    with running(*MODULE, "--port", "0", *options, *more, "--freeze", "2026-11-20T12:00:00Z") as (_, url):
        state, switches = of(url, "state"), of(url, "switches")
        assert (state["seed"], state["frozen"], state["strict"]) == ("demo", True, False)
        assert state["now"] == "2026-11-20T12:00:00+00:00"
        assert (switches["max_page_size"]["value"], switches["latest_value"]["value"]) == (500, False)
        assert switches["plain_json_accepted"]["value"] is True
        (application,) = of(url, "applications")
        assert application["label"] == "acme-shop-acme"
        assert "hub.test" in application["urls"][0]


def test_it_is_strict_by_default_and_the_environment_gives_defaults() -> None:
    with running(*MODULE, "--port", "0", EMULATOR_SEED="word", EMULATOR_SWITCHES="max_page_size=300") as (_, url):
        assert of(url, "state")["seed"] == "word"
        switches = of(url, "switches")
        assert (switches["max_page_size"]["value"], switches["plain_json_accepted"]["value"]) == (300, False)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_quietly(ending: signal.Signals) -> None:
    with running(*MODULE, "--port", "0") as (process, url):
        assert of(url, "health")["healthStatus"] == "green"
        process.send_signal(ending)
        _, complaints = process.communicate(timeout=20)
        assert (process.returncode, complaints) == (0, "")


def test_a_taken_port_is_told_in_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        done = failing("--port", port)
    assert done.returncode == 1
    assert done.stderr == (
        f"The emulator does not start: Port {port} cannot be used: Address already in use."
        " Choose another one, or 0 for any.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "environ", "message"),
    [
        (("--switch", "colour=red"), {}, "There is no switch colour."),
        (("--switch", "max_page_size"), {}, "is not a switch. Write name=value"),
        (("--seed", ""), {}, "EMULATOR_SEED is empty."),
        (("--domain", "a b"), {}, "EMULATOR_DOMAIN is 'a b'."),
        (("--application", "acme"), {}, "is not an application."),
        (("--port", "70000"), {}, "'70000' is no port."),
        (("--freeze", "noon"), {}, "'noon' is no moment."),
        (("--freeze", "2026-11-20T12:00:00"), {}, "is no moment. Write one with a time zone"),
        (("--snapshot", "/nowhere/state.json"), {}, "there is no folder /nowhere to save in."),
        ((), {"EMULATOR_SWITCHES": "x=1"}, "EMULATOR_SWITCHES: There is no switch x."),
    ],
)
def test_what_cannot_work_is_told(arguments: tuple[str, ...], environ: dict[str, str], message: str) -> None:
    done = failing(*arguments, **environ)
    assert done.returncode in (1, 2)
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_help_names_every_option() -> None:
    text = failing("--help").stdout
    for option in ("--port", "--seed", "--loose", "--switch", "--domain", "--application", "--snapshot", "--freeze"):
        assert option in text


def test_manage_py_starts_it_without_any_setting(tmp_path: Path) -> None:
    with running(str(REPOSITORY / "manage.py"), "emulator", "--port", "0", "--seed", "demo", cwd=tmp_path) as (_, url):
        assert of(url, "state")["seed"] == "demo"


def test_make_starts_it() -> None:
    command = ["make", "-n", "emulator", "ARGS=--port 0 --loose"]
    printed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    assert "-m portal.emulator --port 0 --loose" in printed
