"""Group commit: what callers want to write at the same moment goes into one transaction.

A durable commit costs the same for one record as for fifty. Whoever comes first works at once, for itself; those who
come meanwhile gather, and one of them then works for all. Nobody waits for a timer, and each caller returns only when
its own part is committed, or knows why it is not.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from threading import Lock
from typing import Generic, TypeVar

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

# Callers served by one transaction: it must stay short, and the rest goes into the next.
MOST = 100


class GroupCommit(Generic[Item, Outcome]):
    """`GroupCommit(work)`, then `.do(group, item)` in as many threads as there are; `work` gets the items of one group.

    `work` runs the transaction and answers with an outcome for each item, in their order. If it raises, nothing of it
    may have happened: each caller then works for itself, so that an item which cannot be written fails alone, and a
    connection that broke breaks nobody else's call.
    """

    def __init__(self, work: Callable[[list[Item]], Sequence[Outcome]]) -> None:
        self._work = work
        # A group is in here while somebody works for it, with the callers that gather meanwhile.
        self._gathering: dict[Hashable, list[_Call[Item, Outcome]]] = {}
        self._lock = Lock()

    def do(self, group: Hashable, item: Item) -> Outcome:
        """The outcome of this item; raises what `work` raised."""
        mine = _Call[Item, Outcome](item)
        if not self._is_first(group, mine):
            mine.wait()
        if mine.leads:
            self._work_for(group, mine)
        if mine.outcome is None:
            mine.outcome = tuple(self._work([item]))
        return mine.outcome[0]

    def _is_first(self, group: Hashable, mine: _Call[Item, Outcome]) -> bool:
        with self._lock:
            mine.leads = group not in self._gathering
            self._gathering.setdefault(group, []).extend([] if mine.leads else [mine])
            return mine.leads

    def _work_for(self, group: Hashable, mine: _Call[Item, Outcome]) -> None:
        with self._lock:
            others = self._gathering[group][: MOST - 1]
            del self._gathering[group][: MOST - 1]
        calls = [mine, *others]
        try:
            outcomes = self._work([call.item for call in calls])
        except Exception:
            if not others:
                raise
        else:
            for call, outcome in zip(calls, outcomes, strict=True):
                call.outcome = (outcome,)
        finally:
            self._pass_on(group)
            for call in others:
                call.wake()

    def _pass_on(self, group: Hashable) -> None:
        """Let the first of those who came meanwhile work next, or close the group."""
        with self._lock:
            waiting = self._gathering[group]
            if not waiting:
                del self._gathering[group]
                return
            successor = waiting.pop(0)
        successor.leads = True
        successor.wake()


class _Call(Generic[Item, Outcome]):
    """One caller: woken once, when somebody worked for it, or in vain, or when it `leads` the next group itself."""

    def __init__(self, item: Item) -> None:
        self.item = item
        self.leads = False
        self.outcome: tuple[Outcome, ...] | None = None
        # Taken by whoever made it and given back by `wake`: an Event does the same with three locks.
        self._turn = Lock()
        self._turn.acquire()

    def wait(self) -> None:
        self._turn.acquire()

    def wake(self) -> None:
        self._turn.release()
