"""Time zones by the names of the IANA database, as people choose them: places, grouped by region."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

UTC = "UTC"
# The database has other names, too (`EST`, `Etc/GMT+5`, `US/Eastern`): old spellings, or offsets with the wrong sign.
REGIONS = (
    *("Africa", "America", "Antarctica", "Arctic", "Asia"),
    *("Atlantic", "Australia", "Europe", "Indian", "Pacific"),
)


@cache
def _known() -> dict[str, ZoneInfo]:
    # Kept here because `zoneinfo` keeps eight at most, and the list needs the offset of each.
    places = sorted(name for name in available_timezones() if name.partition("/")[0] in REGIONS)
    return {name: ZoneInfo(name) for name in (UTC, *places)}


def find(name: str) -> ZoneInfo | None:
    """The zone of this name; None for a name that nobody can choose, whatever it is."""
    return _known().get(name)


def by_region(now: datetime) -> dict[str, list[tuple[str, str]]]:
    """Name and label of each place, by region and alphabet, with the offset from UTC that it has at `now`."""
    found: dict[str, list[tuple[str, str]]] = {region: [] for region in REGIONS}
    for name, zone in _known().items():
        region, _, place = name.partition("/")
        if place:
            found[region].append((name, f"{_spelt(place)} ({_offset(now.astimezone(zone))})"))
    return {region: sorted(places, key=lambda place: place[1]) for region, places in found.items()}


def _spelt(place: str) -> str:
    return place.replace("_", " ").replace("/", ", ")


def _offset(moment: datetime) -> str:
    written = f"{moment:%z}"
    return f"UTC{written[:3]}:{written[3:5]}"
