"""Files that want to do harm to whoever decodes or shows them, or to their sender: more than 500."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable, Iterator

from PIL import Image

from tests.images.pictures import CANARY, chunk, chunks, drawn, exif, header, icc, noise, png_of, saved, with_chunk

MB = 1024 * 1024
PNG, JPEG, WEBP = (saved(drawn(), form) for form in ("PNG", "JPEG", "WEBP"))
END = (b"IEND", b"")


def zeros(megabytes: int) -> bytes:
    """Packed; the same piece again and again."""
    packer = zlib.compressobj(9)
    first, again = (packer.compress(bytes(MB)) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + again * (megabytes - 1) + packer.flush()


def webp_of(kind: bytes, width: int, height: int) -> bytes:
    """A WebP that says this size in its header, over the pixels of another."""
    if kind == b"VP8X":
        body = (
            kind
            + struct.pack("<I", 10)
            + bytes(4)
            + (width - 1).to_bytes(3, "little")
            + (height - 1).to_bytes(3, "little")
        )
        body += WEBP[12:]
    elif kind == b"VP8L":
        body = kind + struct.pack("<I", 64) + b"\x2f" + (width - 1 | height - 1 << 14).to_bytes(4, "little") + bytes(59)
    else:
        body = WEBP[12:26] + struct.pack("<HH", width, height) + WEBP[30:]
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def jpeg_of(width: int, height: int) -> bytes:
    """A JPEG that says this size in its frame, over the pixels of another."""
    at = JPEG.index(b"\xff\xc0")
    return JPEG[: at + 5] + struct.pack(">HH", height, width) + JPEG[at + 9 :]


def bombs() -> Iterator[tuple[str, bytes]]:
    yield "1 GB of pixels behind a small header", png_of(header(96, 96), (b"IDAT", zeros(1024)), END)
    yield "1 GB of text", with_chunk(PNG, b"zTXt", b"Comment\0\0" + zeros(1024))
    yield "1 GB of international text", with_chunk(PNG, b"iTXt", b"Comment\0\1\0\0\0" + zeros(1024))
    yield "1 GB of profile", with_chunk(PNG, b"iCCP", b"icc\0\0" + zeros(1024))
    yield "100 texts of 1 MB", png_of(header(96, 96), *[(b"zTXt", b"C\0\0" + zeros(1))] * 100, *list(chunks(PNG))[1:])
    yield "50000 chunks", png_of(*list(chunks(PNG))[:1], *[(b"teXt", b"x")] * 50_000, *list(chunks(PNG))[1:])
    yield "100000 empty IDATs", png_of(header(96, 96), *[(b"IDAT", b"")] * 100_000, *list(chunks(PNG))[1:])
    yield "grey one bit 5000 × 5000", png_of(header(5000, 5000, 1, 0), (b"IDAT", zeros(4)), END)
    yield "interlaced 5000 × 5000", png_of(header(5000, 5000, 8, 6, 1), (b"IDAT", zeros(96)), END)
    for width, height in (
        (2**31 - 1, 2**31 - 1),
        (50_000, 50_000),
        (100_000, 1),
        (1, 100_000),
        (5001, 5000),
        (0, 0),
        (0, 9),
    ):
        yield f"PNG of {width} × {height}", png_of(header(width, height), (b"IDAT", zeros(1)), END)
    for width, height in ((65_500, 65_500), (65_535, 1), (1, 65_535), (0, 96), (20_000, 20_000)):
        yield f"JPEG of {width} × {height}", jpeg_of(width, height)
    for width, height in ((16_383, 16_383), (16_383, 1), (0, 0), (12_000, 12_000)):
        yield f"WebP of {width} × {height}", webp_of(b"VP8 ", width, height)
        yield f"lossless WebP of {width} × {height}", webp_of(b"VP8L", max(width, 1), max(height, 1))
    for width, height in ((2**24, 2**24), (2**24, 1), (16_384, 16_384)):
        yield f"extended WebP of {width} × {height}", webp_of(b"VP8X", width, height)
    yield "JPEG of 300 scans", _many_scans()
    yield "more than may be sent", PNG + bytes(5 * MB)


def _many_scans() -> bytes:
    progressive = saved(drawn(1500, 1500), "JPEG", progressive=True)
    first = progressive.index(b"\xff\xda")
    last = progressive.rindex(b"\xff\xda")
    return progressive[:first] + progressive[last:-2] * 300 + b"\xff\xd9"


def polyglots() -> Iterator[tuple[str, bytes]]:
    tails = {
        "html": b"<html><script>alert('" + CANARY + b"')</script></html>",
        "zip": b"PK\x03\x04" + CANARY + b"PK\x05\x06" + bytes(18),
        "js": b"*/=1;alert('" + CANARY + b"')/*",
        "php": b"<?php system($_GET['" + CANARY + b"']); ?>",
        "pdf": b"%PDF-1.7\n" + CANARY + b"\n%%EOF",
        "jar": bytes(1000) + b"PK\x03\x04META-INF/" + CANARY,
        "png": with_chunk(PNG, b"tEXt", b"C\0" + CANARY),
    }
    for name, tail in tails.items():
        for form, picture in (("PNG", PNG), ("JPEG", JPEG), ("WebP", WEBP)):
            yield f"{form} and {name} behind it", picture + tail
        yield f"{name} in a text of PNG", with_chunk(PNG, b"tEXt", b"Comment\0" + tail)
        yield (
            f"{name} in a comment of JPEG",
            JPEG[:2] + b"\xff\xfe" + struct.pack(">H", len(tail) + 2) + tail + JPEG[2:],
        )
        yield f"{name} before PNG", tail + PNG
        yield f"{name} alone", tail
    pixels = saved(
        Image.frombytes("RGB", (96, 96), (b"<script>" + CANARY + b"</script> " * 3000)[: 96 * 96 * 3]), compress_level=0
    )
    yield "script as pixels, not packed", pixels
    yield "script as palette", saved(_palette(b"<script>" + CANARY + b"</script>"))


def _palette(colours: bytes) -> Image.Image:
    image = drawn(mode="L").convert("P")
    image.putpalette(colours.ljust(768, b" "))
    return image


def strangers() -> Iterator[tuple[str, bytes]]:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><text>' + CANARY + b"</text></svg>"
    yield from {
        "SVG": svg,
        "SVG with declaration": b'<?xml version="1.0"?>' + svg,
        "SVG with mark": b"\xef\xbb\xbf  \n" + svg,
        "SVG with doctype": b'<!DOCTYPE svg [<!ENTITY a "b">]>' + svg,
        "SVG in upper case": svg.upper(),
        "SVG in UTF-16": svg.decode().encode("utf-16"),
        "packed SVG": b"\x1f\x8b\x08" + zlib.compress(svg),
        "HTML": b"<!doctype html><script>alert(1)</script>",
        "comment first": b"<!-- x -->" + svg,
        "GIF": saved(drawn(), "GIF"),
        "GIF and JavaScript": b"GIF89a/*" + CANARY + b"*/=1;",
        "BMP": saved(drawn(), "BMP"),
        "TIFF": saved(drawn(), "TIFF"),
        "ICO": saved(drawn(), "ICO"),
        "JPEG 2000": saved(drawn(), "JPEG2000"),
        "AVIF": saved(drawn(), "AVIF"),
        "PDF": saved(drawn(), "PDF"),
        "EPS": saved(drawn(), "EPS"),
        "PSD": b"8BPS\0\1" + bytes(600),
        "Windows program": b"MZ" + bytes(600),
        "program": b"\x7fELF" + bytes(600),
        "RIFF without picture": b"RIFF\x10\0\0\0WAVE" + bytes(64),
        "signature of PNG alone": PNG[:8],
        "signature of JPEG alone": JPEG[:3],
        "signature of WebP alone": WEBP[:12],
        "PNG as text": PNG.replace(b"\r\n", b"\n"),
        "zeros": bytes(4096),
        "empty": b"",
        "one byte": b"\x89",
    }.items()


def forms() -> Iterator[tuple[str, bytes]]:
    """Rare forms of the three formats; some of them are fine."""
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
        yield (
            f"PNG {mode}",
            saved(drawn(mode="RGB").convert("L").convert(mode) if mode in {"LA", "I;16"} else drawn(mode=mode)),
        )
    yield "palette with transparency", saved(drawn().quantize(16), transparency=bytes(range(0, 256, 16)))
    yield "RGB with one colour that is transparent", saved(drawn(), transparency=(255, 0, 0))
    yield "interlaced and broken", png_of(header(96, 96, 8, 2, 1), *list(chunks(PNG))[1:])
    yield (
        "16 bits of each colour",
        png_of(header(96, 96, 16, 2), (b"IDAT", zlib.compress(bytes(96 * (1 + 96 * 6)))), END),
    )
    for depth, colour in ((3, 0), (16, 3), (8, 5), (4, 6), (1, 2), (255, 255)):
        yield f"depth {depth} of colour {colour}", png_of(header(96, 96, depth, colour), *list(chunks(PNG))[1:])
    yield "JPEG CMYK", saved(drawn(mode="CMYK"), "JPEG")
    yield "JPEG grey", saved(drawn(mode="L"), "JPEG")
    yield "JPEG progressive", saved(drawn(), "JPEG", progressive=True)
    yield "two JPEGs in one", saved(drawn(), "MPO", save_all=True, append_images=[drawn()])
    yield "1 × 1", saved(drawn(1, 1))
    yield "no pixels", png_of(header(96, 96), END)
    yield "no header", png_of(*list(chunks(PNG))[1:])
    yield "two headers", with_chunk(PNG, *header(9000, 9000))
    yield "header at the end", png_of(*list(chunks(PNG))[1:-1], header(96, 96), END)
    yield "length of a chunk beyond the end", PNG[:33] + struct.pack(">I", 2**31 - 1) + PNG[37:]
    yield "length of a chunk below zero", PNG[:33] + struct.pack(">I", 2**32 - 1) + PNG[37:]
    yield "animated PNG", saved(drawn(), save_all=True, append_images=[noise(96, 96)])
    yield "animated WebP", saved(drawn(), "WEBP", save_all=True, append_images=[noise(96, 96)])
    yield "PNG of 4 thousand million frames", with_chunk(PNG, b"acTL", struct.pack(">II", 2**32 - 1, 0))
    yield "noise", saved(noise(700, 700))


def metadata() -> Iterator[tuple[str, bytes]]:
    for form in ("PNG", "JPEG", "WebP"):
        yield f"{form} with place and camera", saved(drawn(), form, exif=exif())
        yield f"{form} with profile", saved(drawn(), form, icc_profile=icc())
        yield f"{form} with EXIF that is none", saved(drawn(), form, exif=b"Exif\0\0" + CANARY * 20)
        yield (
            f"{form} with EXIF that points to itself",
            saved(drawn(), form, exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\x87\x69\0\x04\0\0\0\1\0\0\0\x08" * 200),
        )
    for name in (
        b"tEXt",
        b"zTXt",
        b"iTXt",
        b"eXIf",
        b"tIME",
        b"pHYs",
        b"gAMA",
        b"cHRM",
        b"sBIT",
        b"hIST",
        b"sPLT",
        b"prVt",
    ):
        yield f"{name.decode()} of nonsense", with_chunk(PNG, name, CANARY)
        yield f"{name.decode()} of nothing", with_chunk(PNG, name, b"")
    yield "text behind the pixels", with_chunk(PNG, b"tEXt", b"Comment\0" + CANARY, at=-1)
    yield "packed text", with_chunk(PNG, b"zTXt", b"Comment\0\0" + zlib.compress(CANARY))
    yield "international text", with_chunk(PNG, b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + CANARY)
    yield "large profile", saved(drawn(), icc_profile=icc(900_000))
    yield "chunk behind the end", PNG + chunk(b"tEXt", b"Comment\0" + CANARY)


def truncated() -> Iterator[tuple[str, bytes]]:
    """Each format, cut at a hundred places from its first byte to its last but one."""
    for form, whole in (("PNG", PNG), ("JPEG", JPEG), ("WebP", WEBP)):
        places = sorted({1 + number * (len(whole) - 2) // 39 for number in range(40)})
        yield from ((f"{form} cut at {place}", whole[:place]) for place in places)


def mutated() -> Iterator[tuple[str, bytes]]:
    """Each format with a few bytes changed; in PNG the checksums are made right again, so that more is read."""
    chance = random.Random(19)
    sources: dict[str, tuple[bytes, Callable[[bytes], bytes]]] = {
        "PNG": (PNG, _checked),
        "PNG palette": (saved(drawn().quantize(200), transparency=bytes(range(200))), _checked),
        "PNG with metadata": (saved(drawn(), exif=exif(3), icc_profile=icc()), _checked),
        "JPEG": (JPEG, bytes),
        "JPEG progressive with metadata": (
            saved(drawn(), "JPEG", progressive=True, exif=exif(6), icc_profile=icc()),
            bytes,
        ),
        "WebP": (WEBP, bytes),
        "WebP lossless": (saved(drawn(mode="RGBA"), "WEBP", lossless=True, exif=exif(6)), bytes),
    }
    for name, (source, repaired) in sources.items():
        for number in range(34):
            changed = bytearray(source)
            for _ in range(1 + number % 8):
                changed[chance.randrange(8, len(changed))] ^= 1 << chance.randrange(8)
            yield f"{name} mutated {number}", repaired(bytes(changed))


def _checked(png: bytes) -> bytes:
    return png_of(*chunks(png)) if png.count(b"IHDR") else png


FILES: dict[str, bytes] = {
    name: content
    for group in (bombs, polyglots, strangers, forms, metadata, truncated, mutated)
    for name, content in group()
}
