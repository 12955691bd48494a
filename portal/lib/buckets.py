"""Token buckets: so many at once, refilled over a while. In process memory, counted in each process for itself."""

from __future__ import annotations

import math
import time
from threading import Lock

# Different keys remembered at once in one `Buckets`.
MOST = 10_000
# So many seconds a clock is put back to be right again.
CLOCK_STEP = 1.0


class Buckets:
    """A bucket for each key that holds `size` and fills up again, evenly, within `seconds`.

    Kept is one number for each key: the moment at which its bucket is full again. Full ones are forgotten; when too
    many are not, all start anew, which lets somebody through early and nobody wait longer.
    """

    def __init__(self, size: int, seconds: float = 60.0) -> None:
        self._size, self._seconds = size, seconds
        self._full_at: dict[tuple[str, ...], float] = {}
        self._lock = Lock()

    def take(self, *key: str) -> int:
        """Take one out of the key's bucket: 0, or the seconds until there is one again, when it is empty."""
        each = self._seconds / self._size
        with self._lock:
            now = time.time()
            full_at = max(self._full_at.get(key, now), now)
            if full_at - now > self._seconds + CLOCK_STEP:  # the clock was set back, and not only put right
                full_at = now
            wait = full_at + each - now - self._seconds
            # A hair of tolerance: sums of fractions do not meet the whole exactly.
            if wait > each * 1e-6:
                return math.ceil(wait)
            if len(self._full_at) >= MOST:
                self._tidy(now)
            self._full_at[key] = full_at + each
            return 0

    def _tidy(self, now: float) -> None:
        self._full_at = {key: full_at for key, full_at in self._full_at.items() if full_at > now}
        if len(self._full_at) >= MOST:
            self._full_at.clear()

    def forget(self) -> None:
        """All buckets are full."""
        self._full_at.clear()
