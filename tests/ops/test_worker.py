"""The worker as a process of its own, on a database of its own: killed, told to end, and with broken sweeps."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError
from django_tasks_db.models import DBTaskResult

from portal.ops.management.commands import worker as command
from tests.notify.smtp_server import SmtpServer

WITHIN = 30.0
POST = """
from datetime import datetime, UTC
from django.db import transaction
from portal.notify import mails
with transaction.atomic():
    mails.tenant_resumed(key="resumed", to="dev@acme.example", language="en", name="acme", display_name="Acme")
"""


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
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def variables(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
        return kept | {
            "PORTAL_MODE": "local",
            "PORTAL_DATA_DIR": str(self.folder),
            "PORTAL_SMTP_URL": f"smtp://127.0.0.1:{self.port}" if self.port else "",
        }

    def manage(self, *arguments: str) -> None:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env=self.variables,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr

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


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    server = SmtpServer()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose database has its tables."""
    folder = tmp_path_factory.mktemp("migrated")
    Deployment(folder, 0).manage("migrate", "--verbosity=0")
    return folder


@pytest.fixture
def deployment(tmp_path: Path, migrated: Path, smtp: SmtpServer) -> Iterator[Deployment]:
    folder = tmp_path / "data"
    shutil.copytree(migrated, folder)
    made = Deployment(folder, smtp.port)
    yield made
    for process in made.running:
        process.kill()
        process.wait()


@pytest.mark.parametrize("moment", ["DATA", "AFTER"])
def test_mail_survives_the_death_of_its_worker(moment: str, deployment: Deployment, smtp: SmtpServer) -> None:
    """Killed before the server took it: delivered later, once. After it took it: at most once more."""
    smtp.stalls = {moment}
    deployment.manage("shell", "--verbosity=0", "-c", POST)
    first = deployment.start_worker()
    eventually(smtp.arrived.is_set)
    eventually(lambda: moment == "DATA" or smtp.received)
    first.send_signal(signal.SIGKILL)
    first.wait()
    smtp.stalls = set()
    assert deployment.mail() == ("queued", 1)

    second = deployment.start_worker()
    # Time passes: the dead worker's lease runs out.
    deployment.sql("UPDATE notify_outgoingmail SET lease_until = '2026-01-01 00:00:00'")
    eventually(lambda: deployment.mail() == ("sent", 2))
    assert len(smtp.received) == (1 if moment == "DATA" else 2)
    assert len({mail["Message-ID"] for mail in smtp.mails}) == 1
    second.send_signal(signal.SIGTERM)
    assert second.wait(WITHIN) == 0


def test_sigterm_finishes_the_present_task_and_leaves_the_next(deployment: Deployment, smtp: SmtpServer) -> None:
    smtp.stalls = {"MAIL"}
    deployment.manage("shell", "--verbosity=0", "-c", POST + POST.replace('"resumed"', '"again"'))
    process = deployment.start_worker()
    eventually(lambda: smtp.connections == 1)
    eventually(lambda: deployment.sql("SELECT 1 FROM notify_outgoingmail WHERE lease_until IS NOT NULL"))
    process.send_signal(signal.SIGTERM)
    smtp.release()
    assert process.wait(WITHIN) == 0
    assert len(smtp.received) == 1
    assert sorted(deployment.sql("SELECT state FROM notify_outgoingmail")) == [("queued",), ("sent",)]
    assert "Traceback" not in (deployment.folder / "worker.log").read_text()


class OneRound(command.Rounds):
    """Rounds that end after a few rests instead of resting."""

    def __init__(self, rests: int) -> None:
        super().__init__()
        self.left, self.rested = rests, []  # type: ignore[var-annotated]
        self._ending.wait = self.rest  # type: ignore[method-assign]

    def rest(self, seconds: float | None = None) -> bool:
        self.left, self.rested = self.left - 1, [*self.rested, seconds]
        if self.left == 0:
            self._ending.set()
        return self.left == 0


called: list[str] = []


def good_sweep() -> None:
    called.append("good")


def broken_sweep() -> None:
    called.append("broken")
    raise ZeroDivisionError


def sweep_without_database() -> None:
    called.append("away")
    raise OperationalError("server closed the connection")


@pytest.mark.django_db(transaction=True)
class TestRounds:
    @pytest.fixture(autouse=True)
    def nothing_called(self) -> None:
        called.clear()

    def test_a_broken_sweep_ends_neither_the_worker_nor_the_others(self, settings: Any, caplog: Any) -> None:
        settings.SWEEPS = [f"{__name__}.broken_sweep", f"{__name__}.good_sweep"]
        OneRound(2).run()
        assert called == ["broken", "good"]  # and not again before its time
        assert "broken_sweep failed" in caplog.text

    def test_a_database_that_is_away_is_waited_for(self, settings: Any, monkeypatch: Any) -> None:
        settings.SWEEPS = [f"{__name__}.sweep_without_database"]
        monkeypatch.setattr(command, "SWEEP_EVERY", 0.0)
        rounds = OneRound(3)
        rounds.run()
        assert called == ["away"] * 3
        assert not DBTaskResult.objects.exists()  # it answers again

    def test_a_sweep_that_does_not_exist_is_told(self, settings: Any, caplog: Any) -> None:
        settings.SWEEPS = ["portal.nothing.sweep", f"{__name__}.good_sweep"]
        OneRound(1).run()
        assert called == ["good"]
        assert "portal.nothing.sweep failed" in caplog.text
