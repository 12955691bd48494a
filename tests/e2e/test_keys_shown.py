"""The list of keys and the page of one in a real browser: wide and narrow, light and dark, accessible in each."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import Demo, open_context, visitor_in

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_list_and_page_of_a_key(chromium: Browser, demo: Demo, width: int, scheme: str) -> None:
    viewport = {"width": width, "height": 900}
    with open_context(chromium, viewport=viewport, color_scheme=scheme) as context:
        visitor = visitor_in(demo, context)
        visitor.sign_in("Alice")
        visitor.visit("/t/acme/keys/")
        main = visitor.page.get_by_role("main")
        main.get_by_label("Order").select_option("name")
        main.get_by_label("Expires in days").fill("3650")
        visitor.press("Apply filter")
        visitor.page.wait_for_url("**/keys/?q=&state=&unused=&expires=3650&sort=name")
        visitor.look()
        visitor.visit("/t/acme/keys/")
        with visitor.page.expect_download() as download:
            visitor.follow("CSV for a spreadsheet")
        assert download.value.suggested_filename.endswith(".csv")
        main.locator("tbody th a").filter(has_not_text="Hub access").first.click()
        visitor.page.wait_for_url(re.compile(r"/keys/\d+/$"))
        visitor.look()
        visitor.follow("24 hours")
        visitor.page.wait_for_url("**/?period=24h#use-title")
        expect(main.get_by_role("link", name="24 hours")).to_have_attribute("aria-current", "true")
        visitor.look()
