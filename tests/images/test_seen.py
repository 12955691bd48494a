"""The Hub's bar on a screenshot, and screenshots of nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PIL import Image, ImageDraw

from portal.cockpit.release.screenshots import BAR_MISSING, BAR_UNSURE, BLANK, RULES, screenshot_findings
from portal.lib.images.cleaning import PictureFacts, clean_screenshot
from portal.lib.images.seen import HubBar, hub_bar, is_blank
from portal.ops.docs import DOCS
from tests.images.pictures import opened, saved

WHITE, DARK_PAGE = (255, 255, 255), (15, 22, 25)
GREY, PETROL, NAVY, BLACK = (50, 50, 50), (0, 100, 135), (0, 0, 40), (10, 10, 10)
Colour = tuple[int, int, int]


def drawn_page(
    width: int = 1280,
    height: int = 800,
    *,
    scale: float = 1,
    bar: Colour | None = GREY,
    bar_height: int = 48,
    accent: bool = False,
    page: Colour = WHITE,
    browser: tuple[Colour, ...] = (),
) -> Image.Image:
    """A page in a window of so many CSS pixels, at a scale; its bar has icons and words, and it has text."""
    image = Image.new("RGB", (round(width * scale), round(height * scale)), page)
    draw, top = ImageDraw.Draw(image), 0.0

    def box(left: float, upper: float, right: float, lower: float, colour: Colour) -> None:
        draw.rectangle(
            [round(part * scale) for part in (left, upper)] + [round(part * scale) - 1 for part in (right, lower)],
            colour,
        )

    for colour in browser:
        box(0, top, width, top + 41, colour)
        top += 41
    if bar is not None:
        box(0, top, width, top + bar_height, bar)
        if accent:
            for x in range(0, width, 4):
                box(x, top, x + 4, top + 4, (80 - 80 * x // width, 190 - 40 * x // width, 190 + 13 * x // width))
        for x in (14, 60, 80, 100, 120, 140, width - 40, width - 90, width - 140):
            box(x, top + bar_height / 2 - 8, x + 16, top + bar_height / 2 + 8, WHITE)
        top += bar_height
    ink = (40, 40, 40) if page == WHITE else (220, 220, 220)
    for line in range(round(top) + 24, height, 22):
        for x in range(30, width - 60, 50):
            box(x, line, x + 22 - line % 17, line + 10, ink)
    return image


def seen(image: Image.Image) -> HubBar:
    return hub_bar(image)[0]


WINDOWS = [
    (390, 844, 2),
    (390, 844, 3),
    (768, 1024, 1),
    (1280, 800, 1),
    (1280, 800, 1.5),
    (1440, 900, 1.75),
    (1920, 1080, 1),
    (2560, 1440, 1),
]


@pytest.mark.parametrize("window", WINDOWS)
class TestBar:
    @pytest.mark.parametrize("colour", [GREY, PETROL, NAVY, BLACK])
    @pytest.mark.parametrize("bar_height", [44, 48, 56])
    def test_is_found(self, window: tuple[int, int, float], colour: Colour, bar_height: int) -> None:
        width, height, scale = window
        image = drawn_page(width, height, scale=scale, bar=colour, bar_height=bar_height)
        found, below = hub_bar(image)
        assert found is HubBar.FOUND
        assert below == pytest.approx(bar_height * scale, abs=3)

    @pytest.mark.parametrize("quality", [40, 75])
    def test_is_found_in_a_jpeg(self, window: tuple[int, int, float], quality: int) -> None:
        width, height, scale = window
        image = opened(saved(drawn_page(width, height, scale=scale, accent=True), "JPEG", quality=quality))
        assert seen(image) is HubBar.FOUND

    @pytest.mark.parametrize("accent", [True, False])
    def test_is_found_below_a_light_browser(self, window: tuple[int, int, float], accent: bool) -> None:
        width, height, scale = window
        image = drawn_page(width, height, scale=scale, accent=accent, browser=((222, 225, 230), (255, 255, 255)))
        assert seen(image) is HubBar.FOUND

    def test_is_found_by_its_line_below_a_dark_browser_and_above_a_dark_page(
        self, window: tuple[int, int, float]
    ) -> None:
        width, height, scale = window
        dark = ((32, 33, 36), (53, 54, 58))
        assert seen(drawn_page(width, height, scale=scale, accent=True, browser=dark)) is HubBar.FOUND
        assert seen(drawn_page(width, height, scale=scale, accent=True, page=DARK_PAGE)) is HubBar.FOUND
        assert seen(drawn_page(width, height, scale=scale, bar=PETROL, browser=dark)) is HubBar.UNSURE
        assert seen(drawn_page(width, height, scale=scale, bar=None, browser=dark)) is HubBar.UNSURE

    @pytest.mark.parametrize("colour", [None, (24, 119, 242), (240, 240, 240), (200, 30, 30), (0, 200, 90)])
    def test_is_missing(self, window: tuple[int, int, float], colour: Colour | None) -> None:
        width, height, scale = window
        assert seen(drawn_page(width, height, scale=scale, bar=colour)) is HubBar.MISSING

    def test_dark_page_or_banner_or_line_is_none(self, window: tuple[int, int, float]) -> None:
        width, height, scale = window
        assert seen(drawn_page(width, height, scale=scale, bar=None, page=DARK_PAGE)) is HubBar.UNSURE
        assert seen(drawn_page(width, height, scale=scale, bar_height=height // 3)) is not HubBar.FOUND
        assert seen(drawn_page(width, height, scale=scale, bar_height=4)) is HubBar.MISSING


def test_bar_must_reach_both_edges_be_even_and_be_on_top() -> None:
    image = drawn_page(bar=None)
    ImageDraw.Draw(image).rectangle((0, 0, 1000, 48), GREY)
    assert seen(image) is HubBar.MISSING
    image = drawn_page(bar=None)
    for x in range(0, 1280, 40):
        ImageDraw.Draw(image).rectangle((x, 0, x + 20, 48), GREY if x % 80 else NAVY)
    assert seen(image) is HubBar.MISSING
    image = drawn_page(bar=None)
    ImageDraw.Draw(image).rectangle((0, 300, 1280, 348), GREY)
    assert seen(image) is HubBar.MISSING


def test_header_of_a_dark_page_is_no_bar() -> None:
    image = drawn_page(bar=None, page=DARK_PAGE)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 1280, 200), DARK_PAGE)
    draw.rectangle((0, 56, 1280, 57), (90, 100, 110))
    assert seen(image) is HubBar.UNSURE


def test_scroll_bar_and_shadow_of_the_window_do_not_matter() -> None:
    image = drawn_page()
    ImageDraw.Draw(image).rectangle((1265, 0, 1280, 800), (241, 241, 241))
    assert seen(image) is HubBar.FOUND
    framed = Image.new("RGB", (1280 + 112, 800 + 112), WHITE)
    framed.paste(image, (56, 40))
    assert seen(framed) is HubBar.FOUND


@pytest.mark.parametrize("size", [(1, 1), (360, 360), (2560, 1), (1, 2560), (3, 9)])
def test_any_size_is_looked_at(size: tuple[int, int]) -> None:
    assert isinstance(seen(Image.new("RGB", size, GREY)), HubBar)


def test_page_without_anything_is_blank_with_and_without_a_bar() -> None:
    empty = Image.new("RGB", (1280, 800), WHITE)
    assert is_blank(empty)
    ImageDraw.Draw(empty).rectangle((0, 0, 1280, 47), GREY)
    assert clean_screenshot(saved(empty)).facts == PictureFacts(1280, 800, blank=True, hub_bar=HubBar.FOUND)
    assert clean_screenshot(saved(empty, "JPEG", quality=40)).facts.blank
    assert clean_screenshot(saved(drawn_page())).facts == PictureFacts(1280, 800, blank=False, hub_bar=HubBar.FOUND)


class TestFindings:
    GOOD = PictureFacts(1280, 800, blank=False, hub_bar=HubBar.FOUND)

    def test_of_each_rule(self) -> None:
        assert screenshot_findings(self.GOOD) == []
        assert screenshot_findings(replace(self.GOOD, hub_bar=HubBar.MISSING)) == [BAR_MISSING]
        assert screenshot_findings(replace(self.GOOD, hub_bar=HubBar.UNSURE)) == [BAR_UNSURE]
        assert screenshot_findings(PictureFacts(9, 9, blank=True, hub_bar=HubBar.MISSING)) == [BLANK, BAR_MISSING]

    def test_every_rule_has_a_heading(self) -> None:
        text = (DOCS / "images.md").read_text()
        assert [rule.id for rule in RULES if f"### {rule.id}\n" not in text] == []
        assert text.count("### screenshot_") == len(RULES)
