"""The process in which one picture is decoded: little memory, little time, no Django, no secret, no file to open.

The order is a JSON text in the first argument, the picture comes from standard input. The answer is one line of JSON
and, where the picture is fine, the clean PNG. Of Pillow only three decoders can be reached, by what a file begins
with; its own search would try fifty.
"""

from __future__ import annotations

import io
import json
import os
import resource
import sys
from typing import TYPE_CHECKING, BinaryIO

from PIL import Image, JpegImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin

from portal.lib.images import seen

if TYPE_CHECKING:
    from portal.lib.images.cleaning import Order

# Its reader of EXIF is Pillow's; imported now, because later no file can be opened.
EXIF_READER = TiffImagePlugin
ORIENTATION = 0x0112
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# zlib levels: the usual one, and one for a picture that comes out as it came in.
LEVELS = (6, 9)


class Refused(Exception):
    """The word of `reasons.Reason`, and the size of the picture where it is known."""

    def __init__(self, word: str, size: tuple[int, int] = (0, 0)) -> None:
        super().__init__(word)
        self.word, self.size = word, size


def main() -> None:
    order: Order = json.loads(sys.argv[1])
    Image.preinit()
    _confine(order)
    try:
        told, png = cleaned(sys.stdin.buffer, order)
    except Refused as refused:
        told, png = {"refused": refused.word, "width": refused.size[0], "height": refused.size[1]}, b""
    except MemoryError:
        told, png = {"refused": "effort"}, b""
    except Exception:  # whatever the decoders make of what strangers send
        told, png = {"refused": "damaged"}, b""
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + png)
    sys.stdout.buffer.flush()
    os._exit(0)


def _confine(order: Order) -> None:
    """From here on: no more memory than this, no file or socket opened, nothing written to a disk, no core dump."""
    limits = {
        resource.RLIMIT_AS: order["memory"],
        resource.RLIMIT_CPU: order["seconds"],
        # Those that are open stay; none can take their place.
        resource.RLIMIT_NOFILE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for limit, most in limits.items():
        try:
            resource.setrlimit(limit, (most, most))
        except (OSError, ValueError):
            # macOS knows RLIMIT_AS and refuses to set it; on a server each limit holds, or there is no picture.
            if sys.platform == "linux":
                raise


def cleaned(source: BinaryIO, order: Order) -> tuple[dict[str, object], bytes]:
    """What is to be told about the picture, and the picture: upright, of this order's size, nothing but pixels.

    Raises `Refused`, and whatever Pillow raises for what is damaged.
    """
    image = _upright(_opened(source, order))
    size = image.size
    if image.mode.startswith("I"):
        # 16 bits: Pillow would cut off what is brighter than 255, and the colour that stands for "transparent" is lost.
        image = image.point(lambda grey: grey * (1 / 257)).convert("L")
        image.info = {}
    image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    image.info = {}
    image = _icon(image, order["size"]) if order["kind"] == "icon" else _screenshot(image, order["size"])
    told: dict[str, object] = {"width": size[0], "height": size[1], "hub_bar": seen.HubBar.MISSING}
    below = 0
    if order["kind"] == "screenshot":
        told["hub_bar"], below = seen.hub_bar(image)
    told["blank"] = seen.is_blank(image, below)
    return told, _encoded(image, source, order["stored"])


def _opened(source: BinaryIO, order: Order) -> Image.Image:
    begin = source.read(32)
    source.seek(0)
    _check_pixels(_webp_size(begin), order)
    if begin.startswith(b"\x89PNG\r\n\x1a\n"):
        image: Image.Image = PngImagePlugin.PngImageFile(source)
    elif begin.startswith(b"\xff\xd8\xff"):
        image = JpegImagePlugin.JpegImageFile(source)
    elif _is_webp(begin):
        image = WebPImagePlugin.WebPImageFile(source)
    else:
        raise Refused("format")
    _check_pixels(image.size, order)
    # A still of it would not be what was sent, so the sender chooses which.
    if getattr(image, "n_frames", 1) > 1:
        raise Refused("animated", image.size)
    _check_size(image.size, order)
    image.load()
    return image


def _is_webp(begin: bytes) -> bool:
    return begin[:4] == b"RIFF" and begin[8:12] == b"WEBP"


def _webp_size(begin: bytes) -> tuple[int, int]:
    """Width and height that the header of a WebP says: its decoder takes memory for them before it can be asked."""
    if not _is_webp(begin):
        return 0, 0
    number = int.from_bytes
    if begin[12:16] == b"VP8X":
        return number(begin[24:27], "little") + 1, number(begin[27:30], "little") + 1
    if begin[12:16] == b"VP8L":
        bits = number(begin[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return number(begin[26:28], "little") & 0x3FFF, number(begin[28:30], "little") & 0x3FFF


def _check_pixels(size: tuple[int, int], order: Order) -> None:
    if size[0] * size[1] > order["pixels"]:
        raise Refused("pixels", size)


def _upright(image: Image.Image) -> Image.Image:
    """As the camera was held. An orientation that cannot be read is none."""
    try:
        turn = UPRIGHT.get(image.getexif().get(ORIENTATION, 1))
    except MemoryError:
        raise
    except Exception:  # EXIF is a format of its own, with its own ways to be broken
        turn = None
    return image.transpose(turn) if turn is not None else image


def _check_size(size: tuple[int, int], order: Order) -> None:
    if min(size) < order["least"]:
        raise Refused("small", size)
    if max(size) > order["most"]:
        raise Refused("large", size)
    if order["kind"] == "icon" and size[0] != size[1]:
        raise Refused("not_square", size)


def _icon(image: Image.Image, side: int) -> Image.Image:
    image = image.resize((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    # There and back leaves no colour where nothing can be seen.
    return image.convert("RGBa").convert("RGBA") if image.mode == "RGBA" else image


def _screenshot(image: Image.Image, longest: int) -> Image.Image:
    image = _scaled(image, longest / max(image.size))
    if image.mode == "RGB":
        return image
    white = Image.new("RGB", image.size, (255, 255, 255))
    white.paste(image, mask=image.getchannel("A"))
    return white


def _scaled(image: Image.Image, factor: float) -> Image.Image:
    if factor >= 1:
        return image
    size = max(1, round(image.width * factor)), max(1, round(image.height * factor))
    # A third of the work of LANCZOS, which is a second where a picture is at its largest.
    return image.resize(size, Image.Resampling.HAMMING)


def _encoded(image: Image.Image, source: BinaryIO, stored: int) -> bytes:
    """As PNG: never the bytes that came in, and no more than may be stored, with fewer pixels if need be."""
    source.seek(0)
    original = source.read()
    for level in LEVELS:
        out = io.BytesIO()
        image.save(out, "PNG", compress_level=level)
        png = out.getvalue()
        if len(png) > stored:
            return _encoded(_scaled(image, 0.9 * (stored / len(png)) ** 0.5), source, stored)
        if png != original:
            return png
    raise Refused("damaged")
