"""The example application of the documentation as a process, with the emulator in front of it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from portal.emulator.appgateway.applications import Application
from portal.emulator.testing import RunningEmulator, start_emulator

SCRIPT = Path(__file__).parents[2] / "docs" / "examples" / "self_hosted_application.py"
READY_WITHIN = 30.0


@dataclass(frozen=True)
class Example:
    """Where the application is without the gateway, and under which address the gateway serves it to each tenant."""

    emulator: RunningEmulator
    direct: str
    acme: str
    globex: str


@contextmanager
def running_example() -> Iterator[Example]:
    """Acme's application, which globex uses as well."""
    port = _free_port()
    direct = f"http://127.0.0.1:{port}"
    applications = [
        Application("demoapp", "acme", direct, display_name="Asset list", port=0),
        Application("demoapp", "globex", direct, provider="acme", port=0),
    ]
    with start_emulator(applications=applications) as emulator:
        served = [f"http://localhost:{application.port}" for application in emulator.hub.applications]
        environ = {
            "PATH": os.environ["PATH"],
            "GATEWAY_URL": f"{emulator.url}/gateway",
            "STATIC_URL": f"{emulator.url}/static.hub",
            "PORT": str(port),
        }
        process = subprocess.Popen(
            [sys.executable, str(SCRIPT)], env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            _wait_for(process, direct)
            yield Example(emulator, direct, *served)
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while process.poll() is None and time.monotonic() < deadline:
        try:
            requests.get(f"{url}/health/", timeout=1)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("The example application did not start.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
