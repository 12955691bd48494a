"""An icon and a screenshot as they come out, and what is said about them."""

from __future__ import annotations

import pytest
from PIL import Image

from portal import constants
from portal.lib.images.cleaning import clean_icon, clean_screenshot
from portal.lib.images.plain_png import plain_size
from portal.lib.images.reasons import TEXTS, ImageRefused, Reason
from tests.images.pictures import CANARY, chunk, drawn, exif, header, noise, opened, png_of, saved, with_chunk

RED = (255, 0, 0)


def refused(picture: bytes, *, as_screenshot: bool = False) -> ImageRefused:
    with pytest.raises(ImageRefused) as caught:
        (clean_screenshot if as_screenshot else clean_icon)(picture)
    return caught.value


def corners(image: Image.Image) -> str:
    """Which corner is red: upper left, upper right, lower left, lower right."""
    width, height = image.size
    places = {"ul": (9, 9), "ur": (width - 9, 9), "ll": (9, height - 9), "lr": (width - 9, height - 9)}
    pixels = {name: image.convert("RGB").getpixel(place) for name, place in places.items()}
    return " ".join(
        name for name, pixel in pixels.items() if isinstance(pixel, tuple) and pixel[0] > 200 > 90 > pixel[1]
    )


class TestIcon:
    @pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
    @pytest.mark.parametrize("side", [64, 256, 1000])
    def test_has_the_usual_size(self, form: str, side: int) -> None:
        icon = clean_icon(saved(drawn(side, side), form))
        assert (icon.width, icon.height) == opened(icon.png).size == (256, 256)
        assert (icon.facts.width, icon.facts.height) == (side, side)
        assert corners(opened(icon.png)) == "ul"

    def test_stays_transparent(self) -> None:
        icon = opened(clean_icon(saved(drawn(300, 300, "RGBA"))).png)
        assert icon.mode == "RGBA"
        assert icon.getchannel("A").getextrema() == (0, 255)

    @pytest.mark.parametrize("side", [256, 300])
    def test_colours_that_cannot_be_seen_are_gone(self, side: int) -> None:
        hidden = drawn(side, side)
        hidden.putalpha(0)
        icon = opened(clean_icon(saved(hidden)).png)
        assert icon.getextrema() == ((0, 0),) * 4

    def test_of_16_bits_keeps_its_grey(self) -> None:
        image = Image.new("I;16", (100, 100), 40_000)
        assert opened(clean_icon(saved(image)).png).convert("L").getpixel((50, 50)) == pytest.approx(156, abs=1)

    def test_never_comes_out_as_it_came_in(self) -> None:
        once = clean_icon(saved(drawn(256, 256)))
        twice = clean_icon(once.png)
        assert twice.png != once.png
        assert opened(twice.png).tobytes() == opened(once.png).tobytes()

    @pytest.mark.parametrize(
        ("size", "reason", "said"),
        [
            ((63, 63), Reason.SMALL, "63 × 63 pixels, at least 64 × 64"),
            ((5000, 64), Reason.LARGE, "5000 × 64 pixels, at most 4096 × 4096"),
            ((200, 199), Reason.NOT_SQUARE, "200 × 199 pixels. Crop it"),
        ],
    )
    def test_of_another_size_is_refused(self, size: tuple[int, int], reason: Reason, said: str) -> None:
        answer = refused(saved(drawn(*size)))
        assert answer.reason is reason
        assert said in answer.message

    def test_that_is_one_colour_is_told(self) -> None:
        assert clean_icon(saved(Image.new("RGB", (100, 100), (9, 99, 9)), "JPEG")).facts.blank
        assert not clean_icon(saved(drawn(100, 100))).facts.blank
        glyph = Image.new("RGBA", (100, 100), (255, 255, 255, 0))
        glyph.paste((255, 255, 255, 255), (30, 30, 70, 70))
        assert not clean_icon(saved(glyph)).facts.blank


