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
# A clock that is set right by less than this many seconds has not been set back.
CLOCK_STEP = 1.0
# Different refusals remembered at once; when there are more, the memory starts anew.
MOST = 10_000
# Agents told apart in one kind of refusal within the window; all further ones are one: a caller can write anything.
MOST_AGENTS = 20
OTHER_AGENTS = "(other agents)"

_NEVER = float("-inf")
_seen: dict[tuple[str, ...], tuple[float, int]] = {}
_agents: dict[tuple[str, ...], tuple[float, int]] = {}
_lock = Lock()


@contextmanager
def counted(*what: str) -> Iterator[int | None]:
    """How often this happened since it was last recorded, when it is to be recorded now; None when it is only counted.

    `what` says which refusals are the same: reason, clientID, network (`network_of`), agent (`agent_of`). If the block
    fails to record it, the next one is the first again.
    """
    times = _count(what)
    try:
        yield times
    except BaseException:
        if times is not None:
            _take_back(what, times)
        raise


def _count(what: tuple[str, ...]) -> int | None:
    with _lock:
        now = time.time()
        recorded_at, times = _seen.get(what, (_NEVER, 0))
        if _is_lately(recorded_at, now):
            _seen[what] = (recorded_at, times + 1)
            return None
        _remember(_seen, what, (now, 0))
        return times


def _take_back(what: tuple[str, ...], times: int) -> None:
    """Nothing was recorded: what was to be told with it is told with the next one, and so is what came meanwhile."""
    with _lock:
        _recorded_at, meanwhile = _seen.get(what, (_NEVER, 0))
        _remember(_seen, what, (_NEVER, times + meanwhile))


def agent_of(agent: str, *what: str) -> str:
    """The agent, as far as it tells refusals of this kind apart: one of the first MOST_AGENTS lately, or any other."""
    with _lock:
        now = time.time()
        if _is_lately(_seen.get((*what, agent), (_NEVER, 0))[0], now):
            return agent
        since, number = _agents.get(what, (_NEVER, 0))
        if not _is_lately(since, now):
            since, number = now, 0
        if number >= MOST_AGENTS:
            return OTHER_AGENTS
        _remember(_agents, what, (since, number + 1))
        return agent


def _is_lately(moment: float, now: float) -> bool:
    return -CLOCK_STEP <= now - moment < WINDOW


def _remember(
    memory: dict[tuple[str, ...], tuple[float, int]], what: tuple[str, ...], value: tuple[float, int]
) -> None:
    if what not in memory and len(memory) >= MOST:
        memory.clear()
    memory[what] = value


def network_of(address: str) -> str:
    """The network that an address stands for here: one IPv6 customer has at least a /64 of addresses to come from."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else address


def forget() -> None:
    """Start counting anew."""
    with _lock:
        _seen.clear()
        _agents.clear()
