"""Computed records of one aspect of a seeded machine: what its variables say, minute by minute."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from portal.emulator.assets.model import AspectType, Asset
from portal.emulator.moments import MINUTE
from portal.emulator.timeseries.catalogue import duty_of, signal_of
from portal.emulator.timeseries.signals import quality_sampler, sampler

Value = float | int | bool | str
Values = dict[str, Value]
"""Values (and quality codes, under ``<variable>_qc``) by name."""
TimedValues = tuple[int, Values]
"""Microseconds since the epoch (UTC), and the values."""
Column = tuple[str, int, Callable[[int], Value]]
"""Key in the record, interval in minutes, and the function from minute to value."""


def column_names(kind: AspectType, select: frozenset[str]) -> list[str]:
    """The keys a record may have, in the order of the type; ``select`` holds variables, empty means all."""
    return [
        name
        for variable in kind.variables
        if not select or variable.name in select
        for name in ([variable.name, f"{variable.name}_qc"] if variable.quality_code else [variable.name])
    ]


class AspectSeries:
    """The computed series of one aspect of one asset, reduced to the selected variables.

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
            signal = signal_of(kind.id, variable.name)
            if signal is None or (select and variable.name not in select):
                continue
            path = f"{aspect}.{variable.name}"
            values = sampler(signal, duty, seed, asset.asset_id, path)
            self._columns.append((variable.name, signal.every, values))
            if variable.quality_code:
                quality = quality_sampler(seed, asset.asset_id, path)
                self._columns.append((f"{variable.name}_qc", signal.every, quality))
        # Every interval divides the longer ones, so the shortest one hits all minutes with a value.
        self.interval = min((every for _, every, _ in self._columns), default=0)

    def minutes(self, first: int, last: int, descending: bool) -> range:
        """The minutes with a record from ``first`` to ``last``; none if nothing was selected."""
        if not self.interval:
            return range(0)
        start = -(-first // self.interval) * self.interval
        minutes = range(start, last + 1, self.interval)
        return minutes[::-1] if descending else minutes

    def records(self, minutes: Iterable[int]) -> Iterator[TimedValues]:
        """The records at these minutes, which :meth:`minutes` gave."""
        every_minute = [(key, value) for key, every, value in self._columns if every == 1]
        sparse = [column for column in self._columns if column[1] != 1]
        for minute in minutes:
            values: Values = {key: value(minute) for key, value in every_minute}
            for key, every, value in sparse:
                if not minute % every:
                    values[key] = value(minute)
            yield minute * MINUTE, values
