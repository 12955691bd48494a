"""`python manage.py worker`: runs background tasks, and makes sure that nothing due is forgotten.

The task worker of django-tasks-db never looks again at a task whose worker was killed. What must not get lost is
therefore kept in rows of its own, with leases; between two rounds of tasks each of SWEEPS enqueues what is due there.
"""

from __future__ import annotations

import logging
import signal
import time
from threading import Event
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, InterfaceError, OperationalError, connections
from django.utils.autoreload import run_with_reloader
from django.utils.crypto import get_random_string
from django.utils.module_loading import import_string
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS
from django_tasks_db.management.commands.db_worker import Worker

from portal import constants

log = logging.getLogger(__name__)
# Seconds between two sweeps, and before the next try when the database is away.
SWEEP_EVERY = 5.0


class Command(BaseCommand):
    """Run background tasks until SIGTERM or Ctrl-C; the task that runs is finished first."""

    help = "Run background tasks until SIGTERM or Ctrl-C; a second signal ends at once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reload", action="store_true", help="take changed code at once; not for production")

    def handle(self, *args: Any, **options: Any) -> None:
        # It tells each round, of which there is one a second.
        logging.getLogger("django_tasks_db").setLevel(logging.WARNING)
        rounds = Rounds()
        if options["reload"]:
            run_with_reloader(rounds.run)  # has signal handlers of its own
        else:
            rounds.end_on(signal.SIGTERM, signal.SIGINT)
            rounds.run()


class Rounds:
    """Tasks until there are none, sweeps when their time has come, a short rest, and again."""

    def __init__(self) -> None:
        self._ending = Event()
        self._swept_at = float("-inf")
        self._worker = Worker(
            queue_names=["*"],
            excluded_queue_names=[],
            interval=constants.WORKER_INTERVAL,
            batch=True,
            backend_name=DEFAULT_TASK_BACKEND_ALIAS,
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
        )

    def end_on(self, *signals: signal.Signals) -> None:
        """End after the present task when one of these arrives; at once when a second one does."""
        for number in signals:
            signal.signal(number, self._end)

    def _end(self, number: int, frame: FrameType | None) -> None:
        self._ending.set()
        self._worker.running = False
        signal.signal(number, signal.SIG_DFL)

    def run(self) -> None:
        while not self._ending.is_set():
            try:
                self._worker.run()
                self._sweep_in_time()
            except (DatabaseError, InterfaceError) as error:
                log.warning("The database does not answer, trying again in %s seconds: %s", SWEEP_EVERY, error)
                connections.close_all()
                self._ending.wait(SWEEP_EVERY)
            else:
                self._ending.wait(constants.WORKER_INTERVAL)

    def _sweep_in_time(self) -> None:
        if self._ending.is_set() or time.monotonic() - self._swept_at < SWEEP_EVERY:
            return
        self._swept_at = time.monotonic()
        for path in settings.SWEEPS:
            try:
                import_string(path)()
            except (OperationalError, InterfaceError):
                raise
            except Exception:
                # The outer edge of a sweep: the others, and all tasks, go on.
                log.exception("The sweep %s failed.", path)
