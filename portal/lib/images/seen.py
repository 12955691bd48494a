"""What can be seen on a picture: whether it is blank, and whether the Hub's bar is on top. No Django here.

The bar is told by its look alone: an even, dark or petrol-coloured band from edge to edge, 48 pixels high at a scale
that nobody knows, at the top or below a browser's own bars; where there is the petrol line above it, it is certain. A
band of another maker that looks so is taken for it. `UNSURE` is for what a person should look at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image


class HubBar(StrEnum):
    FOUND = "found"
    UNSURE = "unsure"
    MISSING = "missing"


# Parts of the picture's width (of its height where it says so).
SAMPLES = 160
LOOKED_AT = 0.5
LOOKED_AT_OF_HEIGHT = 0.5
STARTS_BEFORE_OF_HEIGHT = 0.25
# How far the band may be from both edges: scroll bars, and the shadow around a window.
EDGE = 0.06
# 48 px in a window of 4000 to 770 px, and upright 320 px; with the accent line, whatever there is.
LEAST_HEIGHT, MOST_HEIGHT, MOST_HEIGHT_UPRIGHT = 0.0105, 0.062, 0.15
MOST_HEIGHT_WITH_ACCENT = 0.16
# Thinner bands are lines, in a small picture as well. Rows.
LEAST_ROWS = 8
# Of a row, of the band as a whole (what is not covered by icons and text), and of the accent line.
ROW_SHARE, BAND_SHARE, ACCENT_SHARE = 0.5, 0.6, 0.7
# Of 255, each channel: within a row, from row to row, and for a picture of one colour.
ROW_TOLERANCE, STEP, BLANK_TOLERANCE = 20, 8, 16
# So much of a blank picture has its one colour.
BLANK_SHARE = 0.995

Colour = tuple[int, ...]


@dataclass
class Band:
    """Rows that have one dark colour from edge to edge: the first, and the one after the last."""

    colour: Colour
    start: int
    end: int
    shares: float = 0.0

    @property
    def rows(self) -> int:
        return self.end - self.start

    @property
    def is_even(self) -> bool:
        return self.shares / self.rows >= BAND_SHARE


def hub_bar(image: Image) -> tuple[HubBar, int]:
    """Whether the bar is on top of this RGB picture, and the row below it (0 if it was not found)."""
    width, height = image.size
    count = max(1, int(min(height * LOOKED_AT_OF_HEIGHT, width * LOOKED_AT)))
    pixels, length = image.crop((0, 0, width, count)).resize((SAMPLES, count), 0).tobytes(), 3 * SAMPLES
    rows = [pixels[at : at + length] for at in range(0, len(pixels), length)]
    bands = [band for band in _bands(rows) if band.rows >= max(LEAST_ROWS, width * LEAST_HEIGHT)]
    near = [band for band in bands if band.start < height * STARTS_BEFORE_OF_HEIGHT]
    for band in near:
        if band.rows <= width * MOST_HEIGHT_WITH_ACCENT and _has_accent(band, rows):
            return HubBar.FOUND, band.end
    most = MOST_HEIGHT_UPRIGHT if height > width else MOST_HEIGHT
    fitting = [band for band in near if band.rows <= width * most and band.is_even and band.end < count]
    if len(fitting) == 1 and not any(_is_page_of(fitting[0], band) for band in bands):
        return HubBar.FOUND, fitting[0].end
    # Several are a dark browser or a dark page; none of the right height is a dark page or a banner.
    return (HubBar.UNSURE if near else HubBar.MISSING), 0


def _has_accent(band: Band, rows: list[bytes]) -> bool:
    """Whether the petrol line, a twelfth of the bar and of changing colour, is right above it."""
    above = rows[max(0, band.start - max(2, band.rows // 8)) : band.start]
    return any(
        sum(red + 30 <= min(green, blue) for red, green, blue in _colours(row)) >= ACCENT_SHARE * SAMPLES
        for row in above
    )


def _is_page_of(band: Band, other: Band) -> bool:
    """Whether the other one has the colour too: then it is that of the page, seen between lines of text."""
    return other is not band and _alike(band.colour, other.colour, ROW_TOLERANCE)


def _bands(rows: list[bytes]) -> list[Band]:
    """The dark and petrol bands, from top to bottom."""
    bands: list[Band] = []
    for number, row in enumerate(rows):
        colour = _median(row, 3)
        share = _share(row, colour) if _is_of_bar(colour) else 0.0
        if share < ROW_SHARE:
            continue
        last = bands[-1] if bands else None
        if last is None or last.end != number or not _alike(last.colour, colour, STEP):
            bands.append(last := Band(colour, number, number))
        last.end, last.colour, last.shares = number + 1, colour, last.shares + share
    return bands


def _colours(row: bytes) -> Iterator[Colour]:
    return zip(row[0::3], row[1::3], row[2::3], strict=True)


def _median(pixels: bytes, channels: int) -> Colour:
    return tuple(sorted(pixels[channel::channels])[len(pixels) // channels // 2] for channel in range(channels))


def _is_of_bar(colour: Colour) -> bool:
    """Dark, or petrol: little red, and green and blue together."""
    red, green, blue = colour
    is_petrol = red <= 90 and red + 30 <= min(green, blue) and max(green, blue) <= 210 and abs(green - blue) <= 60
    return max(colour) <= 96 or is_petrol


def _share(row: bytes, colour: Colour) -> float:
    """Part of the row that has the colour; none if it does not reach both edges."""
    having = [at for at, pixel in enumerate(_colours(row)) if _alike(pixel, colour, ROW_TOLERANCE)]
    margin = SAMPLES * EDGE
    if not having or having[0] > margin or having[-1] < SAMPLES - 1 - margin:
        return 0.0
    return len(having) / SAMPLES


def _alike(one: Colour, other: Colour, tolerance: int) -> bool:
    return all(abs(first - second) <= tolerance for first, second in zip(one, other, strict=True))


def is_blank(image: Image, below: int = 0) -> bool:
    """Whether the picture is almost one colour below this row; transparency counts as a colour."""
    if below >= image.height:
        return True
    part = image.crop((0, below, *image.size)).resize((SAMPLES, SAMPLES), 0)
    channels, pixels = len(part.getbands()), part.tobytes()
    colour = _median(pixels, channels)
    planes = [pixels[channel::channels] for channel in range(channels)]
    alike = sum(_alike(pixel, colour, BLANK_TOLERANCE) for pixel in zip(*planes, strict=True))
    return alike >= BLANK_SHARE * SAMPLES * SAMPLES
