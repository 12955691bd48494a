"""The parameters of v4; all but the asset and the aspect may be left out."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from portal.emulator.aggregates.completion import MAX_COUNT, VALUES, Asked, checked_interval, complete
from portal.emulator.aggregates.intervals import Grid
from portal.emulator.aggregates.parameters import Parameters
from portal.emulator.aggregates.selection import FIELDS, Selection

PRECOMPUTED_MINUTES = 2


@dataclass(frozen=True)
class QueryV4:
    """A checked query: whose aggregates, between which boundaries, and what of them."""

    asset_id: str
    aspect: str
    boundaries: tuple[int, ...]
    selection: Selection

    @classmethod
    def read(cls, sent: MultiDict[str, str], now: int, timezone: str) -> QueryV4:
        """Read, check and complete the parameters. ``now`` is in microseconds since the epoch, ``timezone`` is the
        tenant's, with which the intervals are aligned.

        :raises GatewayError: 400, a parameter is missing or wrong.
        """
        parameters = Parameters(sent)
        asked = Asked(
            start=parameters.moment("from"),
            end=parameters.moment("to"),
            interval=checked_interval(
                parameters.unit("intervalUnit", tuple(VALUES)), parameters.number("intervalValue", 10**9 - 1)
            ),
            count=parameters.number("count", MAX_COUNT),
        )
        return cls(
            asset_id=parameters.required("assetId"),
            aspect=parameters.required("aspectName"),
            boundaries=complete(asked, now, Grid(ZoneInfo(timezone), PRECOMPUTED_MINUTES)),
            selection=Selection.read(parameters.text("select"), FIELDS),
        )
