"""What can be seen on a picture: whether it is blank, and whether the Hub's bar is on top. No Django, no Pillow at run time.

The bar is told by its look alone: an even, dark or petrol-coloured band from edge to edge, 48 pixels high at a scale that nobody
knows, at the top or below a browser's own bars. A band of another maker that looks so is taken for it; `UNSURE` is
for what a person should look at.
"""

from __future__ import annotations

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
LOOKED_AT = 0.4
LOOKED_AT_OF_HEIGHT = 0.5
STARTS_BEFORE_OF_HEIGHT = 0.25
# How far the band may be from both edges: scroll bars, and the shadow around a window.
EDGE = 0.06
# 48 px in a window of 3300 to 770 px, and upright 320 px; with the accent line, whatever there is.
LEAST_HEIGHT, MOST_HEIGHT, MOST_HEIGHT_UPRIGHT = 0.0135, 0.062, 0.15
LEAST_WITH_ACCENT, MOST_WITH_ACCENT = 0.009, 0.16
# Thinner bands are lines. Rows.
LEAST_ROWS = 8
# Of a row and of the band as a whole: what is not covered by icons and text.
ROW_SHARE, BAND_SHARE = 0.5, 0.6
# Of 255, each channel: within a row, from row to row, and for a picture of one colour.
ROW_TOLERANCE, STEP, BLANK_TOLERANCE = 20, 8, 16
# So much of a blank picture has its one colour.
BLANK_SHARE = 0.995

Colour = tuple[int, ...]


@dataclass
class Band:
    """Rows that have one colour from edge to edge: the first, and the one after the last."""

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
    rows = int(min(height * LOOKED_AT_OF_HEIGHT, width * LOOKED_AT))
    bands = _bands(image.crop((0, 0, width, rows)).resize((SAMPLES, rows), 0).tobytes())
    dark = [
        band
        for band in bands
        if band.rows >= LEAST_ROWS and band.start < height * STARTS_BEFORE_OF_HEIGHT and band.end < rows
    ]
    for band in dark:
        if LEAST_WITH_ACCENT <= band.rows / width <= MOST_WITH_ACCENT and _has_accent(band, bands):
            return HubBar.FOUND, band.end
    most = MOST_HEIGHT_UPRIGHT if height > width else MOST_HEIGHT
    fitting = [band for band in dark if LEAST_HEIGHT <= band.rows / width <= most and band.is_even]
    if len(fitting) == 1:
        return HubBar.FOUND, fitting[0].end
    # Several are a dark browser or a dark page; none of the right height is a dark page or a banner.
    thick = [band for band in bands if band.rows >= LEAST_ROWS and band.start < height * STARTS_BEFORE_OF_HEIGHT]
    return (HubBar.UNSURE if thick else HubBar.MISSING), 0


def _has_accent(band: Band, bands: list[Band]) -> bool:
    """Whether the petrol line, a twelfth of the bar, is right above it."""
    return any(
        0 <= band.start - line.end <= max(2, band.rows // 20)
        and 1 / 24 <= line.rows / band.rows <= 1 / 5
        and max(line.colour) > max(band.colour) + STEP
        for line in bands
    )


def _bands(rows: bytes) -> list[Band]:
    """The dark and petrol bands in rows of SAMPLES pixels, from top to bottom."""
    bands: list[Band] = []
    length = 3 * SAMPLES
    for number in range(len(rows) // length):
        row = rows[number * length : (number + 1) * length]
        colour = _median(row, 3)
        share = _share(row, colour) if _is_of_bar(colour) else 0.0
        if share < ROW_SHARE:
            continue
        last = bands[-1] if bands else None
        if last is None or last.end != number or not _alike(last.colour, colour, STEP):
            bands.append(last := Band(colour, number, number))
        last.end, last.colour, last.shares = number + 1, colour, last.shares + share
    return bands


def _median(pixels: bytes, channels: int) -> Colour:
    return tuple(sorted(pixels[channel::channels])[len(pixels) // channels // 2] for channel in range(channels))


def _is_of_bar(colour: Colour) -> bool:
    """Dark, or petrol: little red, and green and blue together."""
    red, green, blue = colour
    is_petrol = red <= 90 and red + 30 <= min(green, blue) and max(green, blue) <= 210 and abs(green - blue) <= 60
    return max(colour) <= 96 or is_petrol


def _share(row: bytes, colour: Colour) -> float:
    """Part of the row that has the colour; none if it does not reach both edges."""
    pixels = zip(row[0::3], row[1::3], row[2::3], strict=True)
    having = [at for at, pixel in enumerate(pixels) if _alike(pixel, colour, ROW_TOLERANCE)]
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
