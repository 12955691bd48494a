"""What is kept of icon and screenshot beside their pixels, and what the checks see. Pure: nothing is decoded."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Literal

from portal.cockpit.checks.subject import Picture
from portal.lib.images.cleaning import PictureFacts
from portal.lib.images.plain_png import plain_size
from portal.lib.images.seen import HubBar

# Columns of a version.
PictureKind = Literal["icon", "screenshot"]
MEDIA_TYPE = "image/png"


def facts_as_json(facts: PictureFacts) -> dict[str, Any]:
    """As the column keeps them."""
    return asdict(facts) | {"hub_bar": facts.hub_bar.value}


def facts_from_json(kept: dict[str, Any] | None) -> PictureFacts | None:
    """What was to be seen on the screenshot as it was sent; None where there is none."""
    return PictureFacts(**kept | {"hub_bar": HubBar(kept["hub_bar"])}) if kept else None


def picture_of(png: bytes | memoryview | None, facts: PictureFacts | None = None) -> Picture | None:
    """A kept picture as the checks see it; None where there is none.

    With facts it has the pixels that were sent, which are more than those that are kept, where it was made smaller.
    """
    if png is None:
        return None
    kept = bytes(png)
    width, height = (facts.width, facts.height) if facts else plain_size(kept) or (0, 0)
    return Picture(MEDIA_TYPE, width, height, len(kept), blank=facts is not None and facts.blank)
