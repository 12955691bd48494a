"""What is kept of icon and screenshot beside their pixels, and what the checks see. Nothing is decoded."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Literal

from portal import constants
from portal.cockpit.checks.subject import Picture
from portal.cockpit.models import AppVersion
from portal.lib.images.cleaning import PictureFacts
from portal.lib.images.seen import HubBar

# Columns of a version.
PictureKind = Literal["icon", "screenshot"]
# And the one that the portal takes itself.
CAPTURE: Literal["capture"] = "capture"
ShownKind = Literal["icon", "screenshot", "capture"]
MEDIA_TYPE = "image/png"


def facts_as_json(facts: PictureFacts) -> dict[str, Any]:
    """As the column keeps them."""
    return asdict(facts) | {"hub_bar": facts.hub_bar.value}


def facts_from_json(kept: dict[str, Any] | None) -> PictureFacts | None:
    """What was to be seen on the screenshot as it was sent; None where there is none."""
    return PictureFacts(**kept | {"hub_bar": HubBar(kept["hub_bar"])}) if kept else None


def picture_of(version: AppVersion, kind: PictureKind) -> Picture | None:
    """A kept picture as the checks see it; None where there is none.

    A screenshot has the pixels that were sent, which are more than those that are kept where it was made smaller.
    """
    size = version.__dict__[f"{kind}_size"] if f"{kind}_size" in version.__dict__ else _size(getattr(version, kind))
    if size is None:
        return None
    if kind == "icon":
        return Picture(MEDIA_TYPE, constants.ICON_SIZE, constants.ICON_SIZE, size)
    facts = facts_from_json(version.screenshot_facts)
    return Picture(MEDIA_TYPE, facts.width, facts.height, size, facts.blank) if facts else None


def _size(png: bytes | memoryview | None) -> int | None:
    return None if png is None else len(bytes(png))
