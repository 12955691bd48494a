"""The parameters of v3, which completes and widens nothing: a range that does not fit its intervals is refused.

The start has to lie on a boundary of the unit, in UTC, and the range has to be a whole number of intervals. So one
hour is not the same as 60 minutes: from half past to half past there are 60 minutes, but no hour.
"""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from portal.emulator.aggregates.errors import LimitExceeded, MissingParameter
from portal.emulator.aggregates.intervals import Grid, Interval, Unit
from portal.emulator.aggregates.parameters import Parameters
from portal.emulator.aggregates.selection import FIELDS_V3, Selection
from portal.emulator.gateway.errors import GatewayError, InvalidParameter
from portal.emulator.moments import DAY

MAX_INTERVALS = 200
MAX_DAYS = 366
"""How far a range may reach; with short intervals the number of them ends it before."""
GRID = Grid()


class Misaligned(GatewayError):
    """The range does not fit the intervals; its status is a switch."""

    def __init__(self, status: int, interval: Interval) -> None:
        super().__init__(
            status,
            "invalidParameter",
            f"from and to do not fit intervals of {interval}. Write a from on a full {interval.unit} in UTC "
            f"(weeks begin on Monday), and a to that is a whole number of intervals later.",
        )


@dataclass(frozen=True)
class QueryV3:
    """A checked query: between which boundaries, and what of them."""

    boundaries: tuple[int, ...]
    selection: Selection

    @classmethod
    def read(cls, sent: MultiDict[str, str], misaligned_status: int) -> QueryV3:
        """Read and check the parameters. A status of 0 widens a range that does not fit, as v4 does.

        :raises GatewayError: a parameter is missing or wrong, or the range does not fit.
        """
        parameters = Parameters(sent)
        start, end = _required_moment(parameters, "from"), _required_moment(parameters, "to")
        unit = parameters.unit("intervalUnit", tuple(Unit))
        value = parameters.number("intervalValue", 10**9 - 1)
        if unit is None:
            raise MissingParameter("intervalUnit")
        if value is None:
            raise MissingParameter("intervalValue")
        boundaries = _boundaries(start, end, Interval(unit, value))
        if misaligned_status and (boundaries[0], boundaries[-1]) != (start, end):
            raise Misaligned(misaligned_status, Interval(unit, value))
        return cls(boundaries, Selection.read(parameters.text("select"), FIELDS_V3))


def _required_moment(parameters: Parameters, name: str) -> int:
    moment = parameters.moment(name)
    if moment is None:
        raise MissingParameter(name)
    return moment


def _boundaries(start: int, end: int, interval: Interval) -> tuple[int, ...]:
    if start >= end:
        raise InvalidParameter("from is not before to. Write an earlier from or a later to.")
    if max(end - start, interval.length) > MAX_DAYS * DAY:
        raise LimitExceeded(
            f"The range and the interval can't be longer than {MAX_DAYS} days. Ask for a shorter one.",
            f"{MAX_DAYS} days",
        )
    boundaries: list[int] = []
    for boundary in GRID.boundaries(start, end, interval):
        boundaries.append(boundary)
        if len(boundaries) > MAX_INTERVALS + 1:
            raise LimitExceeded(
                f"The range has more than {MAX_INTERVALS} intervals. Ask for longer intervals or a shorter range.",
                f"{MAX_INTERVALS} intervals",
            )
    return tuple(boundaries)
