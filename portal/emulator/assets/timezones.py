"""The time zone of an asset: a Java zone id, at a whole or half hour from UTC."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from portal.emulator.gateway.bodies import InvalidBody

HALF_HOUR = timedelta(minutes=30)
NO_JAVA_IDS = {"Factory", "localtime"}


def require_timezone(zone_id: str, now: datetime) -> None:
    """Refuse a time zone that the aggregates cannot be computed in.

    :param now: decides for the zones that have changed their offset in the course of time.
    :raises InvalidBody: there is no such zone, or it is 15 or 45 minutes off a UTC hour.
    """
    if zone_id not in _zone_ids():
        raise InvalidBody(f"timezone has to be a Java zone id like Europe/Berlin or Etc/GMT+2, not {zone_id!r:.80}.")
    offset = now.astimezone(ZoneInfo(zone_id)).utcoffset() or timedelta()
    if offset % HALF_HOUR:
        raise InvalidBody(f"timezone {zone_id} is {offset} off UTC. Only whole and half hours are supported.")


@cache
def _zone_ids() -> frozenset[str]:
    return frozenset(available_timezones() - NO_JAVA_IDS)