class TestScreenshot:
    def test_is_on_white(self) -> None:
        image = Image.new("RGBA", (800, 600), (0, 0, 0, 0))
        image.paste((200, 0, 0, 255), (100, 100, 700, 500))
        shot = opened(clean_screenshot(saved(image)).png)
        assert shot.mode == "RGB"
        assert (shot.getpixel((5, 5)), shot.getpixel((400, 300))) == ((255, 255, 255), (200, 0, 0))

    def test_keeps_its_pixels(self) -> None:
        image = drawn(1280, 800)
        assert opened(clean_screenshot(saved(image)).png).tobytes() == image.tobytes()

    def test_larger_ones_get_smaller(self) -> None:
        shot = clean_screenshot(saved(drawn(3840, 2160), "JPEG"))
        assert (shot.width, shot.height) == (2560, 1440)
        assert (shot.facts.width, shot.facts.height) == (3840, 2160)

    def test_is_never_larger_than_what_may_be_sent(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(constants, "IMAGE_UPLOAD", 200_000)
        shot = clean_screenshot(saved(noise(400, 400), "JPEG"))
        assert 50_000 < len(shot.png) <= 200_000
        assert 200 < shot.width == shot.height < 400

    @pytest.mark.parametrize("size", [(359, 800), (800, 359)])
    def test_that_is_small_is_refused(self, size: tuple[int, int]) -> None:
        assert refused(saved(drawn(*size)), as_screenshot=True).reason is Reason.SMALL

    @pytest.mark.parametrize(
        "picture",
        [
            png_of(header(5000, 5000, 8, 6), *[(b"IDAT", b"x\x9c\x03\x00\x00\x00\x00\x01")], (b"IEND", b"")),
            saved(Image.new("RGB", (5000, 5000)), "JPEG", progressive=True),
            saved(Image.new("CMYK", (5000, 5000)), "JPEG", progressive=True, exif=exif(6)),
            saved(Image.new("RGB", (5000, 5000)), "WEBP", method=0, exif=exif(6)),
        ],
        ids=["no pixels", "progressive", "four colours", "WebP"],
    )
    def test_of_25_million_pixels_fits_into_the_memory(
        self, picture: bytes, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
    ) -> None:
        monkeypatch.setattr(constants, "IMAGE_SECONDS", 30)
        if "no pixels" in request.node.name:
            assert refused(picture, as_screenshot=True).reason is Reason.DAMAGED
        else:
            assert clean_screenshot(picture).facts.blank


ORIENTATIONS = {1: "ul", 2: "ur", 3: "lr", 4: "ll", 5: "ul", 6: "ur", 7: "lr", 8: "ll"}


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_picture_is_turned_as_its_exif_says(form: str, orientation: int) -> None:
    shot = clean_screenshot(saved(drawn(600, 400), form, exif=exif(orientation)))
    turned = orientation >= 5
    assert (shot.width, shot.height) == ((400, 600) if turned else (600, 400))
    assert (shot.facts.width, shot.facts.height) == (shot.width, shot.height)
    assert corners(opened(shot.png)) == ORIENTATIONS[orientation]


def test_exif_that_cannot_be_read_turns_nothing() -> None:
    picture = saved(drawn(100, 100), "WEBP", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + CANARY)
    assert corners(opened(clean_icon(picture).png)) == "ul"


def test_animated_picture_is_refused_and_a_single_frame_is_not() -> None:
    frames = [drawn(100, 100), noise(100, 100)]
    for form in ("PNG", "WEBP"):
        animated = saved(frames[0], form, save_all=True, append_images=frames[1:])
        assert refused(animated).reason is Reason.ANIMATED
        assert clean_icon(saved(frames[0], form, save_all=True))


def test_limit_of_bytes_is_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = saved(noise(100, 100))
    monkeypatch.setattr(constants, "ICON_SIZE", 64)
    monkeypatch.setattr(constants, "IMAGE_UPLOAD", len(picture))
    assert clean_icon(picture)
    assert refused(picture + b" ").reason is Reason.BYTES


def test_every_reason_has_words_that_say_what_to_do() -> None:
    assert set(TEXTS) == set(Reason)
    for reason in Reason:
        text = ImageRefused(reason, 10, 20, least=64, most=4096).message
        assert "%" not in text
        assert text.count(".") + text.count(";") >= 1


PLAIN = saved(drawn())
NOT_PLAIN = {
    "text": with_chunk(PLAIN, b"tEXt", b"Comment\0x"),
    "profile": saved(drawn(), icc_profile=b"x" * 200),
    "EXIF": saved(drawn(), exif=exif()),
    "palette": saved(drawn(mode="P")),
    "grey": saved(drawn(mode="L")),
    "unknown chunk": with_chunk(PLAIN, b"prVt", b"x"),
    "something behind": PLAIN + b"x",
    "chunk behind": PLAIN + chunk(b"IDAT", b""),
    "something before": b"x" + PLAIN,
    "wrong sum": PLAIN[:-1] + b"x",
    "cut": PLAIN[:-4],
    "end with content": PLAIN[:-12] + chunk(b"IEND", b"x"),
    "no pixels": png_of(header(9, 9), (b"IEND", b"")),
    "two headers": with_chunk(PLAIN, *header(9, 9)),
    "pixels first": png_of((b"IDAT", b""), header(9, 9), (b"IEND", b"")),
    "short header": png_of((b"IHDR", b"x"), (b"IDAT", b"x"), (b"IEND", b"")),
    "interlaced": png_of(header(9, 9, interlaced=1), (b"IDAT", b"x"), (b"IEND", b"")),
    "JPEG": saved(drawn(), "JPEG"),
    "signature": PLAIN[:8],
    "empty": b"",
}


@pytest.mark.parametrize("name", NOT_PLAIN)
def test_only_pixels_are_a_plain_png(name: str) -> None:
    assert plain_size(PLAIN) == (96, 96)
    assert plain_size(saved(drawn(mode="RGBA"))) == (96, 96)
    assert plain_size(NOT_PLAIN[name]) is None
