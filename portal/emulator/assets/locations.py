"""The location of an asset in a body. Source: the published definitions of Asset Management v3."""

from __future__ import annotations

from typing import Any

from portal.emulator.assets.model import Location
from portal.emulator.assets.properties import Properties, TextRule
from portal.emulator.gateway.bodies import InvalidBody, Json

LINE = TextRule(255)
MAX_LONGITUDE = 180
MAX_LATITUDE = 90


def read_location(value: Any) -> Location | None:
    """A location; nothing for null and for one in which everything is null, which is how a missing one is shown.

    :raises InvalidBody: it is no object, a text is too long, or a coordinate is out of range.
    """
    if value is None:
        return None
    if not isinstance(value, dict):
        raise InvalidBody("location has to be an object.")
    lines = Properties(value, "location.")
    location = Location(
        country=lines.optional_text("country", LINE),
        region=lines.optional_text("region", LINE),
        locality=lines.optional_text("locality", LINE),
        street_address=lines.optional_text("streetAddress", LINE),
        postal_code=lines.optional_text("postalCode", LINE),
        longitude=_degrees(value, "longitude", MAX_LONGITUDE),
        latitude=_degrees(value, "latitude", MAX_LATITUDE),
    )
    return None if location == Location() else location


def location_to_json(location: Location) -> Json:
    """A location as it is read and written; what is unknown is null."""
    return {
        "country": location.country,
        "region": location.region,
        "locality": location.locality,
        "streetAddress": location.street_address,
        "postalCode": location.postal_code,
        "longitude": location.longitude,
        "latitude": location.latitude,
    }


def _degrees(values: Json, name: str, limit: int) -> float | None:
    value = values.get(name)
    if value is None:
        return None
    # bool is a kind of int in Python, but true is no number in JSON.
    if isinstance(value, bool) or not isinstance(value, int | float) or not -limit <= value <= limit:
        raise InvalidBody(f"location.{name} has to be a number from -{limit} to {limit}.")
    return float(value)
