"""SQLite with one writer at a time in this process.

SQLite lets waiting writers try again at growing intervals, so that with many threads an unlucky one waits for seconds
while others pass. Waiting for a lock of the process instead costs nothing and is fair enough.
"""

from __future__ import annotations

from threading import Lock
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from portal.lib.sqlite import letters

_writing = Lock()


class DatabaseWrapper(base.DatabaseWrapper):
    """Takes the process's lock before BEGIN IMMEDIATE and gives it back after COMMIT or ROLLBACK."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._holds_lock = False

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Of Django: a connection that ignores the case of all letters."""
        connection = super().get_new_connection(conn_params)
        letters.teach(connection)
        return connection

    def _start_transaction_under_autocommit(self) -> None:
        if not _writing.acquire(timeout=self.settings_dict["OPTIONS"]["timeout"]):
            raise OperationalError("Other threads were writing for too long.")
        self._holds_lock = True
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._release()
            raise

    def _commit(self) -> Any:
        # Not in `finally`: a COMMIT that failed is followed by a ROLLBACK.
        committed = super()._commit()  # type: ignore[misc]
        self._release()
        return committed

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]
        finally:
            self._release()

    def _close(self) -> Any:
        try:
            return super()._close()  # type: ignore[misc]
        finally:
            self._release()

    def _release(self) -> None:
        if self._holds_lock:
            self._holds_lock = False
            _writing.release()
