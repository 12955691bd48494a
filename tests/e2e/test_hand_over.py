"""A secret that goes to one person, and the pages about constants and exports, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visitor

pytestmark = pytest.mark.e2e


def create_key(visitor: Visitor, name: str) -> str:
    """The address of a new key's page."""
    visitor.visit("/t/acme/keys/create/")
    visitor.page.get_by_label("Provide a name for your app connection").fill(name)
    visitor.press("Create keys")
    visitor.look()
    visitor.follow("I have saved the secret")
    return visitor.page.url.removeprefix(visitor.demo.portal)


def send_link(visitor: Visitor, email: str) -> None:
    """From the page of the key."""
    visitor.follow("Hand over…")
    visitor.look()
    visitor.page.get_by_label("For whom?").fill(email)
    visitor.press("Make the secret and send the link")
    visitor.hears(f"A mail with the link is on its way to {email}")
    visitor.look()


def test_right_person(visitor: Visitor, second_visitor: Visitor) -> None:
    visitor.sign_in("Alice")
    create_key(visitor, "Handed over")
    send_link(visitor, "dev@acme.example")
    second_visitor.sign_in("Dev Dietrich")
    second_visitor.open_mail("A secret of the key Handed over waits for you", "dev@acme.example")
    link = second_visitor.page.locator("a", has_text="/hand-over/").first.get_attribute("href") or ""
    second_visitor.visit(link.removeprefix(second_visitor.demo.portal))
    second_visitor.press("Show the secret")
    secret = second_visitor.page.get_by_label("clientSecret", exact=True)
    expect(secret).to_have_value(re.compile(r"bnd_\w{49}"))
    second_visitor.look()
    second_visitor.page.get_by_text("As a file:").click()
    second_visitor.page.get_by_label("Format", exact=True).select_option("kubernetes")
    second_visitor.look()
    with second_visitor.page.expect_download() as download:
        second_visitor.page.get_by_role("button", name="Download", exact=True).click()
    assert "kind: Secret" in Path(download.value.path()).read_text()


def test_wrong_person(visitor: Visitor, second_visitor: Visitor) -> None:
    visitor.sign_in("Alice")
    key = create_key(visitor, "Gone astray")
    send_link(visitor, "dev@acme.example")
    visitor.open_mail("A secret of the key Gone astray waits for you", "dev@acme.example")
    link = visitor.page.locator("a", has_text="/hand-over/").first.get_attribute("href") or ""
    second_visitor.sign_in("Charlie")
    second_visitor.visit(link.removeprefix(second_visitor.demo.portal))
    second_visitor.press("Report it and disable the key")
    expect(second_visitor.page.get_by_role("main")).to_contain_text("The key is disabled now")
    second_visitor.look()
    visitor.visit("/t/acme/")
    expect(visitor.page.get_by_role("main")).to_contain_text("The key Gone astray is disabled")
    visitor.visit(key)


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_constants_and_export(width: int, scheme: str, visitor: Visitor) -> None:
    visitor.page.set_viewport_size({"width": width, "height": 900})
    visitor.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    visitor.sign_in("Alice")
    visitor.visit("/t/acme/keys/constants/")
    expect(visitor.page.get_by_role("main")).to_contain_text("EnableMindSphereApiReverseProxy")
    visitor.page.get_by_role("link", name="Demo line").click()
    visitor.follow("Values for Mendix, Cloud Foundry, Kubernetes…")
    visitor.page.get_by_label("Format", exact=True).select_option("mendix_secret")
    visitor.page.get_by_label("Mendix module").fill("MindSphereIIoTAuthenticator")
    visitor.press("Show")
    expect(visitor.page.get_by_role("main")).to_contain_text("mx-const-MindSphereIIoTAuthenticator.ClientSecret")
    visitor.look()
