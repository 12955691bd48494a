"""A deployment of its own for a test: a folder, a SQLite database and processes, whatever database the tests use."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from django.conf import settings

from tests.environment import emulator

WITHIN = 30.0


def eventually(what: Callable[[], Any]) -> None:
    """Wait for another process; fails when it takes too long."""
    deadline = time.monotonic() + WITHIN
    while not what():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def children_of(process: subprocess.Popen[bytes]) -> int:
    """How many processes this one has started; Linux only."""
    return len(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split())


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/health", timeout=2).status_code == 200
    except (requests.ConnectionError, requests.Timeout):
        return False


@dataclass
class Deployment:
    """A folder with a database, whose mails go to the given server; whatever database the tests use."""

    folder: Path
    port: int
    more: dict[str, str] = field(default_factory=dict)
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    servers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def variables(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
        return kept | {
            "PORTAL_MODE": "local",
            "PORTAL_DATA_DIR": str(self.folder),
            "PORTAL_SMTP_URL": f"smtp://127.0.0.1:{self.port}" if self.port else "",
            "HUB_URL": emulator.url,
            **self.more,
        }

    def manage(self, *arguments: str, told: str = "") -> str:
        """Run a command; what it prints."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env=self.variables,
            input=told.encode(),
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.decode()

    def start_worker(self) -> subprocess.Popen[bytes]:
        with (self.folder / "worker.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "worker"], cwd=settings.BASE_DIR, env=self.variables, stderr=log
            )
        self.running.append(process)
        return process

    def serve(self, workers: int) -> str:
        """Start a portal with so many worker processes; its address."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        self.more |= {
            "PORTAL_BIND": f"127.0.0.1:{port}",
            "PORTAL_URL": f"http://localhost:{port}",
            "PORTAL_WORKERS": str(workers),
            "PORTAL_THREADS": "8",
        }
        (self.folder / "static").mkdir(exist_ok=True)
        self.manage("collectstatic", "--no-input", "--verbosity=0")
        with (self.folder / "portal.log").open("wb") as log:
            server = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "-c", "python:portal.server", "--log-level=warning", "portal.wsgi"],
                cwd=settings.BASE_DIR,
                env=self.variables,
                stderr=log,
            )
        self.servers.append(server)
        eventually(lambda: _answers(url))
        return url

    def sql(self, statement: str) -> list[Any]:
        connection = sqlite3.connect(self.folder / "portal.sqlite3", timeout=10)
        try:
            with connection:
                return connection.execute(statement).fetchall()
        finally:
            connection.close()

    def mail(self) -> tuple[str, int]:
        return self.sql("SELECT state, attempts FROM notify_outgoingmail")[0]  # type: ignore[no-any-return]
