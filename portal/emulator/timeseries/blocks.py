"""Written records of one series: sorted by time, in small blocks of columns that never change.

A write makes new blocks where it hits and keeps the others, so whoever reads goes on with the series as it was.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

from portal.emulator.timeseries.records import TimedValues, Value, Values

BLOCK_LENGTH = 256
"""Records. A single write costs the work of one block; a page of 2000 records touches about ten."""

Column = Sequence[Value | None]


class Block:
    """Consecutive records, column by column; a variable without a value in any of them has no column."""

    __slots__ = ("characters", "columns", "times")

    def __init__(self, records: Sequence[TimedValues]) -> None:
        """``records`` are sorted by time, each time once, at least one."""
        self.times = array("q", [time for time, _ in records])
        names = dict.fromkeys(name for _, values in records for name in values)
        self.columns = {name: _column([values.get(name) for _, values in records]) for name in names}
        self.characters = sum(_characters(column) for column in self.columns.values())

    def records(self, indexes: Iterable[int], names: Iterable[str]) -> Iterator[TimedValues]:
        """The records at these indexes, reduced to the named variables; one may be left with no value."""
        times = self.times
        columns = [(name, self.columns[name]) for name in names if name in self.columns]
        for index in indexes:
            yield times[index], {name: value for name, column in columns if (value := column[index]) is not None}

    @property
    def cells(self) -> int:
        """How many times and values it keeps, gaps in its columns included."""
        return len(self.times) * (1 + len(self.columns))

    def all_records(self) -> list[TimedValues]:
        """Every record with every value."""
        return list(self.records(range(len(self.times)), self.columns))

    def within(self, after: int, until: int) -> range:
        """The indexes of the records in ``(after, until]``."""
        return range(bisect_right(self.times, after), bisect_right(self.times, until))


@dataclass(frozen=True)
class WrittenSeries:
    """The written records of one aspect of one asset; ``characters`` counts those of all texts."""

    blocks: tuple[Block, ...] = ()
    cells: int = 0
    characters: int = 0

    def records(self, after: int, until: int, names: Sequence[str], descending: bool) -> Iterator[TimedValues]:
        """The records in ``(after, until]`` (microseconds), reduced to the named variables."""
        blocks = self.blocks[_first_after(self.blocks, after) : _last_until(self.blocks, until)]
        for block in reversed(blocks) if descending else blocks:
            indexes = block.within(after, until)
            yield from block.records(reversed(indexes) if descending else indexes, names)

    def with_records(self, records: Sequence[TimedValues]) -> WrittenSeries:
        """The series with these records added, each in place of the one at its time.

        ``records`` are sorted by time, each time once.
        """
        if not self.blocks:
            return _series(_blocks(records))
        result: list[Block] = []
        taken = position = 0
        last = len(self.blocks) - 1
        while position < len(records):
            # The first block that ends at or behind the record; what lies behind all blocks joins the last one.
            hit = min(bisect_left(self.blocks, records[position][0], lo=taken, key=_end), last)
            end = len(records)
            if hit < last:
                end = bisect_right(records, _end(self.blocks[hit]), lo=position, key=_time)
            result += self.blocks[taken:hit]
            result += _blocks(_replaced(self.blocks[hit].all_records(), records[position:end]))
            taken, position = hit + 1, end
        return _series((*result, *self.blocks[taken:]))

    def without(self, after: int, until: int) -> WrittenSeries:
        """The series without the records in ``(after, until]`` (microseconds)."""
        first, stop = _first_after(self.blocks, after), _last_until(self.blocks, until)
        if first >= stop:
            return self
        kept = [
            record
            for block in dict.fromkeys((self.blocks[first], self.blocks[stop - 1]))
            for record in block.all_records()
            if not after < record[0] <= until
        ]
        return _series((*self.blocks[:first], *_blocks(kept), *self.blocks[stop:]))


NOTHING_WRITTEN = WrittenSeries()


def _series(blocks: tuple[Block, ...]) -> WrittenSeries:
    return WrittenSeries(blocks, sum(b.cells for b in blocks), sum(b.characters for b in blocks))


def _blocks(records: Sequence[TimedValues]) -> tuple[Block, ...]:
    """The records in blocks of nearly equal length, so that none stays with a single record."""
    pieces = -(-len(records) // BLOCK_LENGTH)
    bounds = [len(records) * piece // pieces for piece in range(pieces + 1)] if pieces else []
    return tuple(Block(records[start:end]) for start, end in pairwise(bounds))


def _replaced(old: Iterable[TimedValues], new: Iterable[TimedValues]) -> list[TimedValues]:
    merged: dict[int, Values] = dict(old)
    merged.update(new)
    return sorted(merged.items(), key=_time)


def _column(values: list[Value | None]) -> Column:
    """Numbers of one kind without their objects (8 bytes each); everything else as it is."""
    kinds = set(map(type, values))
    if kinds == {float}:
        return array("d", cast("list[float]", values))
    if kinds == {int}:
        return array("q", cast("list[int]", values))
    return tuple(values)


def _characters(column: Column) -> int:
    return 0 if isinstance(column, array) else sum(len(value) for value in column if isinstance(value, str))


def _first_after(blocks: tuple[Block, ...], after: int) -> int:
    """The index of the first block with a record behind this time."""
    return bisect_right(blocks, after, key=_end)


def _last_until(blocks: tuple[Block, ...], until: int) -> int:
    """The index behind the last block with a record at or before this time."""
    return bisect_right(blocks, until, key=_start)


def _start(block: Block) -> int:
    return block.times[0]


def _end(block: Block) -> int:
    return block.times[-1]


def _time(record: TimedValues) -> int:
    return record[0]
