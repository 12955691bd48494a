"""Whether a PNG is pixels and nothing else, read without decoding it: what the child sends back is not believed.

Whoever breaks a decoder speaks with the child's voice. A file that passes here can be a strange picture; it cannot
carry text, a profile, a second file behind its end, or another type.
"""

from __future__ import annotations

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Colour types that the child makes: RGB and RGB with transparency, 8 bits each, not interlaced.
COLOURS = (2, 6)


def plain_size(png: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG that consists of header, pixels and end alone; None for anything else."""
    if not png.startswith(SIGNATURE):
        return None
    names, at = [], len(SIGNATURE)
    while at + 12 <= len(png):
        (length,) = struct.unpack_from(">I", png, at)
        name, end = png[at + 4 : at + 8], at + 8 + length
        if png[end : end + 4] != struct.pack(">I", zlib.crc32(png[at + 4 : end])):
            return None
        names.append(name)
        at = end + 4
    in_order = names[:1] == [b"IHDR"] and names[-1:] == [b"IEND"] and set(names[1:-1]) == {b"IDAT"}
    if not in_order or at != len(png) or png[8:12] != struct.pack(">I", 13) or length:
        return None
    width, height, *form = struct.unpack_from(">IIBBBBB", png, 16)
    return (width, height) if form in [[8, colour, 0, 0, 0] for colour in COLOURS] else None
