"""Records of one aspect: what the variables say, minute by minute."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from time import gmtime, strftime

from portal.emulator.assets.model import AspectType, Asset
from portal.emulator.timeseries.catalogue import duty_of, signal_of
from portal.emulator.timeseries.signals import (
    MINUTES_PER_DAY,
    Value,
    quality_sampler,
    sampler,
)

Record = dict[str, str | Value]
Column = tuple[str, int, Callable[[int], Value]]
"""Key in the record, interval in minutes, and the function from minute to value."""

_TIME_OF_DAY = tuple(f"T{m // 60:02}:{m % 60:02}:00Z" for m in range(MINUTES_PER_DAY))


class AspectSeries:
    """The time series of one aspect of one asset, reduced to the selected variables.

    A minute has a record if at least one variable has a value; variables without one are left out.
    """

    def __init__(
        self,
        seed: str,
        asset: Asset,
        aspect: str,
        kind: AspectType,
        select: frozenset[str],
    ) -> None:
        """``select`` holds the wanted variable names; empty means all."""
        self._columns: list[Column] = []
        duty = duty_of(asset.name)
        for variable in kind.variables:
            if select and variable.name not in select:
                continue
            signal = signal_of(kind.id, variable.name)
            path = f"{aspect}.{variable.name}"
            values = sampler(signal, duty, seed, asset.asset_id, path)
            self._columns.append((variable.name, signal.every, values))
            if variable.quality_code:
                quality = quality_sampler(seed, asset.asset_id, path)
                self._columns.append((f"{variable.name}_qc", signal.every, quality))
        # Every interval divides the longer ones, so the shortest one hits all minutes with a value.
        self.interval = min((every for _, every, _ in self._columns), default=0)

    def minutes(self, after: int, until: int, descending: bool) -> range:
        """The minutes with a record in ``(after, until]``; none if nothing was selected."""
        if not self.interval:
            return range(0)
        first = (after // self.interval + 1) * self.interval
        minutes = range(first, until + 1, self.interval)
        return minutes[::-1] if descending else minutes

    def records(self, minutes: Iterable[int]) -> Iterator[Record]:
        """The records at these minutes, which :meth:`minutes` gave."""
        every_minute = [(key, value) for key, every, value in self._columns if every == 1]
        sparse = [column for column in self._columns if column[1] != 1]
        for minute in minutes:
            record: Record = {"_time": time_text(minute)}
            for key, value in every_minute:
                record[key] = value(minute)
            for key, every, value in sparse:
                if not minute % every:
                    record[key] = value(minute)
            yield record


def time_text(minute: int) -> str:
    """A minute since the epoch in the API's form, ``2019-02-10T23:00:00Z``."""
    return _date(minute // MINUTES_PER_DAY) + _TIME_OF_DAY[minute % MINUTES_PER_DAY]


@lru_cache(maxsize=256)
def _date(day: int) -> str:
    return strftime("%Y-%m-%d", gmtime(day * 86400))
