"""The documentation's example as an application of acme: from its first line to its tile, and out again.

It runs on this machine with a certificate of a test authority, behind the Hub's gateway.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from playwright.sync_api import Page, expect

from tests.e2e.conftest import READY_WITHIN, Demo, Visitor, _free_port
from tests.e2e.deployed import deployed_example
from tests.e2e.emulated_hub import EmulatedHub

pytestmark = pytest.mark.e2e
HOST = "assetlist.localhost"
ROLE = "mdsp:acme:assetlist.user"
PIA = "pia.pohl@acme.example"


@pytest.fixture
def example(demo: Demo, authority: trustme.CA, tmp_path: Path) -> Iterator[str]:
    with deployed_example(demo, authority, tmp_path, HOST, int(_free_port())) as url:
        yield url


def look_everywhere(visitor: Visitor) -> None:
    """At both widths and in both colours."""
    for width in (1440, 390):
        visitor.page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            visitor.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            visitor.look()
    visitor.page.emulate_media(color_scheme="light")
    visitor.page.set_viewport_size({"width": 1440, "height": 900})


def at_launchpad(visitor: Visitor, name: str) -> Page:
    """Sign in at the Launchpad of acme."""
    page = visitor.page
    page.goto(f"{visitor.demo.emulator}/acme.launchpad/")
    if page.get_by_role("link", name="Sign out").count():
        page.get_by_role("link", name="Sign out").click()
    page.get_by_role("link", name="Sign in", exact=True).click()
    page.get_by_role("button", name=name).click()
    expect(page.get_by_text(f"You are signed in as {name}.")).to_be_visible()
    return page


def wait_until_told(page: Page, badge: str) -> None:
    """The worker tells the Hub in the background."""
    deadline = time.monotonic() + READY_WITHIN
    panel = page.get_by_role("region", name="At Insights Hub")
    while time.monotonic() < deadline:
        if panel.get_by_text(badge, exact=True).count():
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(panel.inner_text())


def test_from_the_first_line_to_the_tile(
    example: str,
    emulated_hub: EmulatedHub,
    visitor: Visitor,
    second_visitor: Visitor,
    third_visitor: Visitor,
) -> None:
    dev, alice, pia = visitor, second_visitor, third_visitor
    emulated_hub.add_person("acme", "Pia Pohl", PIA)  # without any role of the platform

    dev.sign_in("Dev Dietrich")
    dev.visit("/t/acme/apps/create/")
    page = dev.page
    page.get_by_label("Display name").fill("Asset list")
    page.get_by_label("Internal name").fill("assetlist")
    page.get_by_label("External URL").fill(example)
    dev.press("Create application")
    dev.hears("Asset list is created.")
    address = page.url
    dev.follow("Change roles and scopes")
    dev.follow("Add or remove scopes and roles…")
    page.get_by_label("Roles").fill("admin\nuser")
    dev.press("Save")
    page.get_by_label("user gives assetlist.default").check()
    page.get_by_label("user gives mdsp:core:assetmanagement.standarduser").check()
    dev.press("Save")
    dev.follow("Register…")
    expect(page.get_by_role("main")).to_contain_text("Bindery then registers it at the Hub")
    dev.press("Register")
    dev.hears("Asset list is registered.")
    wait_until_told(page, "Registered at the Hub")
    look_everywhere(dev)
    settings = page.get_by_role("link", name="Edit role assignment in Settings").get_attribute("href")
    assert settings is not None

    at_launchpad(pia, "Pia Pohl")
    expect(pia.page.get_by_role("link", name="Asset list")).to_have_count(0)
    look_everywhere(pia)
    emulator_port = pia.demo.emulator.rpartition(":")[2]
    application = f"http://acme-assetlist-acme.eu1.localhost:{emulator_port}/"
    pia.page.goto(application)
    pia.page.get_by_role("button", name="Pia Pohl").click()
    expect(pia.page.get_by_text("You have no role of Asset list.")).to_be_visible()

    alice.page.goto(settings)
    alice.page.get_by_role("button", name="Alice Adler").click()
    expect(alice.page.get_by_role("heading", name="Users")).to_be_visible()
    look_everywhere(alice)
    alice.page.get_by_label("Name or e-mail").fill("pohl")
    alice.page.get_by_role("button", name="Search").click()
    alice.page.get_by_role("link", name="Edit role assignment of Pia Pohl").click()
    alice.page.get_by_label(ROLE).check()
    look_everywhere(alice)
    alice.page.get_by_role("button", name="Save").click()
    expect(alice.page.get_by_role("status")).to_contain_text("Pia Pohl has these roles from the next sign-in on.")
    expect(alice.page.get_by_label(ROLE)).to_be_checked()
    alice.look()

    pia.page.goto(f"{pia.demo.emulator}/acme.launchpad/")
    expect(pia.page.get_by_role("link", name="Asset list")).to_have_count(0)  # not before the next sign-in
    at_launchpad(pia, "Pia Pohl")
    look_everywhere(pia)
    pia.page.get_by_role("link", name="Asset list").click()
    pia.page.get_by_role("button", name="Pia Pohl").click()
    expect(pia.page.get_by_role("heading", name="Asset list")).to_be_visible()
    assert pia.page.url == application
    expect(pia.page.get_by_role("listitem").filter(has_text="Pump P-101")).to_be_visible()
    expect(pia.page.get_by_role("region", name="Insights Hub bar")).to_contain_text("Asset list")

    page.goto(address)
    dev.follow("Deregister…")
    dev.press("Deregister")
    wait_until_told(page, "Deregistered at the Hub")
    pia.page.goto(f"{pia.demo.emulator}/acme.launchpad/")
    expect(pia.page.get_by_role("link", name="Asset list")).to_have_count(0)
    assert pia.page.goto(application).status == 404  # type: ignore[union-attr]
