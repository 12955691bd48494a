"""From records to the summaries of intervals, by way of the hours that are known already.

The range is cut at the intervals' boundaries and at the full hours (UTC). A piece that is a full hour, and is over, is
computed once. Neighbouring pieces that are not known are read together.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any, NamedTuple

from portal.emulator.aggregates.computation import Column, Record, Summary, merged, summarize
from portal.emulator.aggregates.errors import LimitExceeded
from portal.emulator.aggregates.partials import HourlyPartials
from portal.emulator.moments import HOUR

MAX_RECORDS = 600_000
"""How many records one request may read; 90 days of one a minute, widened to intervals of 3 months, are 266,000."""

Read = Callable[[int, int], Iterator[tuple[int, Mapping[str, Any]]]]
"""The records after a moment and up to another, sorted by time."""


class Piece(NamedTuple):
    """A part of the range between two neighbouring cuts."""

    start: int
    end: int

    @property
    def is_hour(self) -> bool:
        """Whether this is a full hour."""
        return self.end - self.start == HOUR and self.start % HOUR == 0


class IntervalSummary(NamedTuple):
    """An interval with data: its ends, and the summaries of its variables."""

    start: int
    end: int
    variables: Mapping[str, Summary]


@dataclass(frozen=True)
class Source:
    """A series to aggregate: how to read it, its numeric variables, and the name of its present version."""

    read: Read
    columns: Sequence[Column]
    version: Hashable
    partials: HourlyPartials
    now: int


def interval_summaries(source: Source, boundaries: Sequence[int]) -> Iterator[IntervalSummary]:
    """The intervals between neighbouring boundaries; those without data are left out.

    :raises LimitExceeded: there are too many records.
    """
    if not source.columns:
        return
    pieces = [piece for start, end in pairwise(boundaries) for piece in _pieces(start, end)]
    known = _piece_summaries(source, pieces)
    for start, end in pairwise(boundaries):
        parts = [known[piece] for piece in _pieces(start, end)]
        variables = {
            column.name: merged(found)
            for column in source.columns
            if (found := [part[column.name] for part in parts if column.name in part])
        }
        if variables:
            yield IntervalSummary(start, end, variables)


def _pieces(start: int, end: int) -> Iterator[Piece]:
    while start < end:
        cut = min(end, start - start % HOUR + HOUR)
        yield Piece(start, cut)
        start = cut


def _piece_summaries(source: Source, pieces: Sequence[Piece]) -> dict[Piece, Mapping[str, Summary]]:
    known: dict[Piece, Mapping[str, Summary]] = {}
    for piece in pieces:
        hour = source.partials.find(source.version, piece.start) if _is_over(piece, source.now) else None
        if hour is not None:
            known[piece] = hour
    kept = frozenset(known)
    budget = MAX_RECORDS
    for is_kept, run in groupby(pieces, key=kept.__contains__):
        if is_kept:
            continue
        for piece, records in _records_of(source.read, list(run), budget):
            budget -= len(records)
            known[piece] = _summaries(records, source.columns)
            if _is_over(piece, source.now):
                source.partials.keep(source.version, piece.start, known[piece])
    return known


def _is_over(piece: Piece, now: int) -> bool:
    """A full hour that the clock has left; only such a one is complete, as long as nobody writes into it."""
    return piece.is_hour and piece.end <= now


def _records_of(read: Read, run: Sequence[Piece], budget: int) -> Iterator[tuple[Piece, list[Record]]]:
    """The records of neighbouring pieces, from one reading."""
    records = read(run[0].start, run[-1].end)
    following = next(records, None)
    for piece in run:
        found: list[Record] = []
        while following is not None and following[0] <= piece.end:
            found.append(following)
            following = next(records, None)
            if len(found) > budget:
                raise _too_many_records()
        budget -= len(found)
        yield piece, found


def _summaries(records: Sequence[Record], columns: Sequence[Column]) -> dict[str, Summary]:
    if not records:
        return {}
    return {column.name: summary for column in columns if (summary := summarize(records, column)) is not None}


def _too_many_records() -> LimitExceeded:
    return LimitExceeded(
        f"The range has more than {MAX_RECORDS} records. Ask for a shorter one.", f"{MAX_RECORDS} records"
    )
