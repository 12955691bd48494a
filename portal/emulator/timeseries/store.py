"""All time series: computed records of the seeded machines, what clients wrote over them and what they deleted.

Times are microseconds since the epoch, UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import chain
from operator import itemgetter
from typing import Any

from portal.emulator.assets.inventory import Inventory
from portal.emulator.assets.model import AspectType, Asset, Category
from portal.emulator.control.clock import Clock
from portal.emulator.moments import MINUTE, SECOND
from portal.emulator.tenants import TENANTS
from portal.emulator.timeseries.blocks import WrittenSeries
from portal.emulator.timeseries.deletions import Minutes, left_over, with_range
from portal.emulator.timeseries.records import AspectSeries, TimedValues, Values, column_names
from portal.emulator.timeseries.stored import Key, StoredSeries, series_from_json, series_to_json

MAX_CELLS = 20_000_000
"""Written times and values of all series together, deleted ranges included: 5 million records of three variables. A
cell takes 8 bytes where each record has the value, else up to 32."""
MAX_CHARACTERS = 200_000_000
"""Characters of all texts in them."""


class StoreFull(Exception):
    """There is no room for more records; the message says what to do."""


UNTOUCHED = StoredSeries()


class SeriesStore:
    """Reads, writes and deletes records. Whoever writes holds the Hub's lock; a reader sees a series as it was when
    the read began. Computed records belong to the aspects that the assets of the seed have at the start."""

    def __init__(self, seed: str, clock: Clock, inventory: Inventory) -> None:
        """``inventory`` is the seeded one; its later changes do not matter here."""
        self._seed = seed
        self._clock = clock
        self._machines: dict[Key, Asset] = {
            (asset.asset_id, declared.aspect.name): asset
            for tenant in TENANTS
            for asset in inventory.assets(tenant)
            for declared in inventory.aspects_of(asset.type_id)
            if declared.aspect_type.category is Category.DYNAMIC
        }
        self._series: dict[Key, StoredSeries] = {}
        self._size = 0
        self._characters = 0
        self._changes = 0

    def read(
        self,
        asset: Asset,
        aspect_name: str,
        aspect_type: AspectType,
        after: int,
        until: int,
        select: frozenset[str] = frozenset(),
        descending: bool = False,
    ) -> Iterator[TimedValues]:
        """The records in ``(after, until]``, one by one: time and values of the selected variables (empty: all).

        A written record stands for the entire computed one of its time. A record without any value is left out.
        """
        key = (asset.asset_id, aspect_name)
        stored = self._series.get(key, UNTOUCHED)
        written = stored.written.records(after, until, column_names(aspect_type, select), descending)
        if key not in self._machines:
            return (record for record in written if record[1])
        series = AspectSeries(self._seed, self._machines[key], aspect_name, aspect_type, select)
        computed = self._computed(series, stored.deleted, after, until, descending)
        return _overlaid(written, computed, descending) if stored.written.blocks else computed

    def version(self, asset_id: str, aspect: str) -> int:
        """A number that grows with each write to the series and each delete in it."""
        return self._series.get((asset_id, aspect), UNTOUCHED).version

    def has_texts(self, asset_id: str, aspect: str) -> bool:
        """Whether a client wrote a text into the series; nothing else has a length without bound."""
        return self._series.get((asset_id, aspect), UNTOUCHED).written.characters > 0

    def write(self, asset_id: str, aspect: str, records: Iterable[TimedValues]) -> None:
        """Add records, each in place of the entire one at its time; of two with one time the later one counts.

        :raises StoreFull: nothing is written then.
        """
        new: dict[int, Values] = dict(records)
        if not new:
            return
        old = self._series.get((asset_id, aspect), UNTOUCHED)
        written = old.written.with_records(sorted(new.items(), key=itemgetter(0)))
        self._put((asset_id, aspect), written, old.deleted)

    def delete(self, asset_id: str, aspect: str, after: int, until: int) -> None:
        """Delete the records in ``(after, until]``, computed ones up to now included. Later ones may come.

        :raises StoreFull: there are too many deleted ranges.
        """
        key = (asset_id, aspect)
        old = self._series.get(key, UNTOUCHED)
        deleted = old.deleted
        if key in self._machines:
            deleted = with_range(deleted, *self._minutes(after, until))
        self._put(key, old.written.without(after, until), deleted)

    def dump(self) -> dict[str, Any]:
        """Everything that clients wrote and deleted, ready for JSON."""
        return {"series": [series_to_json(key, stored) for key, stored in list(self._series.items())]}

    def load(self, snapshot: dict[str, Any]) -> None:
        """Keep what :meth:`dump` gave, and nothing else.

        :raises BrokenSnapshot: it did not give this; nothing changes then.
        :raises StoreFull: it is more than fits; nothing changes then.
        """
        version = self._changes + 1
        series = series_from_json(snapshot, version)
        size, characters = sum(s.size for s in series.values()), sum(s.written.characters for s in series.values())
        _check_room(size, characters)
        self._series, self._size, self._characters, self._changes = series, size, characters, version

    def _put(self, key: Key, written: WrittenSeries, deleted: Minutes) -> None:
        old = self._series.get(key, UNTOUCHED)
        size = self._size + written.cells + len(deleted) - old.size
        characters = self._characters + written.characters - old.written.characters
        _check_room(size, characters)
        self._changes += 1
        self._series[key] = StoredSeries(written, deleted, self._changes)
        self._size, self._characters = size, characters

    def _minutes(self, after: int, until: int) -> tuple[int, int]:
        """First and last minute of the computed records in ``(after, until]``, up to now; none before 1970."""
        now = int(self._clock.now() * SECOND)
        return max(after // MINUTE + 1, 0), min(until, now) // MINUTE

    def _computed(
        self, series: AspectSeries, deleted: Minutes, after: int, until: int, descending: bool
    ) -> Iterator[TimedValues]:
        pieces = left_over(deleted, *self._minutes(after, until), descending)
        return series.records(chain.from_iterable(series.minutes(*piece, descending) for piece in pieces))


def _overlaid(
    written: Iterable[TimedValues], computed: Iterable[TimedValues], descending: bool
) -> Iterator[TimedValues]:
    """Both in order of time; of two records with one time the written one, which comes first in a stable merge."""
    previous = None
    for time, values in merge(written, computed, key=itemgetter(0), reverse=descending):
        if time != previous and values:
            yield time, values
        previous = time


def _check_room(size: int, characters: int) -> None:
    if size > MAX_CELLS or characters > MAX_CHARACTERS:
        raise StoreFull(
            f"The emulator keeps at most {MAX_CELLS} written times and values and {MAX_CHARACTERS} characters of "
            "text. Delete records, or reset it."
        )
