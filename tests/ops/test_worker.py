"""The worker as a process of its own, on a database of its own: killed, told to end, and with broken sweeps."""

from __future__ import annotations

import signal
from typing import Any

import pytest
from django.db import OperationalError
from django_tasks_db.models import DBTaskResult

from portal.ops.management.commands import worker as command
from tests.deployment import WITHIN, Deployment, eventually
from tests.notify.smtp_server import SmtpServer

POST = """
from datetime import datetime, UTC
from django.db import transaction
from portal.notify import mails
with transaction.atomic():
    mails.tenant_resumed(key="resumed", to="dev@acme.example", language="en", name="acme", display_name="Acme")
"""


@pytest.mark.parametrize("moment", ["DATA", "AFTER"])
def test_mail_survives_the_death_of_its_worker(moment: str, deployment: Deployment, smtp_process: SmtpServer) -> None:
    """Killed before the server took it: delivered later, once. After it took it: at most once more."""
    smtp_process.stalls = {moment}
    deployment.manage("shell", "--verbosity=0", "-c", POST)
    first = deployment.start_worker()
    eventually(smtp_process.arrived.is_set)
    eventually(lambda: moment == "DATA" or smtp_process.received)
    first.send_signal(signal.SIGKILL)
    first.wait()
    smtp_process.stalls = set()
    assert deployment.mail() == ("queued", 1)

    second = deployment.start_worker()
    # Time passes: the dead worker's lease runs out.
    deployment.sql("UPDATE notify_outgoingmail SET lease_until = '2026-01-01 00:00:00'")
    eventually(lambda: deployment.mail() == ("sent", 2))
    assert len(smtp_process.received) == (1 if moment == "DATA" else 2)
    assert len({mail["Message-ID"] for mail in smtp_process.mails}) == 1
    second.send_signal(signal.SIGTERM)
    assert second.wait(WITHIN) == 0


def test_sigterm_finishes_the_present_task_and_leaves_the_next(
    deployment: Deployment, smtp_process: SmtpServer
) -> None:
    smtp_process.stalls = {"MAIL"}
    deployment.manage("shell", "--verbosity=0", "-c", POST + POST.replace('"resumed"', '"again"'))
    process = deployment.start_worker()
    eventually(lambda: smtp_process.connections == 1)
    eventually(lambda: deployment.sql("SELECT 1 FROM notify_outgoingmail WHERE lease_until IS NOT NULL"))
    process.send_signal(signal.SIGTERM)
    smtp_process.release()
    assert process.wait(WITHIN) == 0
    assert len(smtp_process.received) == 1
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
