"""A deployment of its own for a test: a folder, a SQLite database and processes, whatever database the tests use."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from tests.environment import emulator

WITHIN = 30.0


def eventually(what: Callable[[], Any]) -> None:
    """Wait for another process; fails when it takes too long."""
    deadline = time.monotonic() + WITHIN
    while not what():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


@dataclass
class Deployment:
    """A folder with a database, whose mails go to the given server; whatever database the tests use."""

    folder: Path
    port: int
    more: dict[str, str] = field(default_factory=dict)
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

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

    def sql(self, statement: str) -> list[Any]:
        connection = sqlite3.connect(self.folder / "portal.sqlite3", timeout=10)
        try:
            with connection:
                return connection.execute(statement).fetchall()
        finally:
            connection.close()

    def mail(self) -> tuple[str, int]:
        return self.sql("SELECT state, attempts FROM notify_outgoingmail")[0]  # type: ignore[no-any-return]
