"""What a key may reach, in a real browser: out of the way when it is made, and changed later."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visitor

pytestmark = pytest.mark.e2e


def test_narrowed_when_made_and_changed_later(visitor: Visitor) -> None:
    visitor.sign_in("Alice")
    visitor.visit("/t/acme/keys/")
    page = visitor.page
    page.get_by_role("link", name="Create binding key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Provide a name").fill("Narrow line")
    expect(dialog.get_by_label("Time series")).to_be_hidden()
    dialog.get_by_text("More: what it may reach").click()
    dialog.get_by_label("Time series").check()
    dialog.get_by_label("Only from these networks").fill("192.0.2.7/24")
    visitor.look()
    dialog.get_by_role("button", name="Create").click()
    expect(dialog.get_by_label("Only from these networks")).to_be_visible()
    expect(dialog.locator(".error-summary")).to_contain_text("Write that network")
    visitor.look()
    dialog.get_by_label("Only from these networks").fill("192.0.2.0/24")
    dialog.get_by_role("button", name="Create").click()
    page.get_by_role("link", name="I have saved the secret").click()

    reach = page.get_by_role("region", name="What it may reach")
    expect(reach).to_contain_text("Time series")
    expect(reach).to_contain_text("192.0.2.0/24")
    visitor.look()
    visitor.follow("Change what it may reach")
    visitor.look()
    page.get_by_label("Assets with their types").check()
    page.get_by_label("Only from these networks").fill("")
    visitor.press("Save")
    visitor.hears("Narrow line is changed.")
    expect(reach).to_contain_text("Assets with their types")
    expect(reach).not_to_contain_text("192.0.2.0/24")
