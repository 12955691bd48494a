"""The emulator's own clock: the only source of "now" for tokens, codes and time series."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from threading import Lock


class Clock:
    """Real time plus a shift, or a frozen moment. Times are seconds since the epoch, UTC."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._offset = 0.0
        self._frozen: float | None = None

    def now(self) -> float:
        """The present moment in seconds since the epoch."""
        with self._lock:
            if self._frozen is not None:
                return self._frozen
            return time.time() + self._offset

    def now_datetime(self) -> datetime:
        """The present moment as an aware UTC datetime."""
        return datetime.fromtimestamp(self.now(), UTC)

    def shift(self, seconds: float) -> None:
        """Move the clock by this many seconds, forwards or (negative) back; a frozen clock stays frozen."""
        with self._lock:
            if self._frozen is not None:
                self._frozen += seconds
            else:
                self._offset += seconds

    def freeze(self, at: datetime | float | None = None) -> None:
        """Stop the clock at a moment: an aware datetime, epoch seconds, or nothing for the present one.

        :raises ValueError: the datetime has no time zone.
        """
        if isinstance(at, datetime) and at.tzinfo is None:
            raise ValueError("The moment has no time zone. Write it with an offset or Z.")
        moment = at.timestamp() if isinstance(at, datetime) else at
        now = self.now()
        with self._lock:
            self._frozen = now if moment is None else float(moment)

    def reset(self) -> None:
        """Go back to real time."""
        with self._lock:
            self._offset = 0.0
            self._frozen = None
