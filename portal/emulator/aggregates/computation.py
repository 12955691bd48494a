"""What an interval says about a variable, computed from raw values or from the summaries of its parts.

A summary of parts is the same as one of the whole: the sum is kept as exact terms, whose sum is rounded only in the
answer; the spread is kept as sum of squared distances from the mean, which can be merged without losing digits
(Chan, Golub, LeVeque: Updating formulae and a pairwise algorithm for computing sample variances, 1979).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

Number = int | float
Term = int | float | Fraction
Record = tuple[int, Mapping[str, Any]]
"""Microseconds since the epoch, and the values by variable with their quality codes as ``<variable>_qc``."""


class Column(NamedTuple):
    """A numeric variable; ``quality`` is the key of its quality codes if it has such."""

    name: str
    quality: str | None
    is_integer: bool


class Point(NamedTuple):
    """A value and its time."""

    time: int
    value: Number


@dataclass(frozen=True, slots=True)
class Values:
    """Of the values that count: how many, exact terms of their sum, mean, squared distances, and four of them."""

    count: int
    terms: tuple[Term, ...]
    mean: float
    squares: float
    least: Point
    greatest: Point
    first: Point
    last: Point


@dataclass(frozen=True, slots=True)
class Summary:
    """The numbers of good, uncertain and bad values, and what the good and uncertain ones say, if there are any."""

    good: int
    uncertain: int
    bad: int
    values: Values | None

    @property
    def sum(self) -> Number | None:
        """Rounded once; nothing beyond the range of doubles."""
        return _total(self.values.terms) if self.values else None

    @property
    def average(self) -> float | None:
        """Nothing without values, or where the sum is beyond the range of doubles."""
        total = self.sum
        if self.values is None or total is None:
            return None
        try:
            return total / self.values.count
        except OverflowError:
            return None

    @property
    def deviation(self) -> float | None:
        """The standard deviation of the population; nothing beyond the range of doubles, 0 below 1e-154."""
        if self.values is None or self.sum is None or not math.isfinite(self.values.squares):
            return None
        return math.sqrt(self.values.squares / self.values.count)


def summarize(records: Iterable[Record], column: Column) -> Summary | None:
    """The summary of a variable in records sorted by time; nothing if none of them has a value.

    The two top bits of a quality code (OPC UA status code) are 00 for good, 01 for uncertain, else bad. Bad values
    are counted and otherwise left out.
    """
    name, quality, is_integer = column
    times: list[int] = []
    values: list[Number] = []
    uncertain = bad = 0
    for time, record in records:
        value = record.get(name)
        if value is None:
            continue
        if quality is not None and (code := record.get(quality)):
            severity = code >> 30 & 3
            if severity > 1:
                bad += 1
                continue
            uncertain += severity
        times.append(time)
        values.append(value)
    if not values:
        return Summary(0, 0, bad, None) if bad else None
    return Summary(len(values) - uncertain, uncertain, bad, _values(times, values, is_integer))


def merged(parts: Sequence[Summary]) -> Summary:
    """The summary of several parts, in the order of time, at least one."""
    if len(parts) == 1:
        return parts[0]
    return Summary(
        sum(part.good for part in parts),
        sum(part.uncertain for part in parts),
        sum(part.bad for part in parts),
        _merged_values([part.values for part in parts if part.values is not None]),
    )


def _values(times: list[int], values: list[Number], is_integer: bool) -> Values:
    least, greatest = min(values), max(values)
    terms = (sum(values),) if is_integer else _exact_terms(values)
    mean, squares = _spread(values, _total(terms))
    return Values(
        count=len(values),
        terms=terms,
        mean=mean,
        squares=squares,
        least=Point(times[values.index(least)], least),
        greatest=Point(times[values.index(greatest)], greatest),
        first=Point(times[0], values[0]),
        last=Point(times[-1], values[-1]),
    )


def _spread(values: Sequence[Number], total: Number | None) -> tuple[float, float]:
    try:
        if total is not None:
            mean = total / len(values)
            distances = [value - mean for value in values]
            return mean, math.fsum([distance * distance for distance in distances])
    except OverflowError:
        pass
    return 0.0, math.inf


def _exact_terms(values: Sequence[Number]) -> tuple[Term, ...]:
    """Few numbers with exactly the sum of these."""
    terms: list[float] = []
    rest = list(values)
    try:
        while term := math.fsum(rest):
            terms.append(term)
            rest.append(-term)
    except OverflowError:
        return (_exact_sum(values),)
    return tuple(terms) or (0.0,)


def _total(terms: Sequence[Term]) -> Number | None:
    """Their sum, rounded once unless all are whole; nothing beyond the range of doubles."""
    whole = [term for term in terms if isinstance(term, int)]
    if len(whole) == len(terms):
        return sum(whole)
    try:
        return math.fsum(terms)
    except OverflowError:
        # Perhaps only on the way: the slow sum has no way.
        exact = _exact_sum(terms)
    try:
        return float(exact)
    except OverflowError:
        return None


def _exact_sum(terms: Sequence[Term]) -> Fraction:
    return sum((Fraction(term) for term in terms), Fraction())


def _merged_values(parts: Sequence[Values]) -> Values | None:
    if not parts:
        return None
    count, mean, squares = parts[0].count, parts[0].mean, parts[0].squares
    for part in parts[1:]:
        distance, together = part.mean - mean, count + part.count
        squares += part.squares + distance * distance * count * part.count / together
        mean += distance * part.count / together
        count = together
    return Values(
        count=count,
        terms=tuple(term for part in parts for term in part.terms),
        mean=mean,
        squares=squares,
        least=min((part.least for part in parts), key=lambda point: point.value),
        greatest=max((part.greatest for part in parts), key=lambda point: point.value),
        first=parts[0].first,
        last=parts[-1].last,
    )
