"""Summaries of full hours, kept for the next question about the same hours."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from threading import Lock

from portal.emulator.aggregates.computation import Summary

CAPACITY = 10_000
"""Hours of one aspect each; 90 days have 2,160."""

Hour = Mapping[str, Summary]
"""The summaries of one hour by variable."""


class HourlyPartials:
    """The summaries of the hours asked for last. An hour is found only with the version of the series it was
    computed from, so a write makes all that came before unfindable."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._hours: OrderedDict[tuple[Hashable, int], Hour] = OrderedDict()
        self._lock = Lock()

    def find(self, series: Hashable, start: int) -> Hour | None:
        """The hour that starts at this moment, of this version of a series."""
        with self._lock:
            hour = self._hours.get((series, start))
            if hour is not None:
                self._hours.move_to_end((series, start))
            return hour

    def keep(self, series: Hashable, start: int, hour: Hour) -> None:
        """Remember an hour; that which was not asked for longest is forgotten if there are too many."""
        with self._lock:
            self._hours[series, start] = hour
            if len(self._hours) > self._capacity:
                self._hours.popitem(last=False)

    def __len__(self) -> int:
        return len(self._hours)
