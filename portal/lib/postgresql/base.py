"""PostgreSQL, with a look at the connection before each request that costs no round trip.

Django asks the server `SELECT 1`, which takes as long as the one query that many requests need. A connection that
the server has closed shows it without being asked: there is something to read on it.
"""

from __future__ import annotations

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Asks the server only when the connection is not quiet (and after an error, as Django does)."""

    def close_if_health_check_failed(self) -> None:
        if self.connection is not None and not self.health_check_done:
            self.health_check_done: bool = self._is_quiet()
        super().close_if_health_check_failed()

    def _is_quiet(self) -> bool:
        if self.connection.closed:
            return False
        socket = select.poll()
        socket.register(self.connection.fileno(), select.POLLIN)
        return not socket.poll(0)
