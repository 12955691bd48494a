"""Personal settings in a real browser: its zone comes along, and pages change at once, at the gateway too."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import Demo, Visitor, open_context, visitor_in
from tests.e2e.emulated_hub import EmulatedHub

pytestmark = pytest.mark.e2e


# Words of the navigation that do not fit in a line, each in bold as on its own page.
BROKEN_LABELS = """[...document.querySelectorAll(".rail a")].filter(link => {
    link.style.fontWeight = 600
    const label = document.createRange()
    label.selectNodeContents([...link.childNodes].findLast(node => node.textContent.trim()))
    const lines = new Set([...label.getClientRects()].map(box => box.top))
    return lines.size > link.textContent.trim().split(/\\s+/).length
}).map(link => link.textContent.trim())"""


def save(visitor: Visitor, language: str, zone: str, scheme: str) -> None:
    """By the values, because the words are in the language of before."""
    page = visitor.page
    page.locator("[name=language]").select_option(language)
    page.locator("[name=time_zone]").select_option(zone)
    page.locator(f"[name=scheme][value={scheme}]").check()
    page.locator("main form button[type=submit]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en" if language == "auto" else language)
    expect(page.locator("html")).to_have_attribute("data-scheme", "" if scheme == "auto" else scheme)
    visitor.look()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_page_follows_at_once(chromium: Browser, demo: Demo, width: int, scheme: str) -> None:
    with open_context(chromium, viewport={"width": width, "height": 900}) as context:
        visitor = visitor_in(demo, context)
        visitor.sign_in("Dana")
        visitor.page.get_by_role("button", name="user menu").click()
        visitor.page.get_by_role("link", name="Settings").click()
        visitor.page.wait_for_url("**/settings/")
        visitor.look()
        save(visitor, "de", "Europe/Berlin", scheme)
        assert visitor.page.evaluate("getComputedStyle(document.documentElement).colorScheme") == scheme
        visitor.visit("/t/acme/keys/")
        expect(visitor.page.locator("html")).to_have_attribute("lang", "de")
        assert visitor.page.evaluate(BROKEN_LABELS) == []
        visitor.visit("/settings/")
        save(visitor, "auto", "UTC", "auto")


def test_zone_of_the_browser_comes_along_and_is_offered(
    chromium: Browser, demo: Demo, emulated_hub: EmulatedHub
) -> None:
    emulated_hub.add_person("acme", "Yuki Yamada", "yuki@acme.example", "mdsp:core:StandardUser")
    with open_context(chromium, timezone_id="Asia/Tokyo") as context:
        visitor = visitor_in(demo, context)
        visitor.sign_in("Yuki")
        visitor.visit("/settings/")
        zones = visitor.page.get_by_label("Time zone")
        expect(zones).to_have_value("Asia/Tokyo")
        offer = visitor.page.get_by_role("button", name="Use this browser's zone")
        expect(offer).to_be_hidden()
        save(visitor, "auto", "UTC", "auto")
        expect(offer).to_have_text("Use this browser's zone: Asia/Tokyo")
        offer.click()
        expect(zones).to_have_value("Asia/Tokyo")
        expect(zones).to_be_focused()
        expect(offer).to_be_hidden()


def test_without_javascript(chromium: Browser, demo: Demo) -> None:
    with open_context(chromium, java_script_enabled=False, timezone_id="Asia/Tokyo") as context:
        page = visitor_in(demo, context).page
        page.goto(demo.portal)
        page.get_by_role("link", name="Sign in with Insights Hub", exact=True).click()
        page.get_by_role("button", name="Charlie").click()
        page.goto(f"{demo.portal}/settings/")
        expect(page.get_by_label("Time zone")).to_have_value("UTC")
        expect(page.get_by_role("button", name="Use this browser's zone")).to_be_hidden()
        page.get_by_label("Time zone").select_option("Asia/Tokyo")
        page.get_by_label("Dark").check()
        page.get_by_role("button", name="Save settings").click()
        expect(page.get_by_role("status").first).to_contain_text("Your settings are saved.")
        expect(page.locator("html")).to_have_attribute("data-scheme", "dark")
        expect(page.get_by_text("(Asia/Tokyo)")).to_be_visible()


def test_through_the_gateway_the_whole_page_changes(visitor: Visitor) -> None:
    page = visitor.page
    page.goto(visitor.demo.gateway)
    page.get_by_role("button", name="Dana Dorn").click()
    page.wait_for_url(f"{visitor.demo.gateway}/t/acme/")
    page.locator("[popovertarget=menu-information]").click()  # the bar of the Hub has a button of this name, too
    page.get_by_role("link", name="Settings").click()
    page.wait_for_url("**/settings/")
    visitor.look()
    save(visitor, "de", "Asia/Tokyo", "dark")
    expect(page.get_by_text("(Asia/Tokyo)")).to_be_visible()
