"""Pictures to be sent, harmless and not; all of them the same in each run."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Iterator
from typing import Any

from PIL import Image, ImageDraw

# Stands in everything that must not come out again.
CANARY = b"C4N4RY-of-the-sender"
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def drawn(width: int = 96, height: int = 96, mode: str = "RGB") -> Image.Image:
    """A picture with an upper left and a lower right: a red corner on a green gradient."""
    gradient = Image.linear_gradient("L").resize((width, height))
    image = Image.merge("RGB", (Image.new("L", gradient.size), gradient, gradient.rotate(180)))
    ImageDraw.Draw(image).rectangle((0, 0, width // 4, height // 4), fill=(255, 0, 0))
    if mode == "RGBA":
        image.putalpha(gradient)
    return image.convert(mode)


def noise(width: int, height: int) -> Image.Image:
    """The same noise each time: pixels that no format packs well."""
    pixels = random.Random(width).randbytes(width * height * 3)
    return Image.frombytes("RGB", (width, height), pixels)


def saved(image: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def opened(png: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(png))
    image.load()
    return image


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at + 8 <= len(png):
        (length,) = struct.unpack_from(">I", png, at)
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += 12 + length


def png_of(*parts: tuple[bytes, bytes]) -> bytes:
    return SIGNATURE + b"".join(chunk(*part) for part in parts)


def header(width: int, height: int, depth: int = 8, colour: int = 2, interlaced: int = 0) -> tuple[bytes, bytes]:
    return b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)


def with_chunk(png: bytes, name: bytes, content: bytes, *, at: int = 1) -> bytes:
    """The PNG with one more chunk, right behind its header or elsewhere."""
    parts = list(chunks(png))
    parts.insert(at, (name, content))
    return png_of(*parts)


def exif(orientation: int = 1) -> Image.Exif:
    """Where and with what it was taken, and how the camera was held."""
    made = Image.Exif()
    made[0x0112], made[0x010F], made[0x9286] = orientation, CANARY.decode(), CANARY.decode()
    made.get_ifd(0x8825).update({1: "N", 2: (48.0, 8.0, 30.0), 3: "E", 4: (11.0, 34.0, 0.0), 29: CANARY.decode()})
    return made


def icc(size: int = 400) -> bytes:
    return struct.pack(">I", size) + CANARY + bytes(size - 4 - len(CANARY))
