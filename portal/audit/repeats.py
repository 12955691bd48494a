"""Refusals that come again and again: the first is recorded, the next of the same minute are only counted.

Anybody can cause a refusal without proving anything, and must not be able to fill the log with it, or to bury in it
what matters. The count is told by the next record of the same kind. Counted in each process for itself.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

WINDOW = 60.0
# Different refusals remembered at once; when there are more, the memory starts anew.
MOST = 10_000

_seen: dict[tuple[str, ...], tuple[float, int]] = {}
_lock = Lock()


@contextmanager
def counted(*what: str) -> Iterator[int | None]:
    """How often this happened since it was last recorded, when it is to be recorded now; None when it is only counted.

    `what` says which refusals are the same: reason, clientID, network (`network_of`). If the block fails to record
    it, the next one is the first again.
    """
    before = _seen.get(what, (float("-inf"), 0))
    times = _count(what)
    try:
        yield times
    except BaseException:
        _seen[what] = before
        raise


def _count(what: tuple[str, ...]) -> int | None:
    now = time.time()
    with _lock:
        recorded_at, times = _seen.get(what, (float("-inf"), 0))
        if 0 <= now - recorded_at < WINDOW:
            _seen[what] = (recorded_at, times + 1)
            return None
        if len(_seen) >= MOST:
            _seen.clear()
        _seen[what] = (now, 0)
        return times


def network_of(address: str) -> str:
    """The network that an address stands for here: one IPv6 customer has at least a /64 of addresses to come from."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else address


def forget() -> None:
    """Start counting anew."""
    _seen.clear()
