"""An admin rolls a key in a real browser, watches who still uses the old secret, and finishes."""

from __future__ import annotations

import re

import pytest
import requests
from playwright.sync_api import expect

from tests.e2e.conftest import Visitor
from tests.e2e.test_first_five_minutes import create_key

pytestmark = pytest.mark.e2e


def get_token(visitor: Visitor, client_id: str, secret: str, agent: str) -> int:
    answer = requests.post(
        f"{visitor.demo.portal}/oauth/token",
        {"grant_type": "client_credentials"},
        auth=(client_id, secret),
        headers={"User-Agent": agent},
        timeout=10,
    )
    return answer.status_code


def test_roll_with_a_live_panel(visitor: Visitor) -> None:
    visitor.sign_in("Alice")
    values = create_key(visitor, "Rolled line")
    client_id, old = values["clientID"], values["clientSecret"]
    visitor.page.get_by_role("link", name="I have saved the secret").click()
    visitor.look()
    visitor.follow("Roll…")
    visitor.look()
    visitor.page.get_by_label("In 24 hours").check()
    visitor.press("Roll the key")
    visitor.look()
    new = visitor.page.get_by_label("clientSecret").input_value()
    assert re.fullmatch(r"bnd_\w+", new)
    assert new != old
    visitor.follow("I have saved the secret")
    visitor.look()
    panel = visitor.page.get_by_role("region", name="the old one")
    expect(panel.get_by_text("Silent")).to_be_visible()

    # The panel asks for itself: nobody touches the page.
    assert get_token(visitor, client_id, old, "Pump 7") == 200
    row = panel.get_by_role("row").filter(has_text="Pump 7")
    expect(row).to_contain_text("New secret: not used yet", timeout=20_000)
    expect(panel.get_by_text("In use")).to_be_visible()
    visitor.look()
    assert get_token(visitor, client_id, new, "Pump 7") == 200
    expect(row).not_to_contain_text("New secret: not used yet", timeout=20_000)

    visitor.page.set_viewport_size({"width": 390, "height": 844})
    visitor.look()
    visitor.follow("Finish…")
    visitor.look()
    visitor.page.set_viewport_size({"width": 1440, "height": 900})
    visitor.look()
    visitor.press("End the old secret")
    visitor.hears("The old secret of Rolled line has ended.")
    visitor.look()
    assert get_token(visitor, client_id, old, "Pump 7") == 401
    assert get_token(visitor, client_id, new, "Pump 7") == 200


def test_roll_whose_secret_was_lost_is_cancelled(visitor: Visitor) -> None:
    visitor.sign_in("Alice")
    values = create_key(visitor, "Lost line")
    client_id, old = values["clientID"], values["clientSecret"]
    visitor.page.get_by_role("link", name="I have saved the secret").click()
    visitor.follow("Roll…")
    visitor.page.get_by_label("Some hours after").check()
    visitor.page.get_by_label("How many hours").fill("48")
    visitor.press("Roll the key")
    new = visitor.page.get_by_label("clientSecret").input_value()
    visitor.follow("I have saved the secret")
    panel = visitor.page.get_by_role("region", name="the old one")
    expect(panel.get_by_text("48 hours after the next secret is first used")).to_be_visible()
    visitor.look()
    visitor.follow("Change the end…")
    expect(visitor.page.get_by_label("How many hours")).to_have_value("48")
    visitor.look()
    visitor.follow("Lost line")
    visitor.follow("Cancel the roll…")
    visitor.look()
    visitor.press("End the new secret")
    visitor.hears("The roll of Lost line is cancelled")
    visitor.look()
    assert [get_token(visitor, client_id, secret, "Pump 9") for secret in (old, new)] == [200, 401]


def test_disable_brown_out_and_revoke_are_said_before(visitor: Visitor) -> None:
    visitor.sign_in("Alice")
    values = create_key(visitor, "Tested line")
    client_id, secret = values["clientID"], values["clientSecret"]
    assert get_token(visitor, client_id, secret, "Pump 8") == 200
    visitor.page.get_by_role("link", name="I have saved the secret").click()
    visitor.follow("Brown-out…")
    key_page = visitor.page.url.removesuffix("brown-out/")
    visitor.look()
    visitor.press("Start the brown-out")
    assert get_token(visitor, client_id, secret, "Pump 8") == 401
    expect(visitor.page.get_by_role("row").filter(has_text="Pump 8")).to_be_visible(timeout=20_000)
    visitor.look()
    visitor.follow("Stop…")
    visitor.look()
    visitor.press("Stop the brown-out")
    visitor.look()
    assert get_token(visitor, client_id, secret, "Pump 8") == 200
    visitor.page.goto(key_page)
    visitor.follow("Disable…")
    visitor.look()
    visitor.page.get_by_label("Reason").fill("Found in a log")
    visitor.press("Disable the key")
    visitor.look()
    visitor.follow("Enable…")
    visitor.look()
    visitor.press("Enable the key")
    visitor.hears("Tested line works again.")
    visitor.follow("Revoke…")
    expect(visitor.page.get_by_role("row").filter(has_text="Pump 8")).to_be_visible()
    visitor.look()
