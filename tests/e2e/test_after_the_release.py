"""After the release: the tile of the Launchpad says how the application is, and tickets say what is to be put right."""

from __future__ import annotations

import re

import pytest
import trustme
from playwright.sync_api import Browser, expect

from tests.cockpit.checks.application import World, health
from tests.e2e.conftest import READY_WITHIN, Demo, Visitor, open_context
from tests.e2e.emulated_hub import EmulatedHub
from tests.e2e.test_cockpit import look_everywhere
from tests.e2e.test_example import approve, confirm, end_the_check, released, submit
from tests.e2e.test_launchpad import at_launchpad
from tests.e2e.test_provisioning import press_on, tab_to
from tests.fetch.servers import TlsServer, server_context
from tests.images.pictures import saved
from tests.images.test_seen import drawn_page

pytestmark = pytest.mark.e2e
NAME = "compressors"
REASON = "The vendor sends a new fan on Monday."


def look_now(dev: Visitor, address: str, badge: str) -> None:
    """Let it be looked at, and see on its page what the tile says."""
    dev.page.goto(address)
    dev.page.get_by_role("region", name="Watched").get_by_role("button", name="Look now").click()
    panel = dev.page.get_by_role("region", name="At Insights Hub")
    for _ in range(int(READY_WITHIN * 2)):
        dev.page.goto(address)
        if panel.get_by_text(badge).count():
            return
        dev.page.wait_for_timeout(500)
    raise AssertionError(panel.inner_text())


def see_tile(person: Visitor, words: str) -> None:
    """What the tile of the application is called."""
    person.page.goto(f"{person.demo.emulator}/acme.launchpad/")
    time = r"\d{1,2} \w{3} \d{4}, \d\d:\d\d UTC"
    name = re.compile(rf"^{NAME.capitalize()} {words} {time}$")
    expect(person.page.get_by_role("link", name=name)).to_be_visible()
    look_everywhere(person)


def accept_by_keyboard(dana: Visitor, check_id: str) -> None:
    page = dana.page
    press_on(page, page.get_by_role("link", name=f"Accept what {check_id} finds"))
    expect(page.get_by_role("heading", name=f"Close the ticket about {check_id}?")).to_be_visible()
    look_everywhere(dana)
    press_on(page, page.get_by_role("button", name="Close the ticket"))
    expect(page.locator(".error-summary")).to_contain_text("Why is it accepted?")
    look_everywhere(dana)
    tab_to(page, page.get_by_label("Why is it accepted?"))
    page.keyboard.type(REASON)
    press_on(page, page.get_by_role("button", name="Close the ticket"))
    dana.hears(f"The ticket about {check_id} is closed.")


def accept_without_javascript(demo: Demo, chromium: Browser, address: str, check_id: str) -> None:
    with open_context(chromium, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(demo.portal)
        page.get_by_role("link", name="Sign in with Insights Hub", exact=True).click()
        page.get_by_role("button", name="Dana Dorn").click()
        page.goto(address)
        page.get_by_role("link", name=f"Accept what {check_id} finds").click()
        page.get_by_label("Why is it accepted?").fill("The proxy is replaced.")
        page.get_by_role("button", name="Close the ticket").click()
        expect(page.get_by_role("status").first).to_contain_text(f"The ticket about {check_id} is closed.")


def test_application_turns_red_and_recovers(
    demo: Demo,
    authority: trustme.CA,
    chromium: Browser,
    emulated_hub: EmulatedHub,
    visitor: Visitor,
    second_visitor: Visitor,
    third_visitor: Visitor,
    substitute: Visitor,
) -> None:
    dev, dana, olga, pia = visitor, second_visitor, third_visitor, substitute
    world = World(None, "")
    context = server_context(authority.issue_cert(f"{NAME}.acme.example"))
    with TlsServer(world._answer, context, demo.free_port):
        address = released(dev, NAME, saved(drawn_page(accent=True)))
        submit(dev, address)
        approve(dana, NAME)
        confirm(substitute)
        end_the_check(olga, NAME)
        emulated_hub.add_person("acme", "Pia Pohl", "pia.pohl@acme.example")
        emulated_hub.give_role("acme", "pia.pohl@acme.example", f"mdsp:acme:{NAME}.admin")
        at_launchpad(pia, "Pia Pohl")

        look_now(dev, address, "healthy")
        see_tile(pia, "healthy, seen")

        world.answers["/health/"].body = lambda: health("red")
        world.every = []
        look_now(dev, address, "not well")
        watched = dev.page.get_by_role("region", name="Watched")
        expect(watched).to_contain_text("To be put right until")
        look_everywhere(dev)
        see_tile(pia, "not well, seen")
        dev.visit("/t/acme/apps/")
        look_everywhere(dev)

        dana.visit("/t/acme/")
        # Of other tests' applications, which are gone, there may be more.
        expect(dana.page.get_by_role("main")).to_contain_text(re.compile(r"\d tickets are open"))
        look_everywhere(dana)
        dana.page.goto(address)
        accept_by_keyboard(dana, "health-status")
        accept_without_javascript(demo, chromium, address, "hsts")
        dana.page.reload()
        closed = dana.page.get_by_role("region", name="Watched")
        closed.get_by_text("Closed tickets").click()
        expect(closed).to_contain_text(REASON)
        look_everywhere(dana)

        world.answers["/health/"].body = health
        look_now(dev, address, "healthy")
        see_tile(pia, "healthy, seen")
