"""How many calls a tenant may make: a sliding window of 30 seconds per tenant and service, by the emulator's clock.

The platform publishes its limits per service and tenant size; those of IoT are not public. So there is one number for
all services, the switch ``requests_per_30_seconds``.
"""

from __future__ import annotations

import math
from collections import deque
from threading import Lock

WINDOW = 30.0
"""Seconds."""


class Rates:
    """The times of the calls that were let through, by tenant and service."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._calls: dict[tuple[str, str], deque[float]] = {}

    def admit(self, tenant: str, service: str, limit: int, now: float) -> int:
        """Let one more call through if there is room: 0, else the seconds after which there will be.

        A refused call takes no room. ``now`` is in epoch seconds; times ahead of it (the clock was moved back) count
        no more.
        """
        with self._lock:
            calls = self._calls.setdefault((tenant, service), deque())
            while calls and calls[0] <= now - WINDOW:
                calls.popleft()
            while calls and calls[-1] > now:
                calls.pop()
            if len(calls) >= limit:
                return max(1, math.ceil(calls[len(calls) - limit] + WINDOW - now))
            calls.append(now)
            return 0
