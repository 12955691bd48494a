"""Group commit: what callers want to write at the same moment goes into one transaction.

A durable commit costs the same for one record as for fifty. Whoever comes first works at once, for itself; those who
come meanwhile gather, and one of them then works for all. Nobody waits for a timer, and each caller returns only when
its own part is committed, or knows why it is not.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from threading import Event, Lock
from typing import Generic, TypeVar

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

# Callers served by one transaction: it must stay short, and the rest goes into the next.
MOST = 100


class GroupCommit(Generic[Item, Outcome]):
    """`GroupCommit(work)`, then `.do(group, item)` in as many threads as there are; `work` gets the items of one group.

    `work` runs the transaction and answers with an outcome for each item, in their order. If it raises, nothing of it
    may have happened; each item is then tried alone, so that one which cannot be written fails alone.
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
            mine.turn.wait()
        if not mine.is_done:
            self._work_for(group, mine)
        return mine.outcome()

    def _is_first(self, group: Hashable, mine: _Call[Item, Outcome]) -> bool:
        with self._lock:
            if group in self._gathering:
                self._gathering[group].append(mine)
                return False
            self._gathering[group] = []
            return True

    def _work_for(self, group: Hashable, mine: _Call[Item, Outcome]) -> None:
        with self._lock:
            others = self._gathering[group][: MOST - 1]
            del self._gathering[group][: MOST - 1]
        try:
            self._serve([mine, *others])
        finally:
            with self._lock:
                next_ones = self._gathering[group]
                successor = next_ones.pop(0) if next_ones else None
                if successor is None:
                    del self._gathering[group]
            if successor is not None:
                successor.turn.set()
            for call in others:
                # Not done is only whose worker was stopped: it then fails, rather than waits for ever.
                call.is_done = True
                call.turn.set()

    def _serve(self, calls: list[_Call[Item, Outcome]]) -> None:
        try:
            outcomes = self._work([call.item for call in calls])
        except Exception as error:
            if len(calls) == 1:
                calls[0].fails(error)
            else:
                self._serve_each(calls, error)
            return
        for call, outcome in zip(calls, outcomes, strict=True):
            call.ends(outcome)

    def _serve_each(self, calls: list[_Call[Item, Outcome]], error: Exception) -> None:
        """Up to the one that cannot be done. The rest fails with it: if the database is away, it is so for all."""
        for at, call in enumerate(calls):
            self._serve([call])
            if call.error is not None:
                for rest in calls[at + 1 :]:
                    rest.fails(error)
                return


class _Call(Generic[Item, Outcome]):
    def __init__(self, item: Item) -> None:
        self.item = item
        self.turn = Event()
        self.is_done = False
        self.error: Exception | None = None
        self._outcome: list[Outcome] = []

    def ends(self, outcome: Outcome) -> None:
        self._outcome, self.is_done = [outcome], True

    def fails(self, error: Exception) -> None:
        self.error, self.is_done = error, True

    def outcome(self) -> Outcome:
        if self.error is not None:
            raise self.error
        if not self._outcome:
            raise RuntimeError("The thread that worked for this caller was stopped.")
        return self._outcome[0]
