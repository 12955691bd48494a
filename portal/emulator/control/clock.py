"""The emulator's own clock: the only source of "now" for tokens, codes and time series."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from threading import Lock
from typing import Any

LATEST = datetime(9000, 1, 1, tzinfo=UTC).timestamp()
"""Far enough, and the arithmetic of dates still works behind it."""


def utc_text(at: datetime | float, timespec: str = "milliseconds") -> str:
    """A moment in UTC (or epoch seconds) as answers write it: ``2026-01-05T08:00:00.000Z``."""
    moment = at if isinstance(at, datetime) else datetime.fromtimestamp(at, UTC)
    return moment.isoformat(timespec=timespec).replace("+00:00", "Z")


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
        """Move the clock by this many seconds, forwards or (negative) back; a frozen clock stays frozen.

        :raises ValueError: it would leave the years 1970 to 8999.
        """
        with self._lock:
            if self._frozen is not None:
                self._frozen = _possible(self._frozen + seconds)
            else:
                _possible(time.time() + self._offset + seconds)
                self._offset += seconds

    def freeze(self, at: datetime | float | None = None) -> None:
        """Stop the clock at a moment: an aware datetime, epoch seconds, or nothing for the present one.

        :raises ValueError: the datetime has no time zone, or it is not in the years 1970 to 8999.
        """
        if isinstance(at, datetime) and at.tzinfo is None:
            raise ValueError("The moment has no time zone. Write it with an offset or Z.")
        moment = at.timestamp() if isinstance(at, datetime) else at
        now = self.now()
        with self._lock:
            self._frozen = now if moment is None else _possible(float(moment))

    def resume(self) -> None:
        """Let a frozen clock run on from where it stands."""
        with self._lock:
            if self._frozen is not None:
                self._offset, self._frozen = self._frozen - time.time(), None

    @property
    def is_frozen(self) -> bool:
        """Whether it stands still."""
        return self._frozen is not None

    @property
    def offset(self) -> float:
        """The seconds it is ahead of real time; of a frozen clock those at this moment."""
        return self.now() - time.time()

    def dump(self) -> dict[str, Any]:
        """Its state, for :meth:`load`."""
        with self._lock:
            return {"frozen": self._frozen, "offset": self._offset}

    def load(self, dumped: Mapping[str, Any]) -> None:
        """Take over a state.

        :raises ValueError: it is none.
        """
        match dumped:
            case {"frozen": None | float() as frozen, "offset": float() as offset, **rest} if not rest:
                _possible(time.time() + offset if frozen is None else frozen + 0 * offset)
            case _:
                raise ValueError("clock: frozen is epoch seconds or null, offset is seconds, both with a decimal point")
        with self._lock:
            self._frozen, self._offset = frozen, offset

    def reset(self) -> None:
        """Go back to real time."""
        with self._lock:
            self._offset = 0.0
            self._frozen = None


def _possible(moment: float) -> float:
    if not (math.isfinite(moment) and 0 <= moment <= LATEST):
        raise ValueError("The clock goes from the year 1970 to 8999.")
    return moment
