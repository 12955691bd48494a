"""The portal as an application of the Hub, in a real browser: through the gateway, below the Hub's own bar."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import Demo, Visitor, open_context, visitor_in

pytestmark = pytest.mark.e2e


def come_as(visitor: Visitor, name: str) -> None:
    """Open the portal at the gateway, which asks who one is."""
    visitor.page.goto(visitor.demo.gateway)
    visitor.page.get_by_role("button", name=name).click()
    visitor.page.wait_for_url(f"{visitor.demo.gateway}/t/acme/")


def test_the_gateway_signs_in_and_the_hubs_bar_stands_above(visitor: Visitor) -> None:
    come_as(visitor, "Alice Adler")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Welcome, Alice Adler")
    bar = visitor.page.get_by_role("region", name="Insights Hub bar")
    expect(bar).to_contain_text("Bindery")
    expect(visitor.page.get_by_role("button", name=re.compile("user menu"))).to_have_count(0)
    visitor.look()


def test_a_key_is_made_through_the_gateway(visitor: Visitor) -> None:
    """The gateway refuses writes without its header: forms on pages and in dialogs must send it."""
    come_as(visitor, "Alice Adler")
    page = visitor.page
    page.goto(f"{visitor.demo.gateway}/t/acme/keys/create/")
    page.get_by_role("button", name="Create keys").click()
    expect(page.get_by_role("heading", name="Nothing was changed. Correct this first:")).to_be_visible()
    page.get_by_role("textbox", name="Name").fill("Behind the gateway")
    page.get_by_role("button", name="Create keys").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The keys of Behind the gateway are ready")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as .env").click()
    assert download.value.suggested_filename == "behind_the_gateway.env"
    visitor.look()

    page.get_by_role("link", name="I have saved the secret").click()
    page.get_by_role("link", name="Revoke…").click()
    page.get_by_role("textbox").last.fill("Behind the gateway")
    page.get_by_role("button", name="Revoke").last.click()
    expect(page.get_by_role("status").first).to_contain_text("is revoked")


def test_a_file_that_does_not_come_is_told_beside_the_secret(visitor: Visitor) -> None:
    """There is no tab of its own for the answer here: the page with the secret says what was wrong, and stays."""
    come_as(visitor, "Alice Adler")
    page = visitor.page
    page.goto(f"{visitor.demo.gateway}/t/acme/keys/create/")
    page.get_by_role("textbox", name="Name").fill("Told at the gateway")
    page.get_by_role("button", name="Create keys").click()
    page.get_by_text("As a file:").click()
    page.get_by_label("Format", exact=True).select_option("mendix_cloud")
    download = page.get_by_role("button", name="Download", exact=True)
    download.click()
    told = page.get_by_role("alert")
    expect(told).to_contain_text("Write the name of the module")
    visitor.look()
    page.route("**/export/file/", lambda route: route.abort())
    download.click()
    expect(told).to_contain_text("The file did not come")
    page.unroute("**/export/file/")
    page.get_by_label("Mendix module").fill("MindSphereIIoTAuthenticator")
    with page.expect_download() as saved:
        download.click()
    assert saved.value.suggested_filename == "told_at_the_gateway-model-options.csv"
    expect(told).to_have_count(0)
    expect(page.get_by_label("clientSecret", exact=True)).to_have_value(re.compile("bnd_"))


def test_the_policies_of_portal_and_gateway_let_the_bar_work(chromium: Browser, demo: Demo) -> None:
    with chromium.new_context(viewport={"width": 1440, "height": 900}) as context:
        visitor = visitor_in(demo, context)
        come_as(visitor, "Alice Adler")
        expect(visitor.page.get_by_role("region", name="Insights Hub bar")).to_contain_text("Bindery")
        assert visitor.complaints == []


def test_signing_out_is_the_gateways(visitor: Visitor) -> None:
    come_as(visitor, "Dev Dietrich")
    page = visitor.page
    bar = page.get_by_role("region", name="Insights Hub bar")
    bar.get_by_role("button", name=re.compile("Dev Dietrich|User")).click()
    bar.get_by_role("link", name="Sign out").or_(bar.get_by_role("button", name="Sign out")).click()
    page.wait_for_url(lambda url: not url.startswith(visitor.demo.gateway + "/t/"))
    page.goto(f"{visitor.demo.gateway}/t/acme/")
    expect(page.get_by_role("button", name="Dev Dietrich")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_narrow_screen(chromium: Browser, demo: Demo, scheme: str) -> None:
    with open_context(chromium, viewport={"width": 390, "height": 844}, color_scheme=scheme) as context:
        visitor = visitor_in(demo, context)
        come_as(visitor, "Alice Adler")
        visitor.look()
        visitor.page.get_by_role("button", name="Menu", exact=True).click()
        visitor.page.get_by_role("navigation", name="Main").get_by_role("link", name="Binding keys").click()
        visitor.page.wait_for_url("**/keys/")
        visitor.look()
