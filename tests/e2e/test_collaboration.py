"""Two people of two tenants: what `make run` has offered is accepted, changed and ended, and offered anew.

Alice's browser is looked at in both widths and colours, Charlie's has no JavaScript; at last Alice uses keys alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import Demo, Visitor, open_context, visitor_in
from tests.e2e.test_cockpit import look_everywhere
from tests.e2e.test_provisioning import press_on, tab_to

pytestmark = pytest.mark.e2e


@pytest.fixture
def charlie(chromium: Browser, demo: Demo) -> Iterator[Visitor]:
    with open_context(chromium, java_script_enabled=False) as context:
        visitor = visitor_in(demo, context)
        visitor.look = lambda: None  # type: ignore[method-assign]  # axe is a script
        visitor.sign_in("Charlie")
        yield visitor


def test_two_people_collaborate_and_part(visitor: Visitor, charlie: Visitor) -> None:
    visitor.sign_in("Alice")
    accepts_the_offer_of_the_demo(visitor)
    agrees_to_another_end(visitor, charlie)
    hears_of_the_end(visitor, charlie)
    declines_by_keyboard_alone(visitor, charlie)


def accepts_the_offer_of_the_demo(visitor: Visitor) -> None:
    page = visitor.page
    page.get_by_role("main").get_by_role("listitem").filter(has_text="Globex Energy (globex) offers").get_by_role(
        "link"
    ).click()
    expect(page.get_by_text("Turbines cooled by your pumps").first).to_be_visible()
    look_everywhere(visitor)
    visitor.follow("Accept…")
    look_everywhere(visitor)
    visitor.press("Accept")
    visitor.hears("You collaborate with Globex Energy now.")
    look_everywhere(visitor)


def agrees_to_another_end(visitor: Visitor, charlie: Visitor) -> None:
    page, theirs = visitor.page, charlie.page
    charlie.visit("/t/globex/collaborations/")
    row = theirs.get_by_role("row").filter(has_text="Accepted")
    row.get_by_role("link", name="Acme Pumps GmbH").click()
    expect(theirs.get_by_role("main")).not_to_contain_text("Alice")
    charlie.follow("Propose another end")
    theirs.get_by_label("New agreed end").fill((date.today() + timedelta(days=200)).isoformat())
    charlie.press("Propose")
    charlie.hears("The new end is proposed to Acme Pumps GmbH.")

    visitor.visit("/t/acme/")
    page.get_by_role("main").get_by_role("listitem").filter(has_text="proposes another end").get_by_role("link").click()
    look_everywhere(visitor)
    visitor.press("Agree to the proposed end")
    visitor.hears("The new end is agreed.")


def hears_of_the_end(visitor: Visitor, charlie: Visitor) -> None:
    charlie.page.reload()
    charlie.follow("End…")
    charlie.page.get_by_label("Reason").fill("The turbines are sold.")
    charlie.press("End the collaboration")
    visitor.visit("/t/acme/collaborations/")
    look_everywhere(visitor)
    visitor.visit("/t/acme/collaborations/?q=zzz")


def declines_by_keyboard_alone(visitor: Visitor, charlie: Visitor) -> None:
    page = visitor.page
    charlie.visit("/t/globex/collaborations/offer/")
    charlie.page.get_by_label("Account name").fill("acme")
    charlie.press("Offer")  # without the tick
    expect(charlie.page.get_by_text("Read the notice and tick this").first).to_be_visible()
    charlie.page.get_by_label("I have read the IMPORTANT NOTICE").check()
    charlie.press("Offer")
    charlie.hears("The collaboration is offered to acme.")

    page.goto(f"{visitor.demo.portal}/t/acme/collaborations/offer/")
    look_everywhere(visitor)
    tab_to(page, page.get_by_label("Account name"))
    page.keyboard.type("globex")
    tab_to(page, page.get_by_label("I have read the IMPORTANT NOTICE"))
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_text("This tenant has already offered you a collaboration.")).to_be_visible()
    press_on(page, page.get_by_role("link", name="Decline…"))
    tab_to(page, page.get_by_label("Reason"))
    page.keyboard.type("Not this year.")
    page.keyboard.press("Enter")
    visitor.hears("The collaboration with Globex Energy is declined.")
    visitor.open_mail("Globex Energy offers Acme Pumps GmbH a collaboration", "alice@acme.example")
    charlie.page.reload()
    expect(charlie.page.get_by_text("Not this year.").first).to_be_visible()
